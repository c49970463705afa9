"""What the gateway must know of users to decide access."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from crm.identity.v1 import identity_pb2
from crm_chassis.db.tx import Transaction
from crm_chassis.ids import as_uuid
from sqlalchemy import select

from crm_identity.auth.ending import lately_ended
from crm_identity.roles.grants import as_messages, union
from crm_identity.roles.model import Role
from crm_identity.roles.queries import with_ids
from crm_identity.runtime import runtime
from crm_identity.users.model import User


def resolve_principals(
    tx: Transaction, request: identity_pb2.ResolvePrincipalsRequest
) -> identity_pb2.ResolvePrincipalsResponse:
    """Those of the users that exist, with what their roles allow together."""
    ids = [one for one in request.user_ids if as_uuid(one)]
    users = list(tx.session.scalars(select(User).where(User.id.in_(ids), User.deleted_at.is_(None))))
    wanted = {id_ for user in users for id_ in user.role_ids}
    roles = {role.id: role for role in tx.session.scalars(with_ids(wanted))}
    ended: dict[str, list[str]] = defaultdict(list)
    for user_id, session_id in tx.session.execute(lately_ended(ids, tx)):
        ended[user_id].append(session_id)
    return identity_pb2.ResolvePrincipalsResponse(
        principals=[
            _principal(user, (roles[id_] for id_ in user.role_ids if id_ in roles), ended[user.id]) for user in users
        ]
    )


def _principal(user: User, roles: Iterable[Role], ended: list[str]) -> identity_pb2.Principal:
    held = sorted(roles, key=lambda role: role.name)
    return identity_pb2.Principal(
        user_id=user.id,
        display_name=user.display_name,
        active=user.active,
        role_names=[role.name for role in held],
        grants=as_messages(union(held)),
        epoch=user.epoch,
        revoked_session_ids=ended,
        team_ids=user.team_ids,
        territory_ids=user.territory_ids,
    )


def get_jwks(tx: Transaction, request: identity_pb2.GetJwksRequest) -> identity_pb2.Jwks:
    """The keys that access tokens can be checked with."""
    return runtime().access_tokens.jwks()
