"""What is kept about a person is found, and erased to the last table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.common.v1 import history_pb2, standard_pb2
from crm.contacts.v1 import activities_pb2, contacts_pb2, leads_pb2
from crm_chassis import subjects
from crm_chassis.events import refused
from crm_chassis.testing import unique, user
from sqlalchemy.orm import Session

ADMIN = user()


def person() -> dict[str, str]:
    """Texts that stand nowhere else."""
    return {name: unique(f"Erika{name}") for name in ("first", "last", "mail", "text", "street", "called")}


@pytest.fixture
def erase(engine: Any, service: Any) -> Callable[[str], dict[str, int]]:
    def run(subject: str) -> dict[str, int]:
        with Session(engine) as session, session.begin():
            return subjects.erase(session, service.tables, subject)

    return run


def test_a_contact(rpc: Any, engine: Any, service: Any, erase: Any, leftovers: Any, import_csv: Any) -> None:
    erika = person()
    contact = {
        "first_name": erika["first"],
        "last_name": erika["last"],
        "description": erika["text"],
        "emails": [{"address": f"{erika['mail']}@example.org"}, {"address": f"{erika['mail']}@example.net"}],
        "phones": [{"number": "+4930123456"}],
        "addresses": [{"street": erika["street"], "city": erika["street"]}],
    }
    request = contacts_pb2.CreateContactRequest(contact=contact)
    made = rpc("CreateContact", request, as_=ADMIN, key=unique("key"))
    rpc("UpdateContact", contacts_pb2.UpdateContactRequest(contact={"id": made.id, "title": "Dr"}), as_=ADMIN)
    call = {"type": "CALL", "subject": "Call", "body": erika["called"], "contact_id": made.id}
    rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity=call), as_=ADMIN)
    import_csv("contacts", f"last_name,email,phone\nLee,{erika['mail']}@example.org,none\n", as_=ADMIN)
    refused.hold(engine, "q", exchange="", routing_key="", body=f"{erika['mail']}@example.org".encode(), error="odd")
    with Session(engine) as session:
        assert subjects.find(session, service.tables, made.id).keys() >= {
            "contacts", "contact_keys", "match_keys", "activities",
        }  # fmt: skip
    assert {"import_errors", "refused"} <= set(leftovers(erika["mail"]))

    told = erase(made.id)

    assert told["contacts"] == told["activities"] == told["subject_keys"] == 1
    assert {name: tables for name, value in erika.items() if (tables := leftovers(value))} == {}
    with Session(engine) as session:
        assert subjects.find(session, service.tables, made.id) == {}
    assert not rpc("GetContact", standard_pb2.GetRequest(id=made.id), as_=ADMIN).display_name
    entries = rpc("ListHistory", history_pb2.ListHistoryRequest(filter=f"record_id = {made.id}"), as_=ADMIN)
    assert {change.field for entry in entries.audit_entries for change in entry.changes} == {"title", "owner_id"}


def test_a_lead(rpc: Any, erase: Any, leftovers: Any) -> None:
    erika = person()
    lead = {"first_name": erika["first"], "last_name": erika["last"], "email": f"{erika['mail']}@example.org"}
    made = rpc("CreateLead", leads_pb2.CreateLeadRequest(lead=lead), as_=ADMIN)
    assert leftovers(erika["last"])
    assert erase(made.id)["leads"] == 1
    assert [leftovers(erika[name]) for name in ("first", "last", "mail")] == [[], [], []]


def test_nobody_else_is_touched(rpc: Any, erase: Any) -> None:
    first, second = (
        rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": unique("Lee")}), as_=ADMIN)
        for _ in range(2)
    )
    erase(first.id)
    assert rpc("GetContact", standard_pb2.GetRequest(id=second.id), as_=ADMIN) == second
