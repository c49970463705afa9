"""Comments on accounts, contacts and leads; the rules are tested with tickets, in support."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import comments_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2, leads_pb2
from crm_chassis import subjects
from crm_chassis.errors import DomainError
from crm_chassis.testing import OWN, unique, user
from sqlalchemy.orm import Session

ADMIN = user()
KINDS = [
    ("Account", accounts_pb2.CreateAccountRequest, {"name": "Acme"}),
    ("Contact", contacts_pb2.CreateContactRequest, {"last_name": "Muster"}),
    ("Lead", leads_pb2.CreateLeadRequest, {"last_name": "Muster"}),
]


@pytest.mark.parametrize(("kind", "request_", "fields"), KINDS)
def test_of_each_kind(
    rpc: Any, published: Any, engine: Any, service: Any, leftovers: Any, kind: str, request_: Any, fields: Any
) -> None:
    record = rpc(f"Create{kind}", request_(**{kind.lower(): fields}), as_=ADMIN)
    said = unique("Secret")
    write = comments_pb2.CreateCommentRequest(record_id=record.id, comment={"body": said})
    comment = rpc(f"Create{kind}Comment", write, as_=ADMIN, key=unique("key"))
    change = comments_pb2.UpdateCommentRequest(record_id=record.id, comment={"id": comment.id, "body": f"{said}!"})
    listing = comments_pb2.ListCommentsRequest(record_id=record.id)

    assert rpc(f"Update{kind}Comment", change, as_=ADMIN).body == f"{said}!"
    assert [one.body for one in rpc(f"List{kind}Comments", listing, as_=ADMIN).comments] == [f"{said}!"]
    told = published(comment.id)[0].data.comment
    assert (told.resource, told.record_id, told.owner_id) == (f"{kind.lower()}s", record.id, ADMIN.id)
    with pytest.raises(DomainError) as hidden:
        rpc(f"List{kind}Comments", listing, as_=user({f"{kind.lower()}s.read": OWN}))
    assert hidden.value.status == 404

    with Session(engine) as session, session.begin():
        subjects.erase(session, service.tables, record.id)
    assert leftovers(said) == []
    delete = comments_pb2.DeleteCommentRequest(record_id=record.id, id=comment.id)
    assert rpc(f"Delete{kind}Comment", delete, as_=ADMIN).id == comment.id
    assert not rpc(f"List{kind}Comments", listing, as_=ADMIN).comments


def test_it_is_not_shown_again_to_who_may_not_see_the_record_any_more(rpc: Any) -> None:
    author, key = user({"*": OWN}), unique("key")
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique()}), as_=author)
    write = comments_pb2.CreateCommentRequest(record_id=account.id, comment={"body": "Hello"})
    first = rpc("CreateAccountComment", write, as_=author, key=key)
    assert rpc("CreateAccountComment", write, as_=author, key=key) == first
    given = accounts_pb2.UpdateAccountRequest(account={"id": account.id, "owner_id": ADMIN.id})
    rpc("UpdateAccount", given, as_=ADMIN)

    with pytest.raises(DomainError) as hidden:
        rpc("CreateAccountComment", write, as_=author, key=key)
    assert hidden.value.reason == "NOT_FOUND"


def test_a_comment_is_found_through_its_own_record_only(rpc: Any) -> None:
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique()}), as_=ADMIN)
    lead = rpc("CreateLead", leads_pb2.CreateLeadRequest(lead={"last_name": unique()}), as_=ADMIN)
    write = comments_pb2.CreateCommentRequest(record_id=account.id, comment={"body": "Hello"})
    comment = rpc("CreateAccountComment", write, as_=ADMIN)

    with pytest.raises(DomainError) as hidden:
        rpc("DeleteLeadComment", comments_pb2.DeleteCommentRequest(record_id=lead.id, id=comment.id), as_=ADMIN)
    assert hidden.value.status == 404
