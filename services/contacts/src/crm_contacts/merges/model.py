"""The merge: which records were made one, by which rules, and how each was before."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from crm.contacts.v1 import merges_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from crm_contacts.base import Base, Record
from crm_contacts.errors import MergeAlreadyUndone

DONE, UNDONE = "DONE", "UNDONE"


class Merge(Record):
    """Records that were made one. It names ids and fields, no values."""

    __tablename__ = "merges"
    personal: ClassVar[Personal | None] = None
    __table_args__ = (
        Index("merges_created", "created_at", "id"),
        Index("merges_updated", "updated_at", "id"),
        Index("merges_resource", "resource", "created_at"),
        Index("merges_survivor", "survivor_id", "created_at"),
        Index("merges_losers", "loser_ids", postgresql_using="gin"),
        Index("merges_state", "state", "created_at"),
    )
    message = merges_pb2.Merge

    resource: Mapped[str]
    survivor_id: Mapped[str] = mapped_column(Id)
    loser_ids: Mapped[list[str]] = mapped_column(ARRAY(Id))
    state: Mapped[str] = mapped_column(String, default=DONE)
    fields: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String, default="")

    @property
    def ids(self) -> list[str]:
        """The survivor's and the losers'."""
        return [self.survivor_id, *self.loser_ids]

    def undo(self, by: str, now: datetime) -> None:
        """It holds no longer. Raises MergeAlreadyUndone the second time."""
        if self.state != DONE:
            raise MergeAlreadyUndone()
        self.state, self.undone_by, self.undone_at = UNDONE, by, now


class MergeSnapshot(Base):
    """A record as it was before a merge, and the survivor also as it was after it; sealed under its own key."""

    __tablename__ = "merge_snapshots"
    personal: ClassVar[Personal | None] = Personal("record_id", ("sealed",))
    __table_args__ = (Index("merge_snapshots_record", "record_id"),)

    merge_id: Mapped[str] = mapped_column(Id, primary_key=True)
    record_id: Mapped[str] = mapped_column(Id, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
