"""What organisations are to each other: the kinds, each with its inverse, and one row for what two are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from crm.contacts.v1 import account_relationships_pb2
from crm_chassis.db.base import Id
from sqlalchemy import ColumnElement, Index, String, and_, exists
from sqlalchemy.orm import Mapped, aliased, mapped_column

from crm_contacts.accounts.model import Account
from crm_contacts.base import Record
from crm_contacts.errors import RelatedToItself

_PAIRS = (
    ("PARTNER", "PARTNER"),
    ("COMPETITOR", "COMPETITOR"),
    ("SUPPLIER", "CUSTOMER"),
    ("RESELLER", "SELLS_THROUGH"),
    ("ADVISER", "ADVISED_BY"),
    ("INVESTOR", "FUNDED_BY"),
    ("REFERRER", "REFERRED_BY"),
)
INVERSE: Mapping[str, str] = {kind: other for pair in _PAIRS for kind, other in (pair, pair[::-1])}
"""What the other end of a relationship of each kind is; a symmetric kind is its own."""


def edge_of(kind: str, from_id: str, to_id: str) -> str:
    """What two accounts are to each other as one text, the same from whichever end it is said."""
    return ":".join(min((kind, from_id, to_id), (INVERSE[kind], to_id, from_id)))


class AccountRelationship(Record):
    """What an account is to another one. Seen by who may read both."""

    __tablename__ = "account_relationships"
    __table_args__ = (
        Index("account_relationships_created", "created_at", "id"),
        Index("account_relationships_updated", "updated_at", "id"),
        Index("account_relationships_from", "from_account_id", "created_at"),
        Index("account_relationships_to", "to_account_id", "created_at"),
        Index("account_relationships_kind", "kind", "created_at"),
        Index("account_relationships_edge", "edge", unique=True, postgresql_where="deleted_at IS NULL"),
    )
    message = account_relationships_pb2.AccountRelationship
    visible_through: ClassVar[tuple[str, Any] | None] = ("from_account_id", Account)
    seen_with: ClassVar[tuple[tuple[str, Any], ...]] = (("from_account_id", Account), ("to_account_id", Account))
    unlogged = frozenset({"edge"})

    from_account_id: Mapped[str] = mapped_column(Id)
    to_account_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String)  # type: ignore[misc]
    note: Mapped[str] = mapped_column(String, default="")
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    edge: Mapped[str] = mapped_column(String)
    """Kind and ends in one order, so that nothing is said twice: not from the other end either."""

    @property
    def inverse_kind(self) -> str:
        return INVERSE[self.kind]

    @classmethod
    def existing(cls) -> ColumnElement[bool]:
        """As long as neither account is deleted: with it, what it is to others is out of sight, and back with it."""
        ends = ((aliased(Account), cls.from_account_id), (aliased(Account), cls.to_account_id))
        present = (exists().where(end.id == id_, end.deleted_at.is_(None)) for end, id_ in ends)
        return and_(cls.deleted_at.is_(None), *present)

    def must_name_two(self) -> None:
        """Raises RelatedToItself."""
        if self.from_account_id == self.to_account_id:
            raise RelatedToItself()

    def settle(self) -> None:
        self.edge = edge_of(self.kind, self.from_account_id, self.to_account_id)
