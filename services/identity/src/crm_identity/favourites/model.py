"""The favourite: a record that a user wants at hand."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Base


class Favourite(Base):
    """A record by its id alone: what it is called may be personal."""

    __tablename__ = "favourites"
    personal: ClassVar[Personal | None] = None

    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(Id, primary_key=True)
    added_at: Mapped[datetime]
