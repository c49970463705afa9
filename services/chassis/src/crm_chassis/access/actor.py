"""Who is calling: an actor with the permissions its roles grant, and how far each reaches."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import crm_contracts
from crm.common.v1 import types_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from crm_chassis.errors import PermissionDenied
from crm_chassis.violations import NOT_WRITABLE

Scope = types_pb2.Scope
ALL, TERRITORY, SUBTREE, TEAM, OWN = Scope.ALL, Scope.TERRITORY, Scope.SUBTREE, Scope.TEAM, Scope.OWN

Kind = Literal["user", "gateway", "system", "anonymous"]
_AUTH_TYPES: dict[Kind, str] = {
    "user": "app_user", "gateway": "service_account", "system": "system", "anonymous": "unauthenticated",
}  # fmt: skip

_CLEARANCE = {
    crm_contracts.Sensitivity.PERSONAL: "fields.personal.read",
    crm_contracts.Sensitivity.FINANCIAL: "fields.financial.read",
}


@dataclass(frozen=True)
class Actor:
    """A caller. `grants` maps permissions to scopes; "*" and "<plural>.*" stand for many.

    The system may do everything. The gateway itself, which calls on its own account, has no rights but to the methods
    that are internal.
    """

    id: str
    kind: Kind = "user"
    grants: Mapping[str, int] = field(default_factory=dict)
    session_id: str = ""
    api_key: str = ""
    """How the API key begins that the actor uses, if it is one; its id is the `session_id`."""
    api_key_expires: float = 0.0
    """When that key expires, in seconds since 1970; 0 without one, and where it is not known."""

    def scope_of(self, permission: str) -> int:
        """How far the permission reaches for this actor; 0 if it is not held."""
        if self.kind == "system":
            return ALL
        plural = permission.split(".", 1)[0]
        return max(self.grants.get(name, 0) for name in (permission, f"{plural}.*", "*"))

    def may(self, permission: str) -> bool:
        """Whether the permission is held at all."""
        return self.scope_of(permission) > 0

    def can_read(self, field: FieldDescriptor) -> bool:
        """Whether the actor may read a field, wherever it would show: answers, filters, sorting, exports."""
        rules = crm_contracts.rules_of(field)
        clearance = _CLEARANCE.get(rules.sensitivity)
        if clearance and not self.may(clearance):
            return False
        return not rules.read_permission or self.may(rules.read_permission)

    def can_read_all(self, field: FieldDescriptor) -> bool:
        """Whether the actor may read a field and all that is in it: who asks about the whole asks about each part."""
        return self.can_read(field) and all(map(self.can_read_all, _parts(field)))

    def can_write(self, field: FieldDescriptor) -> bool:
        """Whether the actor may write a field and all that is in it. What one may not read one may not write either."""
        behavior = crm_contracts.behavior_of(field)
        if crm_contracts.OUTPUT_ONLY in behavior:
            # Nobody changes it; whoever may not read it does not learn by sending it whether it has a value.
            return self.can_read(field)
        if crm_contracts.INPUT_ONLY not in behavior and not self.can_read(field):
            return False
        rules = crm_contracts.rules_of(field)
        if rules.write_permission and not self.may(rules.write_permission):
            return False
        return all(map(self.can_write, _parts(field)))

    @cached_property
    def rights(self) -> Hashable:
        """What the actor may do; equal for all who may do the same."""
        return self.kind, frozenset(self.grants.items())

    @property
    def auth_type(self) -> str:
        """What kind of actor it is in events, in the words of their extension of CloudEvents (authcontext)."""
        return "api_key" if self.api_key else _AUTH_TYPES[self.kind]

    @cached_property
    def clearances(self) -> frozenset[str]:
        """The rights that decide about fields; actors with equal clearances see the same fields."""
        return frozenset(name for name in _field_permissions() if self.may(name))


def limited(grants: Mapping[str, int], permissions: Iterable[str]) -> dict[str, int]:
    """Of `grants` what `permissions` name, as far as it is granted; "*" and "<plural>.*" name many."""
    everything = Actor("", "user", grants)
    found = {name: everything.scope_of(name) for name in permissions if everything.may(name)}
    for name, scope in grants.items():
        plural = name.split(".", 1)[0]
        if not {"*", f"{plural}.*"}.isdisjoint(permissions):
            found[name] = max(scope, found.get(name, 0))
    return dict(sorted(found.items()))


def _parts(field: FieldDescriptor) -> Iterable[FieldDescriptor]:
    """The fields of the messages that a field holds, if they are the suite's own."""
    inner = field.message_type
    return () if inner is None or inner.full_name.startswith("google.protobuf.") else inner.fields


def _field_permissions() -> Iterable[str]:
    yield from _CLEARANCE.values()
    for message in crm_contracts.messages():
        for found in crm_contracts.walk(message.DESCRIPTOR):
            rules = crm_contracts.rules_of(found)
            yield from (name for name in (rules.read_permission, rules.write_permission) if name)


def check_writable(actor: Actor, resource: Message, named: Iterable[str] = ()) -> None:
    """Raises PermissionDenied if a field that is set in `resource`, or named, may not be written by the actor."""
    names = {field.name for field, _ in resource.ListFields()} | set(named)
    fields = [field for field in resource.DESCRIPTOR.fields if field.name in names]
    denied = {field.name: [NOT_WRITABLE()] for field in fields if not actor.can_write(field)}
    if denied:
        raise PermissionDenied(f"You may not write {', '.join(sorted(denied))}.", errors=denied)


SYSTEM = Actor(id="", kind="system")
ANONYMOUS = Actor(id="", kind="anonymous")
