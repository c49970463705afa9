"""The bases of this service's tables."""

from __future__ import annotations

from crm_chassis.db.base import COLUMN_TYPES
from crm_chassis.records import model
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Base of every table of the service."""

    type_annotation_map = COLUMN_TYPES


class Record(model.Record, Base):
    """Base of the service's records."""

    __abstract__ = True
