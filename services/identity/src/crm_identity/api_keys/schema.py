"""Rules of API key input that field options cannot say."""

from __future__ import annotations

from crm.identity.v1 import api_keys_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates

from crm_identity.roles.grants import is_known


@schema_for(api_keys_pb2.ApiKey)
class ApiKeySchema(derived(api_keys_pb2.ApiKey)):  # type: ignore[misc]
    """An API key names permissions that exist."""

    @validates("permissions")
    def exist(self, value: list[str], **_: object) -> None:
        unknown = [name for name in value if not is_known(name)]
        if unknown:
            raise ValidationError(f"no such permission: {', '.join(unknown)}")
