"""Contacts by the hundred: the rules of one contact hold for each."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import batches_pb2
from crm.contacts.v1 import accounts_pb2, affiliations_pb2, contacts_pb2
from crm_chassis.contracts.transcode import Encoder
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, unique, user
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import event

ADMIN = user()


def create(rpc: Any, *contacts: dict[str, Any], as_: Any = ADMIN, **more: str) -> list[Any]:
    request = contacts_pb2.BatchCreateContactsRequest(contacts=contacts)
    return list(rpc("BatchCreateContacts", request, as_=as_, **more).results)


def update(rpc: Any, *contacts: dict[str, Any], as_: Any = ADMIN, allow_missing: bool = False) -> list[Any]:
    request = contacts_pb2.BatchUpdateContactsRequest(contacts=contacts, allow_missing=allow_missing)
    return list(rpc("BatchUpdateContacts", request, as_=as_).results)


def errors(result: Any) -> Any:
    return Encoder().encode(result.problem)["errors"]


def account(rpc: Any) -> str:
    request = accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")})
    return str(rpc("CreateAccount", request, as_=ADMIN).id)


def test_many_contacts_with_accounts_take_few_statements(rpc: Any, engine: Any) -> None:
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    home = account(rpc)
    people = [
        {"last_name": unique("Lee"), "emails": [{"address": f"{unique()}@example.com"}], "account_id": home}
        for _ in range(300)
    ]
    event.listen(engine, "before_cursor_execute", note)
    try:
        results = create(rpc, *people)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert [result.outcome for result in results] == [batches_pb2.CREATED] * 300
    assert len(statements) < 120
    request = batches_pb2.BatchGetRequest(ids=[result.id for result in results])
    answer = rpc("BatchGetContacts", request, as_=ADMIN)
    assert [contact.last_name for contact in answer.contacts] == [person["last_name"] for person in people]


def test_each_contact_keeps_the_rules(rpc: Any, published: Any) -> None:
    home = account(rpc)
    nameless, lost, good = create(
        rpc, {"title": "CEO"}, {"last_name": "Lee", "account_id": uuid7()}, {"last_name": "Ann", "account_id": home}
    )
    assert errors(nameless) == {"last_name": ["give a name, an e-mail address or a telephone number"]}
    assert errors(lost) == {"account_id": ["no such accounts"]}
    ties = affiliations_pb2.ListAffiliationsRequest(filter=f'contact_id = "{good.id}"')
    assert [tie.account_id for tie in rpc("ListAffiliations", ties, as_=ADMIN).affiliations] == [home]
    assert [event.action for event in published(good.id)] == ["created"]


def test_a_record_of_another_service_that_is_missing_refuses_its_contact_only(rpc: Any) -> None:
    nowhere = uuid7()
    lost, good = create(
        rpc,
        {"last_name": "Lee", "territory_id": nowhere},
        {"last_name": "Ann"},
        x_missing_references=nowhere,
    )
    assert errors(lost) == {"territory_id": ["no such territory"]}
    assert good.outcome == batches_pb2.CREATED


def test_who_may_not_write_personal_fields_changes_others_only(rpc: Any) -> None:
    rep = user({"contacts.*": OWN})
    owned = create(rpc, {"last_name": "Lee", "owner_id": rep.id})[0].id
    name, title = update(rpc, {"id": owned, "last_name": "Stolen"}, {"id": owned, "title": "CEO"}, as_=rep)
    assert (name.problem.status, errors(name)) == (403, {"last_name": ["you may not write this"]})
    assert title.outcome == batches_pb2.UPDATED


def test_a_contact_is_asserted_by_its_external_id(rpc: Any, published: Any) -> None:
    key = unique()

    def asserted(**contact: Any) -> Any:
        mask = FieldMask(paths=list(contact))
        request = contacts_pb2.AssertContactRequest(contact={"external_id": key, **contact}, update_mask=mask)
        return rpc("AssertContact", request, as_=ADMIN)

    made = asserted(last_name="Lee", emails=[{"address": f"{key}@example.com"}])
    assert made.outcome == batches_pb2.CREATED
    changed = asserted(title="CEO")
    assert (changed.outcome, changed.contact.last_name) == (batches_pb2.UPDATED, "Lee")
    assert asserted(title="CEO").outcome == batches_pb2.UNCHANGED
    (result,) = update(rpc, {"external_id": key, "title": "CEO"}, allow_missing=True)
    assert (result.outcome, result.id) == (batches_pb2.UNCHANGED, made.contact.id)
    assert [event.action for event in published(made.contact.id)] == ["created", "updated"]
