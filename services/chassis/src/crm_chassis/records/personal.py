"""What is kept about natural persons: the fields of the contract and the columns that hold it."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import crm_contracts
from google.protobuf.descriptor import Descriptor
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from crm_chassis.ids import NIL
from crm_chassis.remembered import remembers

remembers(__name__)  # names of kinds


@cache
def personal_fields(message: Descriptor) -> frozenset[str]:
    """The fields of a message that say something about a person, themselves or by what is in them."""
    return frozenset(field.name for field in message.fields if _is_personal(field, frozenset({message.full_name})))


def _is_personal(field: Any, within: frozenset[str]) -> bool:
    if crm_contracts.rules_of(field).sensitivity == crm_contracts.Sensitivity.PERSONAL:
        return True
    inner = field.message_type
    if inner is None or inner.full_name.startswith("google.") or inner.full_name in within:
        return False
    return any(_is_personal(one, within | {inner.full_name}) for one in inner.fields)


@cache
def columns_of(model: Any) -> frozenset[str]:
    """The columns of a class that repeat personal fields of the contract, and those named beside them."""
    mapper, message = model.__mapper__, _message_of(model)
    if message is None:
        return frozenset()
    named = model.personal.columns if model.personal is not None else ()
    return frozenset({attribute.key for attribute in mapper.column_attrs} & {*personal_fields(message), *named})


@cache
def _resources() -> dict[str, Descriptor]:
    """The messages of records, by kind."""
    descriptors = [message.DESCRIPTOR for message in crm_contracts.messages()]
    return {crm_contracts.kind_of(one): one for one in descriptors if crm_contracts.resource_of(one) is not None}


def _message_of(model: Any) -> Descriptor | None:
    """The message of a record or of a copy of one; None for other classes."""
    if hasattr(model, "message"):
        return cast(Descriptor, model.message.DESCRIPTOR)
    kind = getattr(model, "kind", None)
    return _resources().get(kind) if isinstance(kind, str) else None


@cache
def _subjects() -> frozenset[str]:
    """Kinds of records with personal fields."""
    return frozenset(kind for kind, message in _resources().items() if personal_fields(message))


def is_about_somebody(kind: str, record_id: str) -> bool:
    """Whether a note in the audit trail is about a record that has personal fields."""
    return kind in _subjects() and record_id != NIL


def mapped(tables: MetaData) -> list[type[Any]]:
    """The classes whose rows stand in the tables."""
    present = set(tables.tables.values())
    classes: list[type[Any]] = []
    waiting: list[type[Any]] = [DeclarativeBase]
    while waiting:
        for model in waiting.pop().__subclasses__():
            waiting.append(model)
            if getattr(model, "__table__", None) in present:
                classes.append(model)
    return classes
