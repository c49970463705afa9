"""Rules of role input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import types_pb2
from crm.identity.v1 import roles_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates

from crm_identity.roles.grants import is_known


@schema_for(roles_pb2.Grant)
class GrantSchema(derived(roles_pb2.Grant)):  # type: ignore[misc]
    """A grant names a permission that exists and a scope that exists."""

    @validates("permission")
    def exists(self, value: str, **_: Any) -> None:
        if not is_known(value):
            raise ValidationError("no such permission")

    @validates("scope")
    def scope_exists(self, value: int, **_: Any) -> None:
        if value not in types_pb2.Scope.values():
            raise ValidationError("no such scope")


@schema_for(roles_pb2.Role)
class RoleSchema(derived(roles_pb2.Role)):  # type: ignore[misc]
    """A role grants a permission once."""

    @validates("grants")
    def once(self, value: list[dict[str, Any]], **_: Any) -> None:
        names = [one.get("permission") for one in value]
        if len(set(names)) < len(names):
            raise ValidationError("must not name a permission twice")
