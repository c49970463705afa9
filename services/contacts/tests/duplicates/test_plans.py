"""Looking for duplicates reads no table of records from end to end, however many records there are.

The plans are those of small tables with sequential scans discouraged: one that is left has no index to stand on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, contacts_pb2, leads_pb2
from crm_chassis.access.actor import ALL, OWN, SUBTREE, TEAM, TERRITORY
from crm_chassis.db.vault import Vault
from crm_chassis.records.tx import Transaction
from crm_chassis.testing import unique, user
from crm_contacts.duplicates import usecases
from crm_contacts.duplicates.queries import dismissed, pair_of
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

LARGE = {"contacts", "leads", "accounts", "match_keys", "duplicates"}


def scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        yield from scanned(inner)


def scans(engine: Engine, actor: Any, run: Callable[[Transaction], object]) -> tuple[set[str], set[str]]:
    """The large tables that the statements of a call scan, and all tables that they read."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    with Session(engine) as session:
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        event.listen(engine, "before_cursor_execute", note)
        try:
            with Transaction(session, actor, vault=Vault(b"\x05" * 32), read_only=True) as tx:
                run(tx)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        found: set[str] = set()
        for statement, parameters in list(asked):
            if statement.lstrip().startswith(("SELECT", "WITH")):
                explained = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
                found |= set(scanned(explained.scalar_one()[0]["Plan"]))
    return found & LARGE, {table for table in LARGE for statement, _ in asked if f" {table}" in statement}


@pytest.mark.parametrize("scope", [OWN, TEAM, SUBTREE, TERRITORY, ALL])
def test_no_table_of_records_is_scanned(engine: Engine, make: Any, email: str, scope: int) -> None:
    domain = email.partition("@")[2]
    account = make("account", name=unique("Engines"), domains=[domain])
    contact = make("contact", last_name=unique("Lee"), emails=[{"address": email}], account_id=account.id)
    make("lead", last_name=unique("Lee"), email=email)
    grants = dict.fromkeys(("contacts.read", "leads.read", "accounts.read"), scope)
    actor = user({**grants, "fields.personal.read": ALL, "fields.financial.read": ALL})

    def look(tx: Transaction) -> None:
        person = {"last_name": "Lee", "emails": [{"address": email}], "account_id": account.id}
        usecases.find_contact_duplicates(tx, contacts_pb2.FindContactDuplicatesRequest(contact=person))
        usecases.find_lead_duplicates(tx, leads_pb2.FindLeadDuplicatesRequest(lead={"email": email}))
        company = {"name": "Engines", "domains": [domain]}
        usecases.find_account_duplicates(tx, accounts_pb2.FindAccountDuplicatesRequest(account=company))
        dismissed(tx, {pair_of(("CONTACT", contact.id), ("ACCOUNT", account.id))})

    bad, read = scans(engine, actor, look)
    assert read == LARGE
    assert bad == set()
