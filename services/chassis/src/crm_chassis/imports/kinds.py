"""What a service says of the rows that it can import."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from crm_chassis.access.actor import Actor
from crm_chassis.records.rows import Column, Row
from crm_chassis.records.tx import Transaction


@dataclass(frozen=True)
class Importer:
    """How rows of one kind become records.

    `prepare(tx, rows)` looks up at once what the rows of a batch name. For each row `read(tx, row, batch)` says what it
    means, given what `prepare` returned, and changes nothing; `apply(tx, row, batch, meaning)` creates or updates the
    record and returns "created", "updated" or "unchanged". Both raise a DomainError for a row that cannot be applied,
    UnknownReference for one that names what may still come. Nobody can change by a file what he could not change by
    hand. Whatever a row needs to be refused for belongs into `read`: after `apply` has begun, the rows before
    it are done once more.
    """

    kind: str
    permission: str
    message: type[Message]
    columns: Mapping[str, Column]
    prepare: Callable[[Transaction, Sequence[Row]], Any]
    read: Callable[[Transaction, Row, Any], Any]
    apply: Callable[[Transaction, Row, Any, Any], str]
    seeks_duplicates: bool = False
    """Whether `prepare` looks for records that look like the rows, as the option of the import says."""

    def writable(self, actor: Actor, name: str) -> bool:
        """Whether the actor may fill what cells of that column fill."""
        fields = self.message.DESCRIPTOR.fields_by_name
        field = fields.get(self.columns[name].field) or fields.get(name)
        return field is None or actor.can_write(field)

    def readable(self, actor: Actor, name: str) -> bool:
        """Whether the actor may read what stands in cells of that column."""
        column = self.columns[name]
        field = self.message.DESCRIPTOR.fields_by_name.get(name)
        if column.personal and not actor.may("fields.personal.read"):
            return False
        if column.financial and not actor.may("fields.financial.read"):
            return False
        return field is None or actor.can_read_all(field)
