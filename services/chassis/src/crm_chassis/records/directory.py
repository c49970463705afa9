"""Each service's own copy of who works where: users, managers, teams, territories, kept current by events.

The copy exists so that row visibility is one SQL predicate. It holds ids only, besides a display name. A service that
works on behalf of users after they have asked for it has a copy of their rights too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Boolean, Index, Integer, String, Uuid, delete, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_chassis.db.base import Base


class DirectoryUser(Base):
    """A user as far as other services must know one."""

    __tablename__ = "directory_users"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    display_name: Mapped[str] = mapped_column(String, default="")
    manager_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False), index=True)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class DirectoryReport(Base):
    """`user_id` works for `manager_id`, `depth` levels below; depth 0 is the user itself."""

    __tablename__ = "directory_reports"
    __table_args__ = (Index("directory_reports_user", "user_id"),)

    manager_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    user_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    depth: Mapped[int] = mapped_column(Integer)


class DirectoryTeamMember(Base):
    """A user's membership of a team."""

    __tablename__ = "directory_team_members"
    __table_args__ = (Index("directory_team_members_user", "user_id"),)

    team_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    user_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)


class DirectoryUserTerritory(Base):
    """A territory a user works in."""

    __tablename__ = "directory_user_territories"

    user_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    territory_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)


class DirectoryTerritory(Base):
    """A territory and what it is part of."""

    __tablename__ = "directory_territories"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    name: Mapped[str] = mapped_column(String, default="")
    parent_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    deleted: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    """Records that name it keep doing so; no other comes to."""


class DirectoryTeam(Base):
    """A team's name."""

    __tablename__ = "directory_teams"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    name: Mapped[str] = mapped_column(String, default="")
    deleted: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    """Records that name it keep doing so; no other comes to."""


class DirectoryRole(Base):
    """What a role grants: permission to scope."""

    __tablename__ = "directory_roles"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    grants: Mapped[dict[str, Any]] = mapped_column(JSONB)


class DirectoryHolder(Base):
    """The roles of a user."""

    __tablename__ = "directory_holders"

    user_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    active: Mapped[bool] = mapped_column(Boolean)
    role_ids: Mapped[list[str]] = mapped_column(ARRAY(Uuid(as_uuid=False)))


class EndedKey(Base):
    """An API key that was revoked: what was begun with it does not go on."""

    __tablename__ = "directory_ended_keys"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    ended_at: Mapped[datetime]


@dataclass(frozen=True)
class Rights:
    """What a user may do now; one who is not active may do nothing."""

    active: bool
    grants: Mapping[str, int]


def rights_of(session: Session, user_id: str) -> Rights | None:
    """What a user may do as far as this service was told; None if the user, or a role of the user, is not known yet."""
    holder = session.get(DirectoryHolder, user_id, populate_existing=True)
    if holder is None:
        return None
    query = select(DirectoryRole.id, DirectoryRole.grants).where(DirectoryRole.id.in_(holder.role_ids))
    roles: dict[str, Mapping[str, int]] = {row.id: row.grants for row in session.execute(query)}
    if not roles.keys() >= set(holder.role_ids):
        return None
    return Rights(holder.active, union(roles.values()) if holder.active else {})


def rights_of_all(session: Session, user_ids: Sequence[str]) -> dict[str, Rights]:
    """The same of several users, by id; without those that are not known yet."""
    holders = session.scalars(select(DirectoryHolder).where(DirectoryHolder.user_id.in_(user_ids))).all()
    wanted = {role_id for holder in holders for role_id in holder.role_ids}
    query = select(DirectoryRole.id, DirectoryRole.grants).where(DirectoryRole.id.in_(wanted))
    roles: dict[str, Mapping[str, int]] = {row.id: row.grants for row in session.execute(query)}
    return {
        holder.user_id: Rights(
            holder.active, union(roles[role_id] for role_id in holder.role_ids) if holder.active else {}
        )
        for holder in holders
        if roles.keys() >= set(holder.role_ids)
    }


def end_key(session: Session, key_id: str, now: datetime) -> None:
    """Notes that an API key was revoked, once."""
    session.execute(upsert(EndedKey).values(id=key_id, ended_at=now).on_conflict_do_nothing())


def union(roles: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """What several roles grant together: the widest scope of each permission."""
    grants: dict[str, int] = {}
    for role in roles:
        for permission, scope in role.items():
            grants[permission] = max(scope, grants.get(permission, 0))
    return dict(sorted(grants.items()))


_REBUILD_REPORTS = text(
    """
    INSERT INTO directory_reports (manager_id, user_id, depth)
    WITH RECURSIVE chain(manager_id, user_id, depth) AS (
        SELECT id, id, 0 FROM directory_users
        UNION
        SELECT u.manager_id, c.user_id, c.depth + 1
        FROM chain c JOIN directory_users u ON u.id = c.manager_id
        WHERE u.manager_id IS NOT NULL AND c.depth < 50
    )
    SELECT manager_id, user_id, min(depth) FROM chain GROUP BY manager_id, user_id
    """
)


def put_user(session: Session, user: Any) -> None:
    """Takes over a user as an event (or identity itself) describes it.

    `user` has id, display_name, manager_id, team_ids, territory_ids and active. The closure of the hierarchy is
    computed anew only if the user's manager changed: users are few and move rarely.
    """
    known = session.scalar(select(DirectoryUser).where(DirectoryUser.id == user.id))
    if known is None:
        known = DirectoryUser(id=user.id)
        session.add(known)
        moved = True
    else:
        moved = known.manager_id != user.manager_id
    known.display_name, known.manager_id, known.active = user.display_name, user.manager_id, user.active
    session.flush()
    for model, column, ids in (
        (DirectoryTeamMember, "team_id", user.team_ids),
        (DirectoryUserTerritory, "territory_id", user.territory_ids),
    ):
        session.execute(delete(model).where(model.user_id == user.id))
        if ids:
            session.execute(insert(model), [{"user_id": user.id, column: one} for one in dict.fromkeys(ids)])
    if moved:
        session.execute(delete(DirectoryReport))
        session.execute(_REBUILD_REPORTS)


class OwnerReach:
    """The directory seen as a table whose rows own themselves."""

    visible_through = None
    seen_with = ()
    shareable = False
    owner_field = "id"
    team_field = None
    territory_field = None
    id = DirectoryUser.id
