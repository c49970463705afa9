"""Tickets from a file: other systems' words, historic times, and the repairs that are made."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.ids import uuid7
from crm_chassis.imports import work
from crm_chassis.testing import ALL, OWN, unique, user
from crm_support.imports import read_times
from google.protobuf.json_format import MessageToDict

ADMIN = user()
Ticket = tickets_pb2.Ticket
NOW = datetime.now(UTC).replace(microsecond=0)
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "support_tickets.csv"
REAL_COLUMNS = {
    "Ticket ID": "external_id", "Customer Name": "requester_name", "Customer Email": "requester_email",
    "Product Purchased": "product", "Ticket Type": "type", "Ticket Subject": "subject",
    "Ticket Description": "description", "Ticket Status": "status", "Resolution": "resolution",
    "Ticket Priority": "priority", "Ticket Channel": "channel", "First Response Time": "first_responded_at",
    "Time to Resolution": "resolved_at", "Customer Satisfaction Rating": "satisfaction",
}  # fmt: skip


@pytest.fixture
def load(rpc: Any, import_csv: Any) -> Any:
    """Imports one row and returns its ticket."""

    def one(as_: Any = ADMIN, **row: str) -> Any:
        row = {"subject": "Broken", "external_id": unique("ext")} | row
        text = f"{','.join(row)}\n{','.join(row.values())}\n"
        done = import_csv("tickets", text, as_=as_)
        assert (done.rows_created, list(done.errors)) == (1, [])
        return found(rpc, row["external_id"])

    return one


def found(rpc: Any, external_id: str) -> Any:
    request = tickets_pb2.ListTicketsRequest(filter=f'external_id = "{external_id}"')
    (ticket,) = rpc("ListTickets", request, as_=ADMIN).tickets
    return ticket


def repairs(ticket: Any) -> list[str]:
    return list(MessageToDict(ticket.custom).get("import_repairs", []))


def test_a_row_of_another_system(load: Any, deliver: Any) -> None:
    address, contact_id, account_id = f"{unique()}@import.example", uuid7(), uuid7()
    person = {"id": contact_id, "emails": [{"address": address}], "account_id": account_id}
    deliver(contacts_pb2.ContactCreated(contact=person))

    ticket = load(
        status="Closed", priority="Critical", channel="Social media", type="Refund request", product="LG OLED",
        description="My {product_purchased} is dark", satisfaction="2.0", requester_email=address,
        created_at="2023-06-01 08:00:00", first_responded_at="2023-06-01 09:00:00", resolved_at="2023-06-02 10:00:00",
    )  # fmt: skip

    assert (ticket.status, ticket.priority, ticket.channel) == (Ticket.CLOSED, Ticket.CRITICAL, Ticket.SOCIAL)
    assert (ticket.description, ticket.satisfaction) == ("My LG OLED is dark", 2)
    assert (ticket.contact_id, ticket.account_id) == (contact_id, account_id)
    assert to_datetime(ticket.created_at) == datetime(2023, 6, 1, 8, tzinfo=UTC)
    assert to_datetime(ticket.first_responded_at) == datetime(2023, 6, 1, 9, tzinfo=UTC)
    assert to_datetime(ticket.resolved_at) == datetime(2023, 6, 2, 10, tzinfo=UTC) == to_datetime(ticket.closed_at)
    assert repairs(ticket) == ["texts: product filled in"]
    assert (list(ticket.sla_clocks), ticket.HasField("sla_policy_id")) == ([], False)
    assert not ticket.HasField("assignee_id")


@pytest.mark.parametrize(
    ("text", "status"),
    [("Open", "OPEN"), ("Pending Customer Response", "PENDING_CUSTOMER"), ("new", "NEW"), ("RESOLVED", "RESOLVED"),
     ("pending_internal", "PENDING_INTERNAL"), ("", "NEW")],
)  # fmt: skip
def test_statuses(load: Any, text: str, status: str) -> None:
    assert Ticket.Status.Name(load(status=text).status) == status


def test_rows_that_cannot_be_read_are_reported(import_csv: Any) -> None:
    text = "subject,status,satisfaction\nA,Lost,3\nB,Open,9\n,Open,1\nC,Open,4\n"

    done = import_csv("tickets", text, as_=ADMIN)

    assert (done.rows_created, done.rows_failed) == (1, 3)
    assert [(one.line, one.field) for one in done.errors] == [(2, "status"), (3, "satisfaction"), (4, "subject")]


def test_the_same_file_twice_changes_nothing(rpc: Any, import_csv: Any, published: Any) -> None:
    key = unique("ext")
    text = (
        "subject,external_id,status,product,description,first_responded_at,resolved_at\n"
        f"A,{key}-1,Closed,TV,My {{product_purchased}},2023-06-02,2023-06-01\n"
        f"B,{key}-2,Open,TV,x,,\n"
    )
    assert import_csv("tickets", text, as_=ADMIN).rows_created == 2

    again = import_csv("tickets", text, as_=ADMIN)

    assert (again.rows_updated, again.rows_unchanged) == (0, 2)
    assert len(published(found(rpc, f"{key}-1").id)) == 1


def test_a_later_file_moves_the_ticket_on(rpc: Any, import_csv: Any) -> None:
    key = unique("ext")
    import_csv("tickets", f"subject,external_id,status\nA,{key},Open\n", as_=ADMIN)

    today = datetime.now(UTC).isoformat()
    text = f"subject,external_id,status,resolution,resolved_at\nA,{key},Closed,done,{today}\n"
    assert import_csv("tickets", text, as_=ADMIN).rows_updated == 1

    ticket = found(rpc, key)
    assert (ticket.status, ticket.resolution, ticket.HasField("next_due_at")) == (Ticket.CLOSED, "done", False)


def test_recent_open_tickets_are_promised_something_and_old_ones_are_not(load: Any, clock: Any, patch: Any) -> None:
    clock.now = NOW
    recent = load(status="Open", created_at=(NOW - timedelta(days=3)).isoformat())
    old = load(status="Open", created_at=(NOW - timedelta(days=31)).isoformat())
    assert [one.kind for one in recent.sla_clocks] == [
        tickets_pb2.SlaClock.FIRST_RESPONSE,
        tickets_pb2.SlaClock.SOLUTION,
    ]
    assert list(old.sla_clocks) == []

    assert list(patch(old.id, priority="CRITICAL").sla_clocks) == []


def test_a_reopened_historic_ticket_is_not_late_at_once(load: Any, act: Any) -> None:
    ticket = load(status="Closed", created_at="2023-06-01", resolved_at="2023-06-02")

    reopened = act("Reopen", ticket.id)

    assert (list(reopened.sla_clocks), reopened.sla_breached) == ([], False)


def test_a_named_contact_that_is_not_there_is_reported_when_patience_ends(import_csv: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(work, "PATIENCE", timedelta())

    done = import_csv("tickets", "subject,contact\nA,nobody@import.example\n", as_=ADMIN)

    assert [(one.field, done.rows_failed) for one in done.errors] == [("contact", 1)]


def test_contact_and_account_can_be_named(load: Any, deliver: Any) -> None:
    address, name = f"{unique()}@import.example", unique("Company")
    contact_id, account_id = uuid7(), uuid7()
    deliver(contacts_pb2.ContactCreated(contact={"id": contact_id, "emails": [{"address": address}]}))
    deliver(accounts_pb2.AccountCreated(account={"id": account_id, "name": name}))

    ticket = load(contact=address, account=name, requester_email=f"{unique()}@other.example")

    assert (ticket.contact_id, ticket.account_id) == (contact_id, account_id)


def test_an_account_is_named_as_in_every_other_import(load: Any, deliver: Any) -> None:
    name, number, account_id = unique("Company"), unique("A"), uuid7()
    deliver(accounts_pb2.AccountCreated(account={"id": account_id, "name": f"{name} GmbH", "external_id": number}))

    assert load(account=f"{name.upper()} Inc.").account_id == account_id
    assert load(account=number).account_id == account_id


def test_a_contact_that_the_importer_may_not_see_is_not_recognised(load: Any, deliver: Any) -> None:
    address = f"{unique()}@hidden.example"
    deliver(contacts_pb2.ContactCreated(contact={"id": uuid7(), "emails": [{"address": address}]}))
    importer = user({"tickets.*": ALL, "imports.*": ALL, "contacts.read": OWN, "fields.personal.read": ALL})

    assert not load(as_=importer, requester_email=address).HasField("contact_id")


def test_a_deleted_contact_is_not_whose_address_it_was(load: Any, deliver: Any) -> None:
    address, id_ = f"{unique()}@import.example", uuid7()
    person = {"id": id_, "emails": [{"address": address}]}
    deliver(contacts_pb2.ContactCreated(contact=person))
    deliver(contacts_pb2.ContactDeleted(contact=person | {"deleted_at": {"seconds": 1}}), version=2)

    assert not load(requester_email=address).HasField("contact_id")


@pytest.mark.parametrize(
    ("created", "responded", "resolved", "expected"),
    [
        ("2023-01-01", "2023-01-02", "2023-01-03", ("2023-01-01", "2023-01-02", "2023-01-03", [])),
        ("", "2023-01-02", "2023-01-03",
         ("2023-01-02", "2023-01-02", "2023-01-03", ["created_at: taken from first_responded_at"])),
        ("", "", "2023-01-03", ("2023-01-03", "", "2023-01-03", ["created_at: taken from resolved_at"])),
        ("2023-01-02", "2023-01-01", "2023-01-03",
         ("2023-01-02", "", "2023-01-03", ["first_responded_at: dropped, before created_at"])),
        ("2023-01-02", "", "2023-01-01", ("2023-01-02", "", "", ["resolved_at: dropped, before created_at"])),
        ("2023-01-01", "2023-01-03", "2023-01-02",
         ("2023-01-01", "2023-01-03", "", ["resolved_at: dropped, before first_responded_at"])),
        ("2023-01-01", "2999-01-01", "", ("2023-01-01", "", "", ["first_responded_at: dropped, still to come"])),
        ("", "", "", (NOW.date().isoformat(), "", "", [])),
    ],
)  # fmt: skip
def test_times_out_of_order(created: str, responded: str, resolved: str, expected: tuple[Any, ...]) -> None:
    row = {"created_at": created, "first_responded_at": responded, "resolved_at": resolved}

    times = read_times(row, NOW)

    given = (times.created_at, times.first_responded_at, times.resolved_at)
    assert (*(one.date().isoformat() if one else "" for one in given), times.repairs) == expected


@pytest.mark.skipif(not REAL.exists(), reason="the folder shared/data with the real files is not there")
def test_every_twentieth_row_of_the_real_file(import_csv: Any, rpc: Any) -> None:
    with REAL.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert len(rows) == 5927
    key = unique("real")
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *([f"{key}-{row[0]}", *row[1:]] for row in rows[::20])])

    done = import_csv("tickets", text.getvalue(), as_=ADMIN, mapping=REAL_COLUMNS)

    assert (done.rows_created, done.rows_failed) == (len(rows[::20]), 0)
    ended = [row for row in rows[::20] if row[10] == "Closed"]
    dropped = [row for row in ended if row[15] < row[14]]
    for row in (ended[0], dropped[0]):
        ticket = found(rpc, f"{key}-{row[0]}")
        assert (ticket.status, ticket.resolution, ticket.satisfaction) == (Ticket.CLOSED, row[11], float(row[16]))
        assert ticket.HasField("resolved_at") == (row not in dropped)


def test_an_id_twice_in_one_file_is_one_ticket(rpc: Any, import_csv: Any) -> None:
    key = unique("ext")

    done = import_csv("tickets", f"subject,external_id,product\nA,{key},TV\nA,{key},Radio\n", as_=ADMIN)

    assert (done.rows_created, done.rows_updated, done.rows_failed) == (1, 1, 0)
    assert found(rpc, key).product == "Radio"
