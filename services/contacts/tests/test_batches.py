"""Every kind of record can be read and written by the hundred."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, activities_pb2, affiliations_pb2, contacts_pb2, leads_pb2
from crm_chassis.testing import unique, user
from crm_chassis.testing.batches import check_batches

ADMIN = user()


@pytest.fixture
def contact(rpc: Any) -> Any:
    request = contacts_pb2.CreateContactRequest(contact={"last_name": unique("Lee")})
    return rpc("CreateContact", request, as_=ADMIN)


def test_accounts(rpc: Any) -> None:
    check_batches(rpc, accounts_pb2.Account, lambda: {"name": unique("Acme")}, {"industry": "steel"})


def test_contacts(rpc: Any) -> None:
    check_batches(rpc, contacts_pb2.Contact, lambda: {"last_name": unique("Lee")}, {"title": "CEO"})


def test_leads(rpc: Any) -> None:
    check_batches(rpc, leads_pb2.Lead, lambda: {"company": unique("Acme")}, {"source": "web"})


def test_activities(rpc: Any, contact: Any) -> None:
    new = {"type": "CALL", "subject": "Hello", "contact_id": contact.id}
    check_batches(rpc, activities_pb2.Activity, lambda: new, {"channel": "phone"})


def test_affiliations(rpc: Any, contact: Any) -> None:
    def new() -> dict[str, Any]:
        request = accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")})
        return {"contact_id": contact.id, "account_id": rpc("CreateAccount", request, as_=ADMIN).id}

    check_batches(rpc, affiliations_pb2.Affiliation, new, {"role": "board member"})
