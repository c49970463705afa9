"""The organisation that runs the suite; there is one."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from typing import Any

from crm.identity.v1 import organisation_pb2
from crm_chassis.errors import InvalidInput
from crm_chassis.violations import REQUIRED, TOO_MANY_BYTES
from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Record

LARGEST_LOGO = 64 * 1024
NEVER_EMPTY = ("name", "currency", "fiscal_year_start_month", "time_zone", "languages")


class Organisation(Record):
    """Who runs the suite, and what holds there for whoever has not chosen otherwise."""

    __tablename__ = "organisation"
    message = organisation_pb2.Organisation
    unlogged = frozenset({"logo_url"})

    name: Mapped[str]
    currency: Mapped[str]
    fiscal_year_start_month: Mapped[int] = mapped_column(Integer)
    time_zone: Mapped[str]
    languages: Mapped[list[str]]
    default_preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    logo_url: Mapped[str] = mapped_column(String, default="")
    """A data URL. It is too large for events and history, which have the digest."""
    logo_digest: Mapped[str] = mapped_column(String, default="")
    measures_console: Mapped[bool] = mapped_column(default=True, server_default="true")

    @property
    def uid(self) -> str:
        """What the organisation is called by in events."""
        return self.id

    def check_complete(self) -> None:
        """Raises InvalidInput naming the fields that are empty and must not be."""
        empty: dict[str, list[str]] = {
            f"organisation.{name}": [REQUIRED()] for name in NEVER_EMPTY if not getattr(self, name)
        }
        if "" in self.languages:
            empty["organisation.languages"] = ["must not hold an empty one"]
        if empty:
            raise InvalidInput("The organisation has empty fields.", errors=empty)

    def take_logo(self, url: str) -> None:
        """The logo from now on. Raises InvalidInput if it is no image of the kind that it says, or too large."""
        if url:
            media_type, _, encoded = url.removeprefix("data:").partition(";base64,")
            _check_image(media_type, encoded)
        self.logo_url = url
        self.logo_digest = hashlib.sha256(url.encode()).hexdigest()[:32] if url else ""


def _check_image(media_type: str, encoded: str) -> None:
    try:
        content = b64decode(encoded, validate=True)
    except ValueError as error:
        raise InvalidInput.of("organisation.logo", "is not base64") from error
    if len(content) > LARGEST_LOGO:
        raise InvalidInput.of("organisation.logo", TOO_MANY_BYTES(kilobytes=LARGEST_LOGO // 1024))
    is_png = content.startswith(b"\x89PNG\r\n\x1a\n")
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    if not {"image/png": is_png, "image/webp": is_webp}[media_type]:
        raise InvalidInput.of("organisation.logo", f"is no {media_type}")
