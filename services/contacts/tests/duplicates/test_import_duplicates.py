"""What an import does with rows that look like records that are there, or like rows before them."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import contacts_pb2, duplicates_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.errors import DomainError
from crm_chassis.testing import OWN, unique, user
from sqlalchemy import Engine, event

ADMIN = user()


def counts(done: Any) -> tuple[int, int, int, int]:
    return done.rows_created, done.rows_updated, done.rows_unchanged, done.rows_failed


@pytest.fixture
def contacts(rpc: Any) -> Any:
    def find(last_name: str) -> list[Any]:
        request = contacts_pb2.ListContactsRequest(filter=f'last_name = "{last_name}"', order_by="created_at")
        return list(rpc("ListContacts", request, as_=ADMIN).contacts)

    return find


@pytest.fixture
def pairs(rpc: Any) -> Any:
    def of(id_: str) -> list[Any]:
        wanted = f"contact_id = {id_} OR other_contact_id = {id_}"
        return list(rpc("ListDuplicates", duplicates_pb2.ListDuplicatesRequest(filter=wanted), as_=ADMIN).duplicates)

    return of


def file(last: str, *rows: tuple[str, str, str]) -> str:
    lines = "".join(f"{first},{last},{email},{title}\n" for first, email, title in rows)
    return f"first_name,last_name,email,title\n{lines}"


def test_rows_are_skipped(make: Any, import_csv: Any, contacts: Any, email: str) -> None:
    last = unique("Lee")
    make("contact", first_name="Ada", last_name=last, emails=[{"address": email}])
    new = f"x{email}"
    sent = file(last, ("Ada", email, "new"), ("Bob", new, "first"), ("Bobby", new, "second"))
    done = import_csv("contacts", sent, as_=ADMIN, options={"duplicates": "SKIP"})
    assert counts(done) == (1, 0, 2, 0)
    assert [(one.first_name, one.title) for one in contacts(last)] == [("Ada", ""), ("Bob", "first")]


def test_records_are_changed(make: Any, import_csv: Any, contacts: Any, email: str) -> None:
    last = unique("Lee")
    made = make("contact", first_name="Ada", last_name=last, emails=[{"address": email}])
    new = f"x{email}"
    sent = file(last, ("Ada", email, "new"), ("Bob", new, "first"), ("Bobby", new, "second"))
    done = import_csv("contacts", sent, as_=ADMIN, options={"duplicates": "UPDATE"})
    assert counts(done) == (1, 2, 0, 0)
    assert [(one.first_name, one.title) for one in contacts(last)] == [("Ada", "new"), ("Bobby", "second")]
    assert contacts(last)[0].id == made.id


def test_a_row_that_looks_like_several_is_not_applied(make: Any, import_csv: Any, contacts: Any, email: str) -> None:
    last = unique("Lee")
    for _ in range(2):
        make("contact", first_name="Ada", last_name=last, emails=[{"address": email}])
    done = import_csv("contacts", file(last, ("Ada", email, "new")), as_=ADMIN, options={"duplicates": "UPDATE"})
    assert counts(done) == (0, 0, 0, 1)
    assert "several" in done.errors[0].message
    assert {one.title for one in contacts(last)} == {""}


def test_nobody_changes_by_a_file_what_he_may_not_change(make: Any, import_csv: Any, contacts: Any, email: str) -> None:
    grants = {"imports.create": ALL, "imports.read": ALL, "contacts.create": ALL, "contacts.read": ALL,
              "contacts.update": OWN, "fields.personal.read": ALL}  # fmt: skip
    last = unique("Lee")
    made = make("contact", first_name="Ada", last_name=last, emails=[{"address": email}])
    done = import_csv("contacts", file(last, ("Ada", email, "x")), as_=user(grants), options={"duplicates": "UPDATE"})
    assert counts(done) == (0, 0, 0, 1)
    assert made.id in done.errors[0].message


def test_records_are_made_all_the_same(
    make: Any, import_csv: Any, contacts: Any, pairs: Any, rule: Any, email: str
) -> None:
    rule(on_create="BLOCK", confirmable=True)
    last = unique("Lee")
    first = make("contact", first_name="Ada", last_name=last, emails=[{"address": email}])
    done = import_csv("contacts", file(last, ("Ada", email, "new")), as_=ADMIN, options={"duplicates": "CREATE"})
    assert counts(done) == (1, 0, 0, 0)
    assert pairs(first.id) == []
    done = import_csv("contacts", file(last, ("Ada", email, "newer")), as_=ADMIN, options={"duplicates": "REPORT"})
    assert counts(done) == (1, 0, 0, 0)
    assert len(pairs(first.id)) == 1
    done = import_csv("contacts", file(last, ("Ada", email, "newest")), as_=ADMIN)
    assert counts(done) == (0, 0, 0, 1)
    assert first.id in done.errors[0].message


def test_by_the_rules_what_would_be_told_goes_on_the_review_list(
    make: Any, import_csv: Any, pairs: Any, email: str
) -> None:
    last = unique("Lee")
    first = make("contact", first_name="Ada", last_name=last, emails=[{"address": email}])
    done = import_csv("contacts", file(last, ("Ada", email, "new"), ("Bob", f"x{email}", "")), as_=ADMIN)
    assert counts(done) == (2, 0, 0, 0)
    assert len(pairs(first.id)) == 1


def test_leads_and_accounts(import_csv: Any) -> None:
    company = unique("Engines")
    sent = f"name,country\n{company} Inc.,DE\n{company} GmbH,DE\n"
    assert counts(import_csv("accounts", sent, as_=ADMIN, options={"duplicates": "SKIP"})) == (1, 0, 1, 0)
    last = unique("Lee")
    sent = f"first_name,last_name,company\nRobert,{last},{company}\nBob,{last},{company}\n"
    assert counts(import_csv("leads", sent, as_=ADMIN, options={"duplicates": "UPDATE"})) == (1, 1, 0, 0)


def test_activities_are_not_compared(upload: Any) -> None:
    with pytest.raises(DomainError) as refused:
        upload("activities", "subject\nx\n", as_=ADMIN, options={"duplicates": "SKIP"})
    assert list(refused.value.errors) == ["duplicates"]


def test_a_batch_takes_as_many_statements_as_a_row(import_csv: Any, engine: Engine) -> None:
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "match_keys" in statement and "LATERAL" in statement:
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        rows = [(f"Ada{number}", f"{unique('a')}@d.example", "") for number in range(100)]
        done = import_csv("contacts", file(unique("Lee"), *rows), as_=ADMIN, options={"duplicates": "SKIP"})
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert done.rows_created == 100
    assert len(asked) == 2, "one look before the rows are applied, one after"
