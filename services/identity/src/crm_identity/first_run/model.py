"""The code that the first administrator proves with who set the installation up."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import ClassVar

from crm_chassis.records.model import Personal
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Base

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_GROUPS, _LENGTH = 4, 4
"""80 bits, which nobody guesses."""


class SetupCode(Base):
    """The code that is worth something, as a digest; it is removed when it is used or another one is printed."""

    __tablename__ = "setup_codes"
    personal: ClassVar[Personal | None] = None

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the code, which is random enough not to be guessed from it."""

    def fits(self, code: str) -> bool:
        """Whether it is this code, however it is typed."""
        return hmac.compare_digest(self.digest, digest_of(code))


def new_code() -> str:
    """A code as it is printed: "abcd-efgh-2345-mnop"."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS))


def digest_of(code: str) -> bytes:
    """What is stored of a code."""
    return hashlib.sha256("".join(code.lower().replace("-", "").split()).encode()).digest()
