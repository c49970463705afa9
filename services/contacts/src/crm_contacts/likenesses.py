"""What the rows of a file look like, before they become records: records that are there, and rows before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crm_chassis.errors import InvalidInput, PermissionDenied
from crm_chassis.records.rows import Row
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_contacts.duplicates.checks import Wish
from crm_contacts.duplicates.model import MODELS, Ref
from crm_contacts.duplicates.queries import Known, active_rules, best, find
from crm_contacts.duplicates.traits import ACCOUNT, CONTACT, LEAD, Traits, of_account, of_contact, of_lead

SKIP, UPDATE = "SKIP", "UPDATE"
_WISHES = {"CREATE": Wish(allow=True, report=False), "REPORT": Wish(allow=True, report=True)}


def wish_of(row: Row) -> Wish:
    """What the option of an import says of records that look like the one of a new row."""
    return _WISHES.get(row.duplicates, Wish())


class Likenesses:
    """For each row of a batch the record that it looks like, if the import is to skip or to change such records.

    A row may look like one before it in the file, which is no record before that one is applied.
    """

    def __init__(self, tx: Transaction, record_type: str, rows: Sequence[Row]) -> None:
        """`rows` are those whose records are not there by their external id."""
        self._refs: dict[int, Ref] = {}
        self._rows: dict[int, int] = {}
        self._made: dict[int, Any] = {}
        self._ambiguous: set[int] = set()
        self._records: dict[str, Any] = {}
        self._barred: set[str] = set()
        if rows and rows[0].duplicates in (SKIP, UPDATE):
            self._look(tx, record_type, rows)

    def __contains__(self, row: Row) -> bool:
        """Whether the row looks like a record that is there, that of a row before it included."""
        return id(row) in self._refs or self._rows.get(id(row)) in self._made

    def find(self, row: Row) -> Any | None:
        """The record that a row looks like and changes; None if it makes a new one.

        Raises InvalidInput if several are equally alike, PermissionDenied if the actor may not change it.
        """
        if id(row) in self._ambiguous:
            raise InvalidInput.of("", "several records look like this row, one as much as another")
        if id(row) in self._rows:
            return self._made.get(self._rows[id(row)])
        ref = self._refs.get(id(row))
        if ref is None:
            return None
        if ref[1] in self._barred:
            raise PermissionDenied(f"This looks like {ref[0].lower()} {ref[1]}, which you may not change.")
        return self._records.get(ref[1])

    def made(self, row: Row, record: Any) -> None:
        """Notes the record of a row, which later rows may look like."""
        self._made[id(row)] = record

    def _look(self, tx: Transaction, record_type: str, rows: Sequence[Row]) -> None:
        rules = [rule for rule in active_rules(tx) if set(rule.kinds) == {record_type} and rule.may_use(tx.actor)]
        drafts: dict[Ref, Traits] = {
            (record_type, str(number)): _READERS[record_type](row) for number, row in enumerate(rows)
        }
        alike = find(tx, {ref: draft for ref, draft in drafts.items() if draft.keys}, rules)
        before: dict[str, list[int]] = defaultdict(list)
        for number, (row, (ref, draft)) in enumerate(zip(rows, drafts.items(), strict=True)):
            found = alike.get(ref, [])
            if found:
                self._refs[id(row)] = found[0].known.ref
                if len(found) > 1 and found[1].match.score == found[0].match.score and row.duplicates == UPDATE:
                    self._ambiguous.add(id(row))
            else:
                for other in sorted({other for key in draft.keys for other in before[key]}):
                    stored = Known((record_type, str(other)), drafts[record_type, str(other)], True, "", "")
                    if best(draft, stored, rules) is not None:
                        self._rows[id(row)] = self._rows.get(id(rows[other]), id(rows[other]))
                        break
            for key in draft.keys:
                before[key].append(number)
        if rows[0].duplicates == UPDATE:
            self._lock(tx, record_type)

    def _lock(self, tx: Transaction, record_type: str) -> None:
        """Reads the records that rows look like, and notes which of them the actor may not change."""
        model: Any = MODELS[record_type]
        ids = {ref[1] for ref in self._refs.values()}
        if not ids:
            return
        query = select(model, tx.changeable(model)).where(model.id.in_(ids)).order_by(model.id)
        with tx.session.no_autoflush:
            for record, reached in tx.session.execute(query.with_for_update(of=model)):
                self._records[record.id] = record
                if not reached:
                    self._barred.add(record.id)


def _place(row: Row) -> dict[str, str]:
    return {
        "city": row.get("city", ""),
        "postal_code": row.get("postal_code", ""),
        "country": row.get("address_country", "") or row.get("country", ""),
    }


def _contact(row: Row) -> Traits:
    numbers = [*row.entries("phone"), *row.entries("mobile")]
    columns = {
        "first_name": row.get("first_name", ""),
        "last_name": row.get("last_name", ""),
        "title": row.get("title", ""),
        "country": row.get("country", ""),
        "emails": [{"address": address} for address in row.entries("email")],
        "phones": [{"number": number} for number in numbers],
        "addresses": [_place(row)],
    }
    return of_contact(columns, {"name": row["account"], "domains": ()} if row.get("account") else None)


def _lead(row: Row) -> Traits:
    names = ("first_name", "last_name", "title", "email", "phone", "company", "website", "city", "country")
    return of_lead({name: row.get(name, "") for name in names})


def _account(row: Row) -> Traits:
    columns = {name: row.get(name, "") for name in ("name", "website", "phone", "country")}
    return of_account({**columns, "domains": row.entries("domains"), "addresses": [_place(row)]})


_READERS: Mapping[str, Callable[[Row], Traits]] = {CONTACT: _contact, LEAD: _lead, ACCOUNT: _account}
TYPES: Mapping[Any, str] = {model: name for name, model in MODELS.items()}
"""The name of a kind of record as it is compared."""
