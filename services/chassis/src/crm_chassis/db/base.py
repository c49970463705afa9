"""The types of columns, and the base of the tables that every service has beside its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Numeric, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

Id = Uuid(as_uuid=False)
Moment = DateTime(timezone=True)
Amount = Numeric(20, 4)
Texts = ARRAY(String)

COLUMN_TYPES: dict[Any, Any] = {
    datetime: Moment,
    dict[str, Any]: JSONB,
    list[dict[str, Any]]: JSONB,
    list[str]: Texts,
}
"""The column type of an annotation, the same in every service."""


class Base(DeclarativeBase):
    """Base of the tables that the chassis brings along."""

    type_annotation_map = COLUMN_TYPES
