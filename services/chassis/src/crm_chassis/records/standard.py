"""The use cases that a kind of record needs no code of its own for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import crm_contracts

from crm_chassis.errors import RecordMerged
from crm_chassis.records.groups import group_records
from crm_chassis.records.mapping import assign
from crm_chassis.records.model import Record
from crm_chassis.records.paging import list_page
from crm_chassis.records.tx import Transaction


class StandardUseCase:
    """A use case as every kind of record has it; one that a service writes out takes its place."""

    def __init__(self, name: str, run: Callable[[Transaction, Any], Any]) -> None:
        self.__name__ = name
        self._run = run

    def __call__(self, tx: Transaction, request: Any) -> Any:
        return self._run(tx, request)


R = TypeVar("R", bound=Record)


def delete_record(tx: Transaction, model: type[R], request: Any) -> R:
    """Marks a record as deleted; it can be brought back. Raises RecordMerged for an id that leads to another record."""
    record = tx.get(model, request.id, etag=request.etag)
    if record.id != request.id.lower():
        raise RecordMerged(f"It was merged into {record.id}; delete that one if you mean it.")
    tx.delete(record)
    return record


def standard(model: type[Record]) -> tuple[StandardUseCase, ...]:
    """The standard use cases of a kind of record, as far as its contract has methods for them.

    Get, List, Create, Update, Delete and Undelete (AIP-131 to 135, 164) read and write the fields that the message of
    the record and its columns have in common; Group counts the records by the values of a field. What a record must
    keep to beside, its service writes out.
    """
    kind = crm_contracts.resource_of(model.message.DESCRIPTOR).name
    camel = model.message.DESCRIPTOR.name
    listed = "".join(word.capitalize() for word in model.plural.split("_"))
    methods = {
        method.name: method
        for method in crm_contracts.methods().values()
        if method.descriptor.containing_service.file.package == model.message.DESCRIPTOR.file.package
    }

    def get(tx: Transaction, request: Any) -> Record:
        return tx.get(model, request.id, deleted=request.show_deleted)

    def list_(tx: Transaction, request: Any) -> Any:
        return list_page(tx, model, request, methods[f"List{listed}"].response)

    def group(tx: Transaction, request: Any) -> Any:
        return group_records(tx, model, request)

    def create(tx: Transaction, request: Any) -> Record:
        record = model()
        assign(record, getattr(request, kind))
        return tx.add(record)

    def update(tx: Transaction, request: Any) -> Record:
        changed = getattr(request, kind)
        record = tx.get(model, changed.id, etag=changed.etag)
        assign(record, changed, request.update_mask.paths)
        return record

    def delete(tx: Transaction, request: Any) -> Record:
        return delete_record(tx, model, request)

    def undelete(tx: Transaction, request: Any) -> Record:
        record = tx.get(model, request.id, etag=request.etag, deleted=True)
        tx.undelete(record)
        return record

    use_cases = {
        f"Get{camel}": StandardUseCase(f"get_{kind}", get),
        f"List{listed}": StandardUseCase(f"list_{model.plural}", list_),
        f"Group{listed}": StandardUseCase(f"group_{model.plural}", group),
        f"Create{camel}": StandardUseCase(f"create_{kind}", create),
        f"Update{camel}": StandardUseCase(f"update_{kind}", update),
        f"Delete{camel}": StandardUseCase(f"delete_{kind}", delete),
        f"Undelete{camel}": StandardUseCase(f"undelete_{kind}", undelete),
    }
    return tuple(use_case for name, use_case in use_cases.items() if name in methods)
