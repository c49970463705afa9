"""Jobs over many records: looking through all of them for pairs, and keys that follow an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm_chassis.db.tables import JobRow
from crm_chassis.ids import NIL
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import schedule
from crm_chassis.records.tx import Transaction
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_contacts.contacts.model import Contact
from crm_contacts.duplicates.keys import accounts_by_id, is_compared, store_keys, traits_of
from crm_contacts.duplicates.model import MODELS, Ref
from crm_contacts.duplicates.pairs import report
from crm_contacts.duplicates.queries import active_rules, find
from crm_contacts.duplicates.traits import CONTACT, LEAD, Traits

BATCH = 200
_KEY = "all"
# Leads go before contacts, so that each pair of the two is found once, with the lead as the draft.
_ORDER = (LEAD, CONTACT, "ACCOUNT")


def _keyed(session: Session, record_type: str, after: str, *conditions: Any) -> tuple[dict[Ref, Traits], str | None]:
    """Brings the keys of the next records in line; returns what they are compared by, and the id to go on from."""
    model = MODELS[record_type]
    query = select(model).where(model.id > after, *conditions).order_by(model.id).limit(BATCH)
    records: Sequence[Any] = session.scalars(query.with_for_update()).all()
    accounts = accounts_by_id(session, (getattr(one, "account_id", None) for one in records))
    traits: dict[Ref, Traits | None] = {
        (record_type, one.id): traits_of(one, accounts.get(getattr(one, "account_id", None) or ""))
        if is_compared(one)
        else None
        for one in records
    }
    if traits:
        store_keys(session.connection(), traits)
    last = records[-1].id if len(records) == BATCH else None
    return {ref: one for ref, one in traits.items() if one is not None}, last


def _sweep(tx: Transaction, job: Job) -> Again | Done:
    """Compares the next records with all others."""
    place = job.cursor.get("place", 0)
    if place == len(_ORDER):
        return Done()
    record_type = _ORDER[place]
    drafts, last = _keyed(tx.session, record_type, job.cursor.get("after", NIL))
    rules = [
        rule
        for rule in active_rules(tx)
        if rule.others(record_type) and not (record_type == CONTACT and LEAD in rule.kinds)
    ]
    found = find(tx, drafts, rules, below=True) if drafts and rules else {}
    report(tx, [(ref, one) for ref, alike in found.items() for one in alike])
    done = job.done + len(drafts)
    return Again({"place": place, "after": last} if last else {"place": place + 1}, done=done)


def _rekey(tx: Transaction, job: Job) -> Again | Done:
    """Brings the keys of an account's next people in line with its name and domains."""
    belongs = Contact.account_id == job.payload["account_id"]
    _, last = _keyed(tx.session, CONTACT, job.cursor.get("after", NIL), belongs)
    return Again({"after": last}, done=job.done + BATCH) if last else Done()


SWEEP = JobKind("duplicates.sweep", _sweep, lease=60.0)
REKEYING = JobKind("duplicates.rekey", _rekey)


def sweep_soon(tx: Transaction) -> str:
    """Has all records looked through; the id of the job. One that has not begun yet serves all who ask."""
    schedule(tx, SWEEP, {_KEY: tx.now})
    waiting = select(JobRow.id).where(JobRow.kind == SWEEP.name, JobRow.key == _KEY, JobRow.timer)
    return str(tx.session.scalar(waiting))


def fill_keys(session: Session, after: str | None) -> str | None:
    """The step of the backfill that gives keys to records that were there before there were any."""
    record_type, _, last = (after or f"{_ORDER[0]} {NIL}").partition(" ")
    _, last_id = _keyed(session, record_type, last)
    if last_id is not None:
        return f"{record_type} {last_id}"
    place = _ORDER.index(record_type) + 1
    return f"{_ORDER[place]} {NIL}" if place < len(_ORDER) else None
