"""What the cells of files call things by, and what they mean: the same cell means the same in every import."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Generic, TypeVar

from crm_chassis.contracts.formats import address_key
from crm_chassis.errors import UnknownReference
from crm_chassis.records.rows import Row
from crm_chassis.records.tx import Transaction
from sqlalchemy import literal, or_

from crm_kit.normalise import company_key

T = TypeVar("T")


class Names(Generic[T]):
    """Things by what cells may call them: an exact name goes before one in any spelling, and the first of equal ones
    counts."""

    def __init__(self, key_of: Callable[[str], str], things: Iterable[tuple[T, str, str]] = ()) -> None:
        """`things` are (thing, exact name, name in any spelling), `key_of` reduces a spelling."""
        self._key_of = key_of
        self._exact: dict[str, T] = {}
        self._spelled: dict[str, T] = {}
        for thing in things:
            self.put(*thing)

    def put(self, thing: T, exact: str, spelled: str) -> None:
        """Adds one, after those that are there. An empty name is none."""
        if exact:
            self._exact.setdefault(exact, thing)
        if key := self._key_of(spelled):
            self._spelled.setdefault(key, thing)

    def all(self) -> set[T]:
        """Everything that is called something."""
        return {*self._exact.values(), *self._spelled.values()}

    def find(self, name: str) -> T | None:
        """What is called so; None if nothing is."""
        return self._exact.get(name) or self._spelled.get(self._key_of(name))

    def cell(self, row: Row, column: str, what: str = "") -> T | None:
        """What a cell names; None for an empty one. Raises UnknownReference; the row is tried again later."""
        name = row.get(column, "")
        if not name:
            return None
        thing = self.find(name)
        if thing is None:
            raise UnknownReference.of(column, f"{what or column} {name!r}")
        return thing


def cells(rows: Iterable[Row], column: str) -> set[str]:
    """What the cells of a column name."""
    return {row[column] for row in rows if row.get(column)}


def accounts_named(tx: Transaction, model: Any, names: Collection[str]) -> Names[str]:
    """Ids of the visible accounts that are called by external id or by name, the oldest of several.

    `model` is the record or a copy of it; it has `external_id`, `name` and `key`.
    """
    if not names:
        return Names(company_key)
    keys = {company_key(name) for name in names} - {""}
    query = tx.visible(model).where(or_(model.external_id.in_(names), model.key.in_(keys))).order_by(model.id)
    columns = query.with_only_columns(model.id, model.external_id, model.name)
    return Names(company_key, tx.session.execute(columns))


def contacts_named(tx: Transaction, model: Any, names: Collection[str]) -> Names[str]:
    """Ids of the visible contacts that are called by primary address or by external id, the oldest of several.

    `model` is the record or a copy of it; it has `email`, and `external_id` unless the copy does without.
    """
    if not names:
        return Names(address_key)
    external_id = getattr(model, "external_id", literal(""))
    addresses = {address_key(name) for name in names} - {""}
    query = tx.visible(model).where(or_(external_id.in_(names), model.email.in_(addresses))).order_by(model.id)
    columns = query.with_only_columns(model.id, external_id, model.email)
    return Names(address_key, tx.session.execute(columns))
