"""Questions to the copies."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from crm_chassis.db.tx import Transaction
from crm_chassis.errors import UnknownReference
from sqlalchemy import or_, select

from crm_sales.normalise import name_key
from crm_sales.people.model import Account, Contact


def check_people(tx: Transaction, model: type[Account | Contact], ids: Iterable[str | None], field: str) -> None:
    """Raises UnknownReference if one of the ids names a record that is deleted or that the actor may not see.

    Records that are not in the copy yet are let pass: their events may be on the way.
    """
    wanted = {one for one in ids if one}
    if not wanted:
        return
    usable = tx.visible(model).where(model.id.in_(wanted), ~model.deleted).with_only_columns(model.id)
    refused = select(model.id).where(model.id.in_(wanted), model.id.not_in(usable))
    if tx.session.scalar(refused.limit(1)) is not None:
        raise UnknownReference.of(field, model.plural)


def accounts_named(tx: Transaction, names: Collection[str]) -> dict[str, str]:
    """Name to id of the visible account with that external id, or else with that name in any spelling."""
    keys = {name_key(name) for name in names} - {""}
    query = tx.visible(Account).where(or_(Account.external_id.in_(names), Account.key.in_(keys)), ~Account.deleted)
    by_external_id: dict[str, str] = {}
    by_key: dict[str, str] = {}
    columns = Account.id, Account.external_id, Account.key
    for id_, external_id, key in tx.session.execute(query.with_only_columns(*columns).order_by(Account.id)):
        by_external_id.setdefault(external_id, id_)
        by_key.setdefault(key, id_)
    found = {name: by_external_id.get(name) or by_key.get(name_key(name)) for name in names if name}
    return {name: id_ for name, id_ in found.items() if id_ is not None}


def contacts_with_email(tx: Transaction, emails: Collection[str]) -> dict[str, str]:
    """Address, as given, to id of the visible contact whose primary one it is."""
    query = tx.visible(Contact).where(Contact.email.in_([one.lower() for one in emails]), ~Contact.deleted)
    by_email: dict[str, str] = {}
    for id_, email in tx.session.execute(query.with_only_columns(Contact.id, Contact.email).order_by(Contact.id)):
        by_email.setdefault(email, id_)
    return {one: by_email[one.lower()] for one in emails if one.lower() in by_email}
