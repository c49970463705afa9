"""Who writes: what of a user an e-mail needs."""

from __future__ import annotations

from typing import ClassVar

from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crm_contacts.base import Base


class ReplyAddress(Base):
    """Where answers to a user's e-mails go. A copy of the user's address in identity."""

    __tablename__ = "reply_addresses"
    personal: ClassVar[Personal | None] = Personal("user_id", ("address",))

    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    address: Mapped[str] = mapped_column(String)
