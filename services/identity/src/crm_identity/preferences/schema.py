"""Rules of preferences that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.identity.v1 import preferences_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates

from crm_identity.preferences.model import KINDS


@schema_for(preferences_pb2.NotificationChoice)
class NotificationChoiceSchema(derived(preferences_pb2.NotificationChoice)):  # type: ignore[misc]
    """A choice is made for a kind that exists."""

    @validates("kind")
    def exists(self, value: int, **_: Any) -> None:
        if value not in KINDS:
            raise ValidationError("no such kind of notifications")


@schema_for(preferences_pb2.Preferences)
class PreferencesSchema(derived(preferences_pb2.Preferences)):  # type: ignore[misc]
    """There is one choice for a kind of notifications."""

    @validates("notifications")
    def once(self, value: list[dict[str, Any]], **_: Any) -> None:
        kinds = [choice["kind"] for choice in value if "kind" in choice]
        if len(set(kinds)) < len(kinds):
            raise ValidationError("must not name a kind twice")
