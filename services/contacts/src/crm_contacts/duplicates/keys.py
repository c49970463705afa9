"""Match keys are kept in the transaction that writes the record, whichever use case does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, event, inspect, select, text
from sqlalchemy.orm import Session

from crm_contacts.accounts.model import Account
from crm_contacts.duplicates.model import MODELS, Ref
from crm_contacts.duplicates.traits import ACCOUNT, CONTACT, LEAD, Traits, of_account, of_contact, of_lead

COMPARED: Mapping[str, frozenset[str]] = {
    CONTACT: frozenset({"first_name", "last_name", "emails", "phones", "addresses", "country", "account_id", "title"}),
    LEAD: frozenset(
        {"first_name", "last_name", "email", "phone", "company", "website", "city", "country", "title", "status"}
    ),
    ACCOUNT: frozenset({"name", "domains", "website", "phone", "addresses", "country"}),
}
"""The columns that a record is compared by."""

_KEEP = text(
    """
    WITH wanted AS (
        SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:types AS text[]), CAST(:records AS uuid[]))
            w(key, record_type, record_id)
    ), gone AS (
        DELETE FROM match_keys m WHERE m.record_id = ANY(CAST(:changed AS uuid[]))
            AND NOT EXISTS (SELECT FROM wanted w WHERE w.record_id = m.record_id AND w.key = m.key)
    )
    INSERT INTO match_keys (key, record_type, record_id) SELECT key, record_type, record_id FROM wanted
    ON CONFLICT DO NOTHING
    """
)


def type_of(record: Any) -> str | None:
    """The kind of a record as it is compared; None for one that is not."""
    return next((name for name, model in MODELS.items() if isinstance(record, model)), None)


def columns_of(record: Any) -> dict[str, Any]:
    """What a record is compared by, as it stands in its row."""
    values = {name: getattr(record, name) for name in COMPARED[type_of(record) or ""]}
    # What has not been stored yet may lack the defaults of its columns.
    return {
        name: ([] if name in ("emails", "phones", "addresses", "domains") else "") if value is None else value
        for name, value in values.items()
    }


def traits_of(record: Any, account: Mapping[str, Any] | None = None) -> Traits:
    """What a record is compared by; `account` is that of a contact."""
    match type_of(record):
        case "CONTACT":
            return of_contact(columns_of(record), account)
        case "LEAD":
            return of_lead(columns_of(record))
    return of_account(columns_of(record))


def accounts_by_id(connection: Connection | Session, ids: Iterable[str | None]) -> dict[str, dict[str, Any]]:
    """What contacts are compared by of their accounts, by id."""
    wanted = {id_ for id_ in ids if id_}
    if not wanted:
        return {}
    table = Account.__table__.c
    rows = connection.execute(select(table.id, table.name, table.domains).where(table.id.in_(wanted)))
    return {row.id: {"name": row.name, "domains": row.domains} for row in rows}


def store_keys(connection: Connection, traits: Mapping[Ref, Traits | None], *, changed: bool = True) -> None:
    """Gives records the keys of their traits; those without traits lose all. `changed` says that they may have keys."""
    rows = [(key, ref[0], ref[1]) for ref, one in traits.items() if one is not None for key in one.keys]
    keys, types, records = zip(*rows, strict=True) if rows else ((), (), ())
    ids = [id_ for _, id_ in traits] if changed else []
    connection.execute(_KEEP, {"keys": list(keys), "types": list(types), "records": list(records), "changed": ids})


def is_compared(record: Any) -> bool:
    """Whether a record is there to be compared: it is not deleted and, of a lead, not a customer yet."""
    return record.deleted_at is None and getattr(record, "status", "") != "CONVERTED"


@event.listens_for(Session, "after_flush")
def _keep(session: Session, *_context: Any) -> None:
    """Brings the keys of what was just written in line with it."""
    written = [
        (record_type, record, record in session.new)
        for record in (*session.new, *session.dirty)
        if (record_type := type_of(record)) is not None and (record in session.new or _touched(record, record_type))
    ]
    if not written:
        return
    connection = session.connection()
    accounts = accounts_by_id(connection, (getattr(record, "account_id", None) for _, record, _ in written))
    traits: dict[Ref, Traits | None] = {}
    for record_type, record, _ in written:
        account = accounts.get(getattr(record, "account_id", None) or "")
        traits[record_type, record.id] = traits_of(record, account) if is_compared(record) else None
    store_keys(connection, traits, changed=not all(is_new for _, _, is_new in written))


def _touched(record: Any, record_type: str) -> bool:
    attributes = inspect(record).attrs
    return any(attributes[name].history.has_changes() for name in (*COMPARED[record_type], "deleted_at"))
