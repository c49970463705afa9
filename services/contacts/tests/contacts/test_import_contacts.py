"""Contacts from a file: every row is applied or reported, and the same file twice changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user

ADMIN = user()


def test_rows_become_contacts_and_wrong_ones_are_reported(rpc: Any, import_csv: Any) -> None:
    company, key = unique("Company"), unique("ext")
    text = (
        "First,Last,Mail,Company,Key\n"
        f"Ann,Lee,ann@{key}.example,{company},{key}-1\n"
        f"Bob,Ray,not-an-address,{company},{key}-2\n"
        f",,,,\n"
        f"Cid,Roy,cid@{key}.example,{company},{key}-3\n"
    )
    mapping = {
        "First": "first_name",
        "Last": "last_name",
        "Mail": "email",
        "Company": "account",
        "Key": "external_id",
    }
    rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": company}), as_=ADMIN)

    done = import_csv("contacts", text, as_=ADMIN, mapping=mapping)

    assert (done.rows_read, done.rows_created, done.rows_failed) == (3, 2, 1)
    assert [(error.line, error.field) for error in done.errors] == [(3, "emails.0.address")]
    again = import_csv("contacts", text, as_=ADMIN, mapping=mapping)
    assert (again.rows_created, again.rows_updated, again.rows_unchanged) == (0, 0, 2)


def test_a_dry_run_writes_nothing(rpc: Any, import_csv: Any) -> None:
    name = unique("Dry")

    done = import_csv("contacts", f"last_name\n{name}\n", as_=ADMIN, dry_run=True)

    assert (done.rows_created, done.dry_run) == (1, True)
    found = rpc("ListContacts", contacts_pb2.ListContactsRequest(filter=f'last_name = "{name}"'), as_=ADMIN)
    assert not found.contacts


def test_the_same_upload_with_the_same_key_is_one_import(import_csv: Any) -> None:
    name, key = unique("Once"), unique("key")
    first = import_csv("contacts", f"last_name\n{name}\n", as_=ADMIN, key=key)

    again = import_csv("contacts", f"last_name\n{name}\n", as_=ADMIN, key=key)

    assert (again.id, again.rows_created) == (first.id, 1)
    with pytest.raises(DomainError) as refused:
        import_csv("contacts", f"last_name\n{name} Other\n", as_=ADMIN, key=key)
    assert refused.value.reason == "IDEMPOTENCY_KEY_REUSED"
