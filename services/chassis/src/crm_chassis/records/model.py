"""What the records of all services have in common.

A Record is a row with an id, a version and a history. Its class names the message that describes it; columns
have the names of the message's fields. Money `amount` is two columns, `amount` and `amount_currency`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import crm_contracts
from google.protobuf.message import Message
from sqlalchemy import BigInteger, ColumnElement, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_chassis.db.base import Id
from crm_chassis.errors import EtagMismatch
from crm_chassis.ids import uuid7


@dataclass(frozen=True)
class Personal:
    """What a table keeps about natural persons, and whom a row is about.

    `subject` is the column with the person's id, "id" where the row is the person's own. If it names a row of another
    table instead, `through` is that table and its column with the person's id. `also` are further columns with the id
    of a person whom the row is about. `columns` hold personal values beside those that repeat a PERSONAL field of the
    contract. Rows that say nothing without these values are deleted with the subject: they are not `kept`.
    """

    subject: str
    columns: tuple[str, ...] = ()
    through: tuple[str, str] | None = None
    also: tuple[str, ...] = ()
    kept: bool = True


class Visible:
    """How the rows of a model are limited to what an actor may see."""

    owner_field: ClassVar[str | None] = None
    """Column of the user who owns the row, for scopes own, team and subtree."""
    team_field: ClassVar[str | None] = None
    queue_permission: ClassVar[str | None] = None
    """Whose holders of scope team reach the rows that have neither owner nor team: what waits for somebody."""
    territory_field: ClassVar[str | None] = None
    visible_through: ClassVar[tuple[str, Any] | None] = None
    """Column and model of the record that decides who sees this one."""
    seen_with: ClassVar[tuple[tuple[str, Any], ...]] = ()
    """Columns and models of records that whoever sees this one must be able to see too, those of them that it names."""
    shareable: ClassVar[bool] = False
    """Whether rows can be shared (crm_chassis.records.sharing)."""
    personal: ClassVar[Personal | None] = None
    """About whom the rows have personal values; None if they have none."""
    plural: ClassVar[str]
    """First half of the permissions that guard the rows, e.g. "contacts"."""

    @classmethod
    def existing(cls) -> ColumnElement[bool] | None:
        """Which rows are there for whoever does not ask for deleted ones; None if all are."""
        return None


@dataclass(frozen=True)
class Restriction:
    """A column, of one id or of a list, whose values name records that are not deleted while they are named."""

    column: str
    target: type[Record]
    """What the column names."""
    detail: str
    """What the refusal to delete says."""


class Record(Visible):
    """A record: what users create, change, delete and find in the audit trail.

    Each service mixes it into a declarative base of its own (`crm_<service>/base.py`).
    """

    message: ClassVar[type[Message]]
    """The message that describes the record to the world."""
    record_kind: ClassVar[str]
    """Kind of record in event types: "crm.sales.opportunity"."""
    kind: ClassVar[Any]
    """The same value under the name that timelines use; not set if the record has a field called `kind`."""
    search_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields that `:` of the filter language searches by words; search_texts must give their words."""
    search_columns: ClassVar[frozenset[str]] = frozenset()
    """Columns whose change makes search_texts give other words."""
    unlogged: ClassVar[frozenset[str]] = frozenset()
    """Columns whose changes are neither history nor a new version: secrets, counters, derived values."""
    computed: ClassVar[frozenset[str]] = frozenset()
    """Fields of the message that use cases compute for each answer, whose value now says nothing of what was read."""

    keeps_old_ids: ClassVar[bool] = False
    """Rows go on naming the records that they were written about, also when those are merged."""
    also_names: ClassVar[Mapping[str, str]] = {}
    """Columns that are no fields and hold ids of records that can be merged, with the kind of those."""

    restricts: ClassVar[tuple[Restriction, ...]] = ()
    """Whose deletion these records stand in the way of: ON DELETE RESTRICT, for records that are only marked."""
    told_as: ClassVar[Any] = None
    """The record that this one is read with, if those it is shared with are told of events of this one."""
    restricted_by: ClassVar[tuple[tuple[type[Record], Restriction], ...]] = ()
    """The other end of `restricts`; filled in by the classes that name this one."""

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=uuid7)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String, default="")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Takes names from the contract. Raises TypeError for a field that would read an attribute of this class."""
        if "message" in cls.__dict__:
            clashing = {field.name for field in cls.message.DESCRIPTOR.fields} & _OWN_NAMES
            if clashing:
                raise TypeError(
                    f"{cls.message.DESCRIPTOR.full_name} has fields with reserved names: {sorted(clashing)}"
                )
            resource = crm_contracts.resource_of(cls.message.DESCRIPTOR)
            if resource is not None:
                cls.plural = resource.plural
                cls.record_kind = crm_contracts.kind_of(cls.message.DESCRIPTOR)
                if "kind" not in cls.message.DESCRIPTOR.fields_by_name:
                    cls.kind = cls.record_kind
        for restriction in cls.__dict__.get("restricts", ()):
            target = restriction.target
            target.restricted_by = (*target.restricted_by, (cls, restriction))
        super().__init_subclass__(**kwargs)

    @classmethod
    def existing(cls) -> ColumnElement[bool] | None:
        return cls.deleted_at.is_(None)

    @property
    def etag(self) -> str:
        """Stands for the version; changes with every change."""
        return str(self.version)

    def check_etag(self, etag: str) -> None:
        """Raises EtagMismatch if `etag` is given and old."""
        if etag and etag.strip('"') != self.etag:
            raise EtagMismatch(f"The record is at version {self.etag}, not {etag}.")

    @classmethod
    def searchable(cls) -> ColumnElement[bool] | None:
        """Which records a search shows; None for all. `:` of a filter finds the others too."""
        return None

    def settle(self) -> None:
        """Brings what follows from other columns in line, and values into the form in which they are stored.

        Called before each write, whichever way the values came. Calling it again changes nothing.
        """

    def search_texts(self) -> Iterable[tuple[str, str]]:
        """(field, text) pairs by whose words the record is found; none by default."""
        return ()


_OWN_NAMES = frozenset(
    name
    for base in (Visible, Record)
    for name in (*vars(base), *base.__annotations__, "metadata", "registry")
    if not name.startswith("_")
) - {"id", "version", "created_at", "updated_at", "deleted_at", "created_by", "etag", "kind"}
"""What a field of a record cannot be called, because reading it would give something else."""
