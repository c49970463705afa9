"""Base classes of the domain model.

A Record is a row with an id, a version and a history. Its class names the message that describes it; columns
have the names of the message's fields. Money `amount` is two columns, `amount` and `amount_currency`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

import crm_contracts
from google.protobuf.message import Message
from sqlalchemy import BigInteger, DateTime, Numeric, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from crm_chassis.ids import uuid7

Id = Uuid(as_uuid=False)
Moment = DateTime(timezone=True)
Amount = Numeric(20, 4)
Texts = ARRAY(String)


class Base(DeclarativeBase):
    """Base of all tables of a service."""

    type_annotation_map = {
        datetime: Moment,
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: Texts,
    }


class Visible:
    """How the rows of a model are limited to what an actor may see."""

    owner_field: ClassVar[str | None] = None
    """Column of the user who owns the row, for scopes own, team and subtree."""
    team_field: ClassVar[str | None] = None
    territory_field: ClassVar[str | None] = None
    visible_through: ClassVar[tuple[str, Any] | None] = None
    """Column and model of the record that decides who sees this one."""
    plural: ClassVar[str]
    """First half of the permissions that guard the rows, e.g. "contacts"."""


class Record(Visible, Base):
    """A record: what users create, change, delete and find in the audit trail."""

    __abstract__ = True

    message: ClassVar[type[Message]]
    """The message that describes the record to the world."""
    record_kind: ClassVar[str]
    """Kind of record in event types: "crm.sales.opportunity"."""
    kind: ClassVar[Any]
    """The same, where the record has no field of that name."""
    search_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields that `:` of the filter language searches by words; search_texts must give their words."""
    search_columns: ClassVar[frozenset[str]] = frozenset()
    """Columns whose change makes search_texts give other words."""
    unlogged: ClassVar[frozenset[str]] = frozenset()
    """Columns whose changes are neither history nor a new version: secrets, counters, derived values."""

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=uuid7)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String, default="")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "message" in cls.__dict__:
            resource = crm_contracts.resource_of(cls.message.DESCRIPTOR)
            if resource is not None:
                package = cls.message.DESCRIPTOR.file.package.split(".")[1]
                cls.plural = resource.plural
                cls.record_kind = f"crm.{package}.{resource.name}"
                if "kind" not in cls.message.DESCRIPTOR.fields_by_name:
                    cls.kind = cls.record_kind
        super().__init_subclass__(**kwargs)

    @property
    def etag(self) -> str:
        """Stands for the version; changes with every change."""
        return str(self.version)

    def search_texts(self) -> Iterable[tuple[str, str]]:
        """(field, text) pairs by whose words the record is found; none by default."""
        return ()
