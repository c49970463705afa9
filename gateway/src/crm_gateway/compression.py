"""Answers made smaller for clients that say they can read them."""

from __future__ import annotations

import gzip
import re
from functools import lru_cache

import brotli
from crm_chassis.remembered import remembers

remembers(__name__)  # documents of the suite


LEAST_BYTES = 1024
GZIP_LEVEL = 5
BROTLI_QUALITY = 4
"""Smaller than gzip at its level, in less time."""
_NOTHING = re.compile(r"q=0(\.0*)?")


def accepts(header: str, coding: str) -> bool:
    """Whether an Accept-Encoding header lets a coding through, such as "gzip" or "br"."""
    accepted: dict[str, bool] = {}
    for part in header.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";")
        accepted[name] = not _NOTHING.fullmatch(weight)
    return accepted.get(coding, accepted.get("*", False))


def coding_of(header: str) -> str:
    """The coding of an answer for an Accept-Encoding header: the better one of those that are accepted, or ""."""
    return next((coding for coding in ("br", "gzip") if accepts(header, coding)), "")


def packed(body: bytes, coding: str) -> bytes:
    """The body as brotli or gzip, the same for the same body."""
    if coding == "br":
        return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY))
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


packed_document = lru_cache(maxsize=16)(packed)
"""The same for documents that are sent again and again."""
