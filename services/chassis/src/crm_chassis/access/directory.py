"""Each service's own copy of who works where: users, managers, teams, territories, kept current by events.

The copy exists so that row visibility is one SQL predicate. It holds ids only, besides a display name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Index, Integer, String, Uuid, delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_chassis.db.model import Base
from crm_chassis.envelope import IncomingEvent
from crm_chassis.subscription import Subscription

if TYPE_CHECKING:
    from crm_chassis.db.tx import Transaction


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


class DirectoryTeam(Base):
    """A team's name."""

    __tablename__ = "directory_teams"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    name: Mapped[str] = mapped_column(String, default="")


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


def follow_directory(source: str) -> Subscription:
    """Keeps a service's directory current; `source` is who publishes users, teams and territories."""
    return Subscription(
        "directory",
        {
            f"{source}.user.*": _on_user,
            f"{source}.team.*": _on_team,
            f"{source}.territory.*": _on_territory,
        },
    )


@dataclass(frozen=True)
class _User:
    id: str
    display_name: str
    manager_id: str | None
    team_ids: list[str]
    territory_ids: list[str]
    active: bool


def _on_user(tx: Transaction, event: IncomingEvent) -> None:
    user = event.payload["user"]
    put_user(
        tx.session,
        _User(
            id=user["id"],
            display_name=user["display_name"],
            manager_id=user["manager_id"],
            team_ids=user["team_ids"],
            territory_ids=user["territory_ids"],
            active=user["status"] == "ACTIVE" and user["deleted_at"] is None,
        ),
    )


def _on_team(tx: Transaction, event: IncomingEvent) -> None:
    _put_named(tx, DirectoryTeam, event.payload["team"])


def _on_territory(tx: Transaction, event: IncomingEvent) -> None:
    territory = event.payload["territory"]
    _put_named(tx, DirectoryTerritory, territory, parent_id=territory["parent_id"])


def _put_named(tx: Transaction, model: Any, given: dict[str, Any], **more: Any) -> None:
    values = {"name": given["name"], **more}
    statement = upsert(model).values(id=given["id"], **values)
    tx.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


class OwnerReach:
    """The directory seen as a table whose rows own themselves."""

    visible_through = None
    owner_field = "id"
    team_field = None
    territory_field = None
    id = DirectoryUser.id
