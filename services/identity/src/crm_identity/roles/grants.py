"""Permissions and how far they reach, as mappings from permission to scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import crm_contracts
from crm.common.v1 import common_pb2
from crm.identity.v1 import identity_pb2
from crm_chassis.access.actor import Actor

from crm_identity.errors import GrantsMoreThanHeld
from crm_identity.roles.model import Role

Grants = Mapping[str, int]


def grants_of(stored: Iterable[Mapping[str, Any]] | None) -> dict[str, int]:
    """What a role grants."""
    return {one["permission"]: common_pb2.Scope.Value(one["scope"]) for one in stored or ()}


def union(roles: Iterable[Role]) -> dict[str, int]:
    """What several roles grant together: the widest scope of each permission."""
    found: dict[str, int] = {}
    for role in roles:
        for permission, scope in grants_of(role.grants).items():
            found[permission] = max(scope, found.get(permission, 0))
    return dict(sorted(found.items()))


def as_messages(grants: Grants) -> list[identity_pb2.Grant]:
    """Grants as they stand in answers."""
    return [
        identity_pb2.Grant(permission=p, scope=common_pb2.Scope.Name(cast(Any, scope))) for p, scope in grants.items()
    ]


def is_known(permission: str) -> bool:
    """Whether the suite asks for the permission, or some permission that the pattern stands for."""
    known = crm_contracts.permissions()
    plurals = {name.split(".", 1)[0] for name in known}
    return permission == "*" or permission in known or permission.removesuffix(".*") in plurals


def check_held(actor: Actor, given: Grants, before: Grants | None = None) -> None:
    """Raises GrantsMoreThanHeld if `given` has more than `before` in a way that the actor does not hold."""
    for permission, scope in given.items():
        if scope > (before or {}).get(permission, 0) and actor.scope_of(permission) < scope:
            raise GrantsMoreThanHeld(f"You do not hold {permission} that far yourself.")
