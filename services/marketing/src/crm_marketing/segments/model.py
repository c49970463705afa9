"""The segment and its members."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from crm.marketing.v1 import segments_pb2
from crm_chassis.db.base import Id
from crm_chassis.errors import InvalidInput
from crm_chassis.records.sharing import Shared, shared_index
from crm_chassis.violations import REQUIRED
from sqlalchemy import Boolean, Index, String, func, literal_column, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from crm_marketing.base import Record
from crm_marketing.errors import SegmentNotDynamic, SegmentNotStatic
from crm_marketing.marks import SegmentMark

STATIC, DYNAMIC = "STATIC", "DYNAMIC"
_OF_ANY_ACCOUNT = "ARRAY['account.*', 'account_id']::varchar[]"
"""What marks say that may speak of any field of an account."""


class SegmentMember(Record):
    """A contact in a segment. The row stays when the contact leaves, so that the versions of its events go on."""

    __tablename__ = "segment_members"
    __table_args__ = (
        Index("segment_members_present", "segment_id", "contact_id", postgresql_where="left_at IS NULL"),
        Index("segment_members_contact", "contact_id", postgresql_where="left_at IS NULL"),
    )
    message = segments_pb2.SegmentMember
    record_kind = "crm.marketing.segment_member"
    plural = "segments"

    segment_id: Mapped[str] = mapped_column(Id)
    contact_id: Mapped[str] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String)
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    @staticmethod
    def id_of(segment_id: str, contact_id: str) -> str:
        """The id of a membership follows from segment and contact."""
        return str(uuid5(UUID(segment_id), contact_id))

    def enter(self, reason: str, now: datetime) -> None:
        """The contact is in the segment from now on."""
        self.reason, self.entered_at, self.left_at = reason, now, None

    def leave(self, reason: str, now: datetime) -> None:
        """The contact is out of the segment."""
        self.reason, self.left_at = reason, now


class Segment(Shared, Record):
    """A set of contacts."""

    __tablename__ = "segments"
    __table_args__ = (
        Index("segments_created", "created_at", "id"),
        Index("segments_updated", "updated_at", "id"),
        Index("segments_name", "name", "id"),
        Index("segments_kind", "kind", "created_at", "id"),
        Index("segments_owner", "owner_id", "created_at", "id"),
        Index("segments_mentions", "mentions", postgresql_using="gin"),
        Index("segments_rebuild_due", "id", postgresql_where="rebuild_due"),
        shared_index("segments"),
    )
    message = segments_pb2.Segment
    computed: ClassVar[frozenset[str]] = frozenset({"member_count", "behind_since"})
    owner_field: ClassVar[str | None] = "owner_id"
    unlogged = frozenset({"mentions", "rebuild_due", "rebuilt_at"})

    name: Mapped[str] = mapped_column(String)
    kind: Mapped[str] = mapped_column(String)  # type: ignore[misc]
    filter: Mapped[str] = mapped_column(String, default="")
    description: Mapped[str] = mapped_column(String, default="")
    owner_id: Mapped[str | None] = mapped_column(Id)
    rebuilt_at: Mapped[datetime | None]
    mentions: Mapped[list[str]] = mapped_column(default=list)
    """Fields the membership depends on, directly or through other segments, and those segments as "segment:<id>"."""
    rebuild_due: Mapped[bool] = mapped_column(Boolean, default=False)
    """True while the worker evaluates the filter over all contacts."""
    behind_since: Mapped[datetime | None] = column_property(
        select(func.min(SegmentMark.marked_at))
        .where(
            literal_column("segments.kind") == DYNAMIC,
            SegmentMark.fields.op("&&")(literal_column(f"(segments.mentions || {_OF_ANY_ACCOUNT})")),
        )
        .scalar_subquery()
    )
    """Since when changes wait that the membership may depend on."""
    member_count = 0
    """How many members there are, for whoever asks: see `counted`."""

    def check_filter(self) -> None:
        """A dynamic segment has a filter, a static one has none. Raises InvalidInput."""
        if (self.kind == DYNAMIC) != bool((self.filter or "").strip()):
            wanted = REQUIRED() if self.kind == DYNAMIC else "has no meaning for a static segment"
            raise InvalidInput.of("segment.filter", wanted)

    def check_static(self) -> None:
        """Raises SegmentNotStatic."""
        if self.kind != STATIC:
            raise SegmentNotStatic()

    def check_dynamic(self) -> None:
        """Raises SegmentNotDynamic."""
        if self.kind != DYNAMIC:
            raise SegmentNotDynamic()
