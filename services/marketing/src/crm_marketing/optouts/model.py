"""The opt-out: an address we must not write to."""

from __future__ import annotations

from crm.marketing.v1 import marketing_pb2
from crm_chassis.db.model import Id, Record
from crm_chassis.errors import InvalidInput
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

ADDRESS, SEGMENT = "ADDRESS", "SEGMENT"


class OptOut(Record):
    """A wish not to be written to, kept under the hash of the address so that it outlives the contact."""

    __tablename__ = "opt_outs"
    __table_args__ = (
        Index("opt_outs_created", "created_at", "id"),
        Index("opt_outs_updated", "updated_at", "id"),
        Index("opt_outs_reach", "reach", "created_at", "id"),
        Index("opt_outs_segment", "segment_id", "created_at", "id"),
        Index("opt_outs_contact", "contact_id", "created_at", "id"),
        Index("opt_outs_source", "source", "created_at", "id"),
        Index(
            "opt_outs_address", "address_hash", unique=True,
            postgresql_where="reach = 'ADDRESS' AND deleted_at IS NULL",
        ),
        Index(
            "opt_outs_address_segment", "address_hash", "segment_id", unique=True,
            postgresql_where="reach = 'SEGMENT' AND deleted_at IS NULL",
        ),
    )  # fmt: skip
    message = marketing_pb2.OptOut
    unlogged = frozenset({"address_hash"})

    address_hash: Mapped[str] = mapped_column(String)
    reach: Mapped[str] = mapped_column(String)
    segment_id: Mapped[str | None] = mapped_column(Id)
    contact_id: Mapped[str | None] = mapped_column(Id)
    source: Mapped[str] = mapped_column(String, default="")
    campaign_id: Mapped[str | None] = mapped_column(Id)

    def check_reach(self) -> None:
        """SEGMENT names a segment, ADDRESS does not. Raises InvalidInput."""
        if (self.reach == SEGMENT) != (self.segment_id is not None):
            wanted = "is required" if self.reach == SEGMENT else "has no meaning for an address-wide opt-out"
            raise InvalidInput.of("opt_out.segment_id", wanted)
