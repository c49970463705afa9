"""The tables of imports: each one, its file while it is read, its rows while they wait, and those that failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, LargeBinary, String, Text, delete, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_chassis.db.base import Base, Id
from crm_chassis.ids import uuid7

READING, APPLYING, DONE, FAILED, CANCELLED = "READING", "APPLYING", "DONE", "FAILED", "CANCELLED"
UNFINISHED = (READING, APPLYING)
FAILURES_KEPT = timedelta(days=90)
"""So long after its end the failed rows of an import can be fetched; then their number is left."""

MAX_KEPT = 256 * 1024 * 1024
"""Characters of failed rows that are kept of all imports of one user."""


class ImportRun(Base):
    """An import and how far it has come."""

    __tablename__ = "imports"
    __table_args__ = (Index("imports_actor", "actor_id", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=uuid7)
    kind: Mapped[str] = mapped_column(String)
    file_name: Mapped[str] = mapped_column(String)
    state: Mapped[str] = mapped_column(String, index=True)
    """READING, APPLYING, DONE, FAILED or CANCELLED; RUNNING was one of 0.1.0, whose workers take those."""
    dry_run: Mapped[bool] = mapped_column(Boolean)
    mapping: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """How the file is read: ImportOptions, without what is not set."""
    codec: Mapped[str] = mapped_column(String, server_default="")
    columns: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """The names in the header."""
    targets: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """What each column is mapped to, "" for nothing."""
    size: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Bytes of the file."""
    job_id: Mapped[str | None] = mapped_column(Id)
    actor_id: Mapped[str] = mapped_column(String)
    grants: Mapped[dict[str, Any]]
    """Empty: the rights of the owner are asked anew for each batch. Processes of 0.1.0 expect the column."""
    request_id: Mapped[str] = mapped_column(String)
    rows_read: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_created: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_updated: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_unchanged: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_failed: Mapped[int] = mapped_column(BigInteger, default=0)
    kept_size: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    """Characters of its failed rows that are kept."""
    repairs: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    """What was made good, and in how many rows."""
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    def end(self, session: Session, state: str, now: datetime, error: str = "") -> None:
        """It is over; nothing but what is shown of it is kept."""
        self.state, self.error, self.finished_at = state, error, now
        for table in (ImportChunk, ImportRow):
            session.execute(delete(table).where(table.import_id == self.id))


def forget_failures(session: Session, now: datetime) -> None:
    """Removes the failed rows of imports that ended long ago."""
    old = select(ImportRun.id).where(ImportRun.finished_at < now - FAILURES_KEPT)
    session.execute(delete(ImportFailure).where(ImportFailure.import_id.in_(old)))
    session.execute(update(ImportRun).where(ImportRun.id.in_(old), ImportRun.kept_size > 0).values(kept_size=0))


def make_room(session: Session, run: ImportRun, size: int) -> bool:
    """Makes room for so many characters of failed rows of an import: cells of the owner's older imports go, the oldest
    first. False if the import itself has taken all that there is."""
    if run.kept_size + size > MAX_KEPT:
        return False
    others = select(ImportRun).where(
        ImportRun.actor_id == run.actor_id, ImportRun.id != run.id, ImportRun.kept_size > 0
    )
    older = session.scalars(others.order_by(ImportRun.id).with_for_update()).all()
    excess = sum(one.kept_size for one in older) + run.kept_size + size - MAX_KEPT
    for one in older:
        if excess <= 0:
            break
        emptied = update(ImportFailure).where(ImportFailure.import_id == one.id)
        session.execute(emptied.values(row={}, cells=[]).execution_options(synchronize_session=False))
        excess, one.kept_size = excess - one.kept_size, 0
    return True


class ImportChunk(Base):
    """A piece of an imported file; removed when the file is read."""

    __tablename__ = "import_chunks"

    import_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRow(Base):
    """A row that was read and is not applied yet."""

    __tablename__ = "import_rows"
    __table_args__ = (Index("import_rows_waiting", "import_id", "line", postgresql_where=text("waiting")),)

    import_id: Mapped[str] = mapped_column(Id, primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    cells: Mapped[list[str]] = mapped_column(JSONB)
    waiting: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    """It names something that is not there; that may be on its way."""


class ImportFailure(Base):
    """A row that was not applied, and why."""

    __tablename__ = "import_errors"
    __table_args__ = (Index("import_errors_deferred", "import_id", "deferred"),)

    import_id: Mapped[str] = mapped_column(Id, primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    field: Mapped[str] = mapped_column(String)
    message: Mapped[str] = mapped_column(Text)
    row: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cells: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    deferred: Mapped[bool] = mapped_column(Boolean, default=False)
    """Of rows that waited in 0.1.0."""
