"""An anchor of the audit trail of another service."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from crm_chassis.records.model import Personal
from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Base


class KeptAnchor(Base):
    """The head of another service's chain at a moment. Append-only, and the first that is told of a link counts."""

    __tablename__ = "kept_anchors"
    personal: ClassVar[Personal | None] = None

    service: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
