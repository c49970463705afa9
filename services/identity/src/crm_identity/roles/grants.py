"""Permissions and how far they reach, as mappings from permission to scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import crm_contracts
from crm.common.v1 import types_pb2
from crm.identity.v1 import roles_pb2
from crm_chassis.access.actor import ALL, OWN, Actor
from crm_chassis.records import directory

from crm_identity.errors import GrantsMoreThanHeld
from crm_identity.roles.model import Role

Grants = Mapping[str, int]
Holding = tuple[str, int]
"""A permission and a scope that it is held with."""


def grants_of(stored: Iterable[Mapping[str, Any]] | None) -> dict[str, int]:
    """What a role grants."""
    return {one["permission"]: types_pb2.Scope.Value(one["scope"]) for one in stored or ()}


def union(roles: Iterable[Role]) -> dict[str, int]:
    """What several roles grant together: the widest scope of each permission."""
    return directory.union(grants_of(role.grants) for role in roles)


def as_messages(grants: Grants) -> list[roles_pb2.Grant]:
    """Grants as they stand in answers."""
    return [roles_pb2.Grant(permission=p, scope=types_pb2.Scope.Name(cast(Any, scope))) for p, scope in grants.items()]


def is_known(permission: str) -> bool:
    """Whether the suite asks for the permission, or some permission that the pattern stands for."""
    known = crm_contracts.permissions()
    plurals = {name.split(".", 1)[0] for name in known}
    return permission == "*" or permission in known or permission.removesuffix(".*") in plurals


def held_by(roles: Iterable[Role]) -> frozenset[Holding]:
    """Each permission that roles grant, with each scope that they grant it with."""
    return frozenset(holding for role in roles for holding in grants_of(role.grants).items())


def check_held(actor: Actor, holdings: Iterable[Holding]) -> None:
    """Raises GrantsMoreThanHeld if the actor does not hold one of them with that scope or a wider one.

    ALL is wider than every scope, every scope is wider than OWN; the others reach different records each.
    """
    for permission, scope in sorted(holdings):
        own = actor.scope_of(permission)
        if own not in (scope, ALL) and not (own and scope == OWN):
            raise GrantsMoreThanHeld(
                f"You do not hold {permission} with the scope {types_pb2.Scope.Name(cast(Any, scope))}."
            )
