"""A value that another record has already: the refusal names the field, and the record if the caller may see it."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import accounts_pb2, affiliations_pb2, contacts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import OWN, unique, user

ADMIN = user()


def contact(rpc: Any, as_: Any = ADMIN, **fields: Any) -> Any:
    given = {"last_name": unique("Lee")} | fields
    return rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=as_)


def refusal(call: Any, *args: Any, **fields: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*args, **fields)
    return refused.value


def test_the_field_and_the_record_are_named(rpc: Any) -> None:
    key = unique()
    holder = contact(rpc, external_id=key)

    error = refusal(contact, rpc, external_id=key)

    assert (error.status, error.reason) == (409, "ALREADY_EXISTS")
    assert error.detail == "Another contact has the same external_id."
    assert error.errors == {"contact.external_id": [f"is that of contact {holder.id}"]}


def test_a_deleted_record_is_named_as_deleted(rpc: Any) -> None:
    key = unique()
    holder = contact(rpc, external_id=key)
    rpc("DeleteContact", standard_pb2.DeleteRequest(id=holder.id), as_=ADMIN)

    error = refusal(contact, rpc, external_id=key)

    assert error.errors == {"contact.external_id": [f"is that of contact {holder.id}, which is deleted"]}


def test_a_record_that_the_caller_may_not_see_is_not_named(rpc: Any) -> None:
    key = unique()
    contact(rpc, external_id=key)
    rep = user({"contacts.*": OWN, "fields.personal.read": OWN})

    assert refusal(contact, rpc, as_=rep, external_id=key).errors == {"contact.external_id": ["is taken"]}


def test_several_fields_that_are_taken_together_are_all_named(rpc: Any) -> None:
    person = contact(rpc)
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)
    request = affiliations_pb2.CreateAffiliationRequest(affiliation={"contact_id": person.id, "account_id": account.id})
    holder = rpc("CreateAffiliation", request, as_=ADMIN)

    error = refusal(rpc, "CreateAffiliation", request, as_=ADMIN)

    taken = [f"is that of affiliation {holder.id}"]
    assert error.errors == {"affiliation.contact_id": taken, "affiliation.account_id": taken}
