"""Shares: who may see a record beside those whom owner, team, territory and hierarchy let (decision 0023).

The rows of `shares` are the truth. A record has what reads need of them: the ids it is shared with, and when the first
share ends. Both are rewritten here alone, in the transaction that changes the rows; neither is a change of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ARRAY, BigInteger, Index, SmallInteger, String, Uuid, func, literal, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_chassis.db.base import Base, Id
from crm_chassis.ids import NIL

EVERYONE = "00000000-0000-7000-8000-000000000001"
"""Stands for all users, who reach what is shared with it as far as their permissions go."""


class Share(Base):
    """Somebody a record is shared with: how far, why and until when."""

    __tablename__ = "shares"
    __table_args__ = (
        Index("shares_key", "record_id", "principal_id", "cause", "cause_id", unique=True),
        Index("shares_principal", "principal_id", "kind"),
        Index("shares_expiring", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    record_id: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    kind: Mapped[str] = mapped_column(String)
    """Kind of the record: "crm.sales.opportunity"."""
    principal_kind: Mapped[str] = mapped_column(String)
    """USER, TEAM, ROLE, TERRITORY or EVERYONE."""
    principal_id: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    level: Mapped[int] = mapped_column(SmallInteger)
    """As in crm_chassis.access.levels."""
    cause: Mapped[str] = mapped_column(String)
    """Why: MANUAL, somebody has said so; MEMBER, the user is on the record's team."""
    cause_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), default=NIL)
    role: Mapped[str] = mapped_column(String, default="")
    """What a member of the record's team does there."""
    reason: Mapped[str] = mapped_column(String, default="")
    expires_at: Mapped[datetime | None]
    granted_by: Mapped[str] = mapped_column(String, default="")
    granted_at: Mapped[datetime]


_SHAREABLE: list[type[Any]] = []


class Shareable:
    """The columns of a table whose rows can be shared; it comes before the base that it is mixed into."""

    shareable: ClassVar[bool] = True
    shared_with: Mapped[list[str] | None] = mapped_column(ARRAY(Id))
    """Whom the record is shared with; none if with nobody."""
    share_check_at: Mapped[datetime | None]
    """When the first of its shares ends."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__tablename__" in cls.__dict__:
            _SHAREABLE.append(cls)


class Shared(Shareable):
    """The same for records of the service's own, which tells others of their shares."""

    share_version: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Counts the changes of its shares."""


SHARE_COLUMNS = frozenset({"shared_with", "share_check_at", "share_version"})


def shared_index(table: str) -> Index:
    """The index by which rows of a table are found that are shared with somebody; it knows of no others."""
    return Index(
        f"{table}_shared_with", "shared_with", postgresql_using="gin", postgresql_with={"fastupdate": "off"},
        postgresql_where=text("shared_with IS NOT NULL"),
    )  # fmt: skip


_HOLD = text("SELECT count(pg_advisory_xact_lock(hashtextextended(k, 0))) FROM unnest(CAST(:keys AS text[])) k")


def kind_of(model: Any) -> str:
    """The kind of record of a model, be it the record or a copy: "crm.sales.opportunity"."""
    kind: str = getattr(model, "record_kind", None) or model.kind
    return kind


def shareable_kinds() -> list[str]:
    """The kinds of records whose tables can be shared, as far as this process has them."""
    return sorted({kind_of(model) for model in _SHAREABLE})


def rewrite(session: Session, model: Any, ids: Sequence[str]) -> None:
    """Brings what records say of their shares in line with the rows. Records that are not there are passed over.

    A copy and its shares may be written at once by two that do not see each other: whoever comes second here sees both.
    """
    table = model.__tablename__
    session.execute(_HOLD, {"keys": sorted(f"shares {id_}" for id_ in ids)})
    session.execute(
        text(
            f"""
            UPDATE {table} r SET shared_with = s.readers, share_check_at = s.check_at
            FROM (
                SELECT i.id, min(expires_at) AS check_at,
                    array_agg(DISTINCT principal_id) FILTER (WHERE principal_id IS NOT NULL) AS readers
                FROM unnest(CAST(:ids AS uuid[])) i(id) LEFT JOIN shares ON record_id = i.id AND kind = :kind
                GROUP BY i.id
            ) s
            WHERE r.id = s.id
                AND (r.shared_with IS DISTINCT FROM s.readers OR r.share_check_at IS DISTINCT FROM s.check_at)
            """
        ),
        {"ids": sorted(ids), "kind": kind_of(model)},
    )


def catch_up(session: Session, model: Any, ids: Sequence[str]) -> None:
    """The same for copies that are written: their shares may have come before they did."""
    session.execute(_HOLD, {"keys": sorted(f"shares {id_}" for id_ in ids)})
    query = select(Share.record_id).where(Share.record_id == func.any(literal(list(ids), ARRAY(Id)))).distinct()
    shared = list(session.scalars(query.where(Share.kind == kind_of(model))))
    if shared:
        rewrite(session, model, shared)


def astray(session: Session, model: Any) -> list[str]:
    """The ids of records whose columns do not say what the rows say: there are none, unless something else wrote."""
    table = model.__tablename__
    found = session.scalars(
        text(
            f"""
            SELECT CAST(r.id AS text) FROM {table} r FULL JOIN (
                SELECT record_id, array_agg(DISTINCT principal_id) AS readers, min(expires_at) AS check_at
                FROM shares WHERE kind = :kind GROUP BY record_id
            ) s ON s.record_id = r.id
            WHERE r.id IS NOT NULL
                AND (r.shared_with IS DISTINCT FROM s.readers OR r.share_check_at IS DISTINCT FROM s.check_at)
                AND (r.shared_with IS NOT NULL OR s.record_id IS NOT NULL)
            """
        ),
        {"kind": kind_of(model)},
    )
    return sorted(found)


def readers_of(session: Session, record: Any, now: datetime) -> frozenset[str]:
    """Whom a record is shared with at that time."""
    listed = record.shared_with
    if not listed:
        return frozenset()
    if record.share_check_at is None or record.share_check_at > now:
        return frozenset(listed)
    rows: Iterable[str] = session.scalars(
        text(
            "SELECT DISTINCT CAST(principal_id AS text) FROM shares "
            "WHERE record_id = :id AND (expires_at IS NULL OR expires_at > :now)"
        ),
        {"id": record.id, "now": now},
    )
    return frozenset(rows)
