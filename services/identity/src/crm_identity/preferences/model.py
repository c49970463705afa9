"""Preferences: what a user has chosen, what the organisation has, and what holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from crm.identity.v1 import preferences_pb2
from crm_chassis.contracts.transcode import Encoder, decode
from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Base
from crm_identity.organisation.model import Organisation

Preferences = preferences_pb2.Preferences
Choice = preferences_pb2.NotificationChoice
LANGUAGES = ("en", "de")
"""Those that the suite speaks."""
KINDS = tuple(number for number in preferences_pb2.NotificationKind.values() if number)
_encoder = Encoder()


class UserPreferences(Base):
    """What a user has chosen, but for language and time zone, which stand with the user."""

    __tablename__ = "preferences"
    personal: ClassVar[Personal | None] = Personal("user_id", ("chosen",))

    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    chosen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The message as our JSON writes it."""

    def read(self) -> Preferences:
        """What was chosen."""
        return read(self.chosen)

    def choose(self, chosen: Preferences) -> None:
        """What was chosen from now on."""
        self.chosen = _encoder.encode(chosen)


def read(stored: dict[str, Any]) -> Preferences:
    """Preferences as they are stored."""
    return decode(Preferences, stored, lenient=True)


def suite_defaults(organisation: Organisation) -> Preferences:
    """What holds where neither a user nor the organisation has chosen."""
    return Preferences(
        language=organisation.languages[0],
        time_zone=organisation.time_zone,
        currency=organisation.currency,
        date_format=Preferences.ISO,
        density=Preferences.COMFORTABLE,
        theme=Preferences.SYSTEM,
        start_page="/",
        notifications=[Choice(kind=kind, in_app=True, email=Choice.OFF) for kind in KINDS],
    )


def effective(chosen: Preferences, organisation: Organisation) -> Preferences:
    """What holds for a user who has chosen that."""
    layers = [suite_defaults(organisation), read(organisation.default_preferences), chosen]
    result = Preferences()
    for layer in layers:
        result.MergeFrom(layer)
    choices = _by_kind(choice for layer in layers for choice in layer.notifications)
    del result.notifications[:]
    result.notifications.extend(choices[kind] for kind in KINDS)
    return result


def _by_kind(choices: Iterable[Choice]) -> dict[int, Choice]:
    """One choice for each kind; what a later one leaves empty stands as in those before."""
    merged: dict[int, Choice] = {}
    for choice in choices:
        merged.setdefault(choice.kind, Choice()).MergeFrom(choice)
    return merged
