"""Create, read, list, update, delete, undelete: the same manners for every kind of record."""

from __future__ import annotations

import uuid
from typing import Any

import crm_contracts
import pytest
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user

ADMIN = user()

KINDS = [
    ("Account", "Accounts", {"name": "Acme"}, ("industry", "steel")),
    ("Contact", "Contacts", {"last_name": "Lee"}, ("title", "CEO")),
    ("Lead", "Leads", {"company": "Acme"}, ("source", "web")),
    ("Activity", "Activities", {"type": "CALL", "subject": "Hello"}, ("channel", "phone")),
    ("Affiliation", "Affiliations", {}, ("role", "board member")),
]


@pytest.fixture(params=KINDS, ids=[kind[0] for kind in KINDS])
def kind(request: Any, rpc: Any) -> Any:
    """Calls the five or six RPCs of one kind of record."""
    singular, plural, fields, (changed, value) = request.param
    snake = singular.lower()

    class Kind:
        name = singular
        change = changed, value

        @staticmethod
        def message(verb: str, **given: Any) -> Any:
            name = f"{singular}Service.{verb}{plural if verb == 'List' else singular}"
            return crm_contracts.method(f"crm.contacts.v1.{name}").request(**given)

        @classmethod
        def create(cls, **more: Any) -> Any:
            given = dict(fields)
            if singular in ("Activity", "Affiliation"):
                contact = contacts_pb2.CreateContactRequest(contact={"last_name": unique("Lee")})
                given["contact_id"] = rpc("CreateContact", contact, as_=ADMIN).id
            if singular == "Affiliation":
                account = accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")})
                given["account_id"] = rpc("CreateAccount", account, as_=ADMIN).id
            return rpc(f"Create{singular}", cls.message("Create", **{snake: given | more}), as_=ADMIN)

        @classmethod
        def get(cls, id_: str) -> Any:
            return rpc(f"Get{singular}", cls.message("Get", id=id_), as_=ADMIN)

        @classmethod
        def update(cls, **given: Any) -> Any:
            return rpc(f"Update{singular}", cls.message("Update", **{snake: given}), as_=ADMIN)

        @classmethod
        def delete(cls, id_: str, **more: Any) -> Any:
            return rpc(f"Delete{singular}", cls.message("Delete", id=id_, **more), as_=ADMIN)

        @classmethod
        def undelete(cls, id_: str) -> Any:
            return rpc(f"Undelete{singular}", cls.message("Undelete", id=id_), as_=ADMIN)

        @classmethod
        def list(cls, **given: Any) -> Any:
            answer = rpc(f"List{plural}", cls.message("List", **given), as_=ADMIN)
            return list(getattr(answer, plural.lower())), answer

    return Kind


def test_what_was_created_is_read(kind: Any) -> None:
    made = kind.create()
    assert kind.get(made.id) == made
    assert (made.etag, made.created_by) == ("1", ADMIN.id)


def test_a_change_touches_only_what_it_names_and_raises_the_version(kind: Any) -> None:
    made = kind.create()
    name, value = kind.change
    changed = kind.update(id=made.id, etag=made.etag, **{name: value})
    assert (getattr(changed, name), changed.etag) == (value, "2")
    with pytest.raises(DomainError) as refused:
        kind.update(id=made.id, etag=made.etag, **{name: "other"})
    assert refused.value.status == 412


def test_the_same_change_twice_is_one_version(kind: Any) -> None:
    made = kind.create()
    name, value = kind.change
    assert kind.update(id=made.id, **{name: value}).etag == kind.update(id=made.id, **{name: value}).etag == "2"


def test_a_deleted_record_is_gone_and_can_come_back(kind: Any) -> None:
    made = kind.create()
    kind.delete(made.id, etag=made.etag)
    with pytest.raises(DomainError) as gone:
        kind.get(made.id)
    assert gone.value.status == 404
    if kind.name != "Affiliation":
        assert not kind.undelete(made.id).HasField("deleted_at")
        assert kind.get(made.id).id == made.id


def test_pages_show_every_record_once(kind: Any) -> None:
    made = {kind.create().id for _ in range(5)}
    seen: list[str] = []
    token = ""
    while True:
        records, answer = kind.list(page_size=2, page_token=token, order_by="-created_at")
        seen += [record.id for record in records]
        token = answer.next_page_token
        if not token or made <= set(seen):
            break
    assert len(seen) == len(set(seen))
    assert made <= set(seen)


def test_events_say_what_happened(kind: Any, published: Any) -> None:
    made = kind.create()
    name, value = kind.change
    kind.update(id=made.id, **{name: value})
    kind.delete(made.id)
    created, updated, deleted = published(made.id)
    assert (created.action, updated.action, deleted.action) == ("created", "updated", "deleted")
    assert list(updated.data.changed_fields) == [name]
    assert [one.version for one in (created, updated, deleted)] == [1, 2, 3]


@pytest.mark.parametrize("size", [1, 2, 3, 200])
@pytest.mark.parametrize("sign", ["", "-"])
def test_who_has_no_name_comes_last_whatever_the_direction(rpc: Any, sign: str, size: int) -> None:
    department = unique("dep")
    for last_name in ("Baker", "", "Adams", "", "Clark"):
        fields = {"last_name": last_name, "first_name": "Ann", "department": department}
        rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=fields), as_=ADMIN)
    request = contacts_pb2.ListContactsRequest(
        filter=f'department = "{department}"', order_by=f"{sign}last_name", page_size=size
    )
    names: list[str] = []
    while True:
        answer = rpc("ListContacts", request, as_=ADMIN)
        names += [one.last_name for one in answer.contacts]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token

    named = ["Adams", "Baker", "Clark"]
    assert names == [*(reversed(named) if sign else named), "", ""]


def test_accounts_are_found_by_their_number(rpc: Any) -> None:
    number = f"+4930{uuid.uuid4().int % 10**7:07}"
    given = {"name": unique("Acme"), "phone": number}
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=given), as_=ADMIN)

    found = rpc("ListAccounts", accounts_pb2.ListAccountsRequest(filter=f'phone = "{number}"'), as_=ADMIN).accounts

    assert [one.id for one in found] == [account.id]
