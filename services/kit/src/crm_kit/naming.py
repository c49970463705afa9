"""What the cells of files call things by, and what they mean: the same cell means the same in every import."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Generic, TypeVar

from crm.contacts.v1 import contacts_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.contracts.formats import address_key
from crm_chassis.errors import InvalidInput, UnknownReference
from crm_chassis.records.rows import Row
from crm_chassis.records.tx import Transaction
from crm_chassis.text import fold
from sqlalchemy import literal, or_

from crm_kit.normalise import company_key

T = TypeVar("T")


class Names(Generic[T]):
    """Things by what cells may call them: by their number, else by their name as it is written, else in any spelling.

    Case and encoding make no difference to a name as it is written. The nearest of these that calls anything decides,
    and what calls several things names none of them: nobody guesses which was meant.
    """

    def __init__(self, key_of: Callable[[str], str], things: Iterable[tuple[T, str, str]] = ()) -> None:
        """`things` are (thing, number, name), `key_of` reduces a name to what its spellings have in common."""
        self._key_of = key_of
        self._numbered: dict[str, list[T]] = {}
        self._written: dict[str, list[T]] = {}
        self._spelled: dict[str, list[T]] = {}
        for thing in things:
            self.put(*thing)

    def put(self, thing: T, number: str, name: str) -> None:
        """Adds one. An empty name is none."""
        for names, key in ((self._numbered, number), (self._written, fold(name)), (self._spelled, self._key_of(name))):
            if key and thing not in names.setdefault(key, []):
                names[key].append(thing)

    def all(self) -> set[T]:
        """Everything that is called something."""
        return {
            thing for names in (self._numbered, self._written, self._spelled) for one in names.values() for thing in one
        }

    def find(self, name: str) -> list[T]:
        """What is called so: nothing, one thing, or several."""
        return self._numbered.get(name) or self._written.get(fold(name)) or self._spelled.get(self._key_of(name)) or []

    def cell(self, row: Row, column: str, what: str = "") -> T | None:
        """What a cell names; None for an empty one.

        Raises UnknownReference, with which the row is tried again later, and InvalidInput for what several are called.
        """
        name = row.get(column, "")
        if not name:
            return None
        things = self.find(name)
        if not things:
            raise UnknownReference.of(column, f"{what or column} {name!r}")
        if len(things) > 1:
            raise InvalidInput.of(column, f"{len(things)} are called {name!r}; give the one that is meant its number")
        return things[0]


def cells(rows: Iterable[Row], column: str) -> set[str]:
    """What the cells of a column name."""
    return {row[column] for row in rows if row.get(column)}


def accounts_named(tx: Transaction, model: Any, names: Collection[str]) -> Names[str]:
    """Ids of the visible accounts that are called by external id or by name.

    `model` is the record or a copy of it; it has `external_id`, `name` and `key`.
    """
    if not names:
        return Names(company_key)
    keys = {company_key(name) for name in names} - {""}
    query = tx.visible(model).where(or_(model.external_id.in_(names), model.key.in_(keys)))
    columns = query.with_only_columns(model.id, model.external_id, model.name)
    return Names(company_key, tx.session.execute(columns))


def may_recognise(actor: Actor) -> bool:
    """Whether somebody may be told whose address one is."""
    return actor.can_read_all(contacts_pb2.Contact.DESCRIPTOR.fields_by_name["emails"])


def contacts_named(tx: Transaction, model: Any, names: Collection[str]) -> Names[str]:
    """Ids of the visible contacts that are called by primary address or by external id.

    For who may not read the addresses of contacts nobody is called by one: what is found would tell whose it is.
    `model` is the record or a copy of it; it has `email`, and `external_id` unless the copy does without.
    """
    if not names:
        return Names(address_key)
    external_id = getattr(model, "external_id", literal(""))
    # Also of one that a row names by its number.
    email = model.email if may_recognise(tx.actor) else literal("")
    addresses = {address_key(name) for name in names} - {""}
    query = tx.visible(model).where(or_(external_id.in_(names), email.in_(addresses)))
    columns = query.with_only_columns(model.id, external_id, email)
    return Names(address_key, tx.session.execute(columns))
