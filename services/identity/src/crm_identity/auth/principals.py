"""What the gateway must know of users to decide access."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from crm.identity.v1 import auth_pb2
from crm_chassis.access.actor import SUBTREE, TERRITORY
from crm_chassis.ids import as_uuid
from crm_chassis.records.directory import Rights
from crm_chassis.records.tx import Transaction
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_identity.logins.ending import lately_ended
from crm_identity.roles.grants import as_messages, union
from crm_identity.roles.model import Role
from crm_identity.roles.queries import with_ids
from crm_identity.runtime import runtime
from crm_identity.territories.queries import reached_by
from crm_identity.users.model import User
from crm_identity.users.standing import StandingFor


def resolve_principals(
    tx: Transaction, request: auth_pb2.ResolvePrincipalsRequest
) -> auth_pb2.ResolvePrincipalsResponse:
    """Those of the users that exist, with what their roles allow together."""
    ids = [one for one in request.user_ids if as_uuid(one)]
    users = list(tx.session.scalars(select(User).where(User.id.in_(ids), User.deleted_at.is_(None))))
    wanted = {id_ for user in users for id_ in user.role_ids}
    roles = {role.id: role for role in tx.session.scalars(with_ids(wanted))}
    ended: dict[str, list[str]] = defaultdict(list)
    for user_id, session_id in tx.session.execute(lately_ended(ids, tx)):
        ended[user_id].append(session_id)
    held = {user.id: [roles[id_] for id_ in user.role_ids if id_ in roles] for user in users}
    grants = {user_id: union(of_user) for user_id, of_user in held.items()}
    far = [user_id for user_id, granted in grants.items() if TERRITORY in granted.values()]
    reached: dict[str, list[str]] = defaultdict(list)
    if far:
        for user_id, territory_id in tx.session.execute(reached_by(far)):
            reached[user_id].append(territory_id)
    stood_for = StandingFor(tx.session, users, [id_ for id_, granted in grants.items() if SUBTREE in granted.values()])
    principals = []
    for user in users:
        principal = _principal(user, held[user.id], grants[user.id], ended[user.id], reached[user.id])
        principal.principal_ids.extend(stood_for.of(user))
        principal.principal_ids_below.extend(stood_for.below(user))
        principals.append(principal)
    return auth_pb2.ResolvePrincipalsResponse(principals=principals)


def _principal(
    user: User, roles: Iterable[Role], grants: Mapping[str, int], ended: list[str], reached: list[str]
) -> auth_pb2.Principal:
    return auth_pb2.Principal(
        user_id=user.id,
        display_name=user.display_name,
        active=user.active,
        role_names=sorted(role.name for role in roles),
        grants=as_messages(grants),
        epoch=user.epoch,
        revoked_session_ids=ended,
        team_ids=user.team_ids,
        territory_ids=user.territory_ids,
        manager_id=user.manager_id,
        reached_territory_ids=reached,
    )


def rights_of(session: Session, user_id: str) -> Rights | None:
    """What a user may do now; None for nobody."""
    user = session.scalar(select(User).where(User.id == user_id).execution_options(populate_existing=True))
    if user is None:
        return None
    active = user.active and user.deleted_at is None
    return Rights(active, union(session.scalars(with_ids(user.role_ids))) if active else {})


def get_jwks(tx: Transaction, request: auth_pb2.GetJwksRequest) -> auth_pb2.Jwks:
    """The keys that access tokens can be checked with."""
    return runtime().access_tokens.jwks()
