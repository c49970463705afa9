"""The opt-out: an address we must not write to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from crm.marketing.v1 import opt_outs_pb2
from crm_chassis.db.base import Id
from crm_chassis.errors import InvalidInput
from crm_chassis.records.model import Personal
from crm_chassis.violations import REQUIRED
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_marketing.base import Record
from crm_marketing.people.model import Contact

ADDRESS, SEGMENT = "ADDRESS", "SEGMENT"


class OptOut(Record):
    """A wish not to be written to, kept under the hash of the address so that it outlives the contact.

    Whose it is, `person_id` says, and nobody reads that. `contact_id` is shown: so it names nobody whom who has written
    the wish down could not see, and whoever cannot see the contact does not see the wish.
    """

    __tablename__ = "opt_outs"
    personal: ClassVar[Personal | None] = Personal("person_id", ("address_hash",))
    seen_with: ClassVar[tuple[tuple[str, Any], ...]] = (("contact_id", Contact),)
    __table_args__ = (
        Index("opt_outs_created", "created_at", "id"),
        Index("opt_outs_updated", "updated_at", "id"),
        Index("opt_outs_reach", "reach", "created_at", "id"),
        Index("opt_outs_segment", "segment_id", "created_at", "id"),
        Index("opt_outs_contact", "contact_id", "created_at", "id"),
        Index("opt_outs_person", "person_id"),
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
    message = opt_outs_pb2.OptOut
    unlogged = frozenset({"address_hash", "person_id"})
    also_names: ClassVar[Mapping[str, str]] = {"person_id": Contact.kind}

    address_hash: Mapped[str] = mapped_column(String)
    reach: Mapped[str] = mapped_column(String)
    segment_id: Mapped[str | None] = mapped_column(Id)
    contact_id: Mapped[str | None] = mapped_column(Id)
    person_id: Mapped[str | None] = mapped_column(Id)
    """The contact who has, or had, the address, whoever may see that one."""
    source: Mapped[str] = mapped_column(String, default="")
    campaign_id: Mapped[str | None] = mapped_column(Id)

    def settle(self) -> None:
        self.person_id = self.person_id or self.contact_id

    def check_reach(self) -> None:
        """SEGMENT names a segment, ADDRESS does not. Raises InvalidInput."""
        if (self.reach == SEGMENT) != (self.segment_id is not None):
            wanted = REQUIRED() if self.reach == SEGMENT else "has no meaning for an address-wide opt-out"
            raise InvalidInput.of("opt_out.segment_id", wanted)
