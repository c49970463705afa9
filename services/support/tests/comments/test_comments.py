"""Comments on tickets: who may read and write them, who is mentioned, and what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.common.v1 import comments_pb2
from crm.identity.v1 import roles_pb2, users_pb2
from crm_chassis import subjects
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user
from sqlalchemy.orm import Session

ADMIN = user()
PERSONAL = {"fields.personal.read": ALL}


@pytest.fixture
def write(rpc: Any) -> Callable[..., Any]:
    """Comments on a ticket."""

    def add(ticket_id: str, body: str = "Look at this", as_: Any = ADMIN) -> Any:
        request = comments_pb2.CreateCommentRequest(record_id=ticket_id, comment={"body": body})
        return rpc("CreateTicketComment", request, as_=as_)

    return add


@pytest.fixture
def change(rpc: Any) -> Callable[..., Any]:
    """Gives a comment another text."""

    def run(ticket_id: str, comment: Any, body: str, as_: Any = ADMIN, etag: str = "") -> Any:
        request = comments_pb2.UpdateCommentRequest(record_id=ticket_id, comment={"id": comment.id, "body": body})
        request.comment.etag = etag
        return rpc("UpdateTicketComment", request, as_=as_)

    return run


@pytest.fixture
def remove(rpc: Any) -> Callable[..., Any]:
    """Deletes a comment."""

    def run(ticket_id: str, comment: Any, as_: Any = ADMIN, etag: str = "") -> Any:
        request = comments_pb2.DeleteCommentRequest(record_id=ticket_id, id=comment.id, etag=etag)
        return rpc("DeleteTicketComment", request, as_=as_)

    return run


@pytest.fixture
def read(rpc: Any) -> Callable[..., Any]:
    """A page of the comments on a ticket."""

    def run(ticket_id: str, as_: Any = ADMIN, **fields: Any) -> Any:
        return rpc("ListTicketComments", comments_pb2.ListCommentsRequest(record_id=ticket_id, **fields), as_=as_)

    return run


@pytest.fixture
def colleague(deliver: Any) -> Callable[..., str]:
    """The id of a user who may do that, as identity tells of it."""

    def make(grants: dict[str, str], status: str = "ACTIVE") -> str:
        id_, role_id = uuid7(), uuid7()
        granted = [{"permission": permission, "scope": scope} for permission, scope in grants.items()]
        deliver(roles_pb2.RoleCreated(role={"id": role_id, "name": unique("Role"), "grants": granted}))
        person = {"id": id_, "display_name": "Ann", "status": status, "role_ids": [role_id]}
        deliver(users_pb2.UserCreated(user=person))
        return id_

    return make


def mention(user_id: str, name: str = "Ann") -> str:
    return f"@[{name}](users/{user_id})"


def refused(call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(DomainError) as error:
        call()
    return error.value.status, error.value.reason


def test_are_read_newest_first_page_by_page(make_ticket: Any, write: Any, read: Any, clock: Any) -> None:
    ticket, other = make_ticket(), make_ticket()
    for body in ("one", "two", "three"):
        write(ticket.id, body)
        clock.advance(seconds=1)
    write(other.id, "elsewhere")

    page = read(ticket.id, page_size=2)
    rest = read(ticket.id, page_size=2, page_token=page.next_page_token)

    assert [one.body for one in [*page.comments, *rest.comments]] == ["three", "two", "one"]
    assert not rest.next_page_token
    assert {one.created_by for one in page.comments} == {ADMIN.id}


def test_who_works_on_the_ticket_may_comment_and_nobody_else(
    make_ticket: Any, write: Any, read: Any, change: Any, remove: Any
) -> None:
    reader = user({"tickets.read": OWN, "tickets.update": OWN} | PERSONAL)
    ours, others = make_ticket(assignee_id=reader.id), make_ticket()
    theirs = write(others.id)

    comment = write(ours.id, as_=reader)
    assert read(ours.id, as_=reader).comments == [comment]
    for call in (
        lambda: read(others.id, as_=reader),
        lambda: write(others.id, as_=reader),
        lambda: change(others.id, theirs, "Mine", as_=reader),
        lambda: remove(others.id, theirs, as_=reader),
    ):
        assert refused(call) == (404, "NOT_FOUND")
    customer = user({"tickets.read": ALL} | PERSONAL)
    for call in (lambda: read(ours.id, as_=customer), lambda: write(ours.id, as_=customer)):
        assert refused(call) == (403, "PERMISSION_DENIED")


def test_who_may_not_read_what_is_personal_writes_nothing_of_it(make_ticket: Any, write: Any) -> None:
    reader = user({"tickets.read": ALL, "tickets.update": ALL})

    assert refused(lambda: write(make_ticket().id, as_=reader)) == (403, "PERMISSION_DENIED")


def test_the_author_alone_changes_and_deletes_it(
    make_ticket: Any, write: Any, read: Any, change: Any, remove: Any
) -> None:
    ticket = make_ticket()
    comment = write(ticket.id)
    other = user()

    assert refused(lambda: change(ticket.id, comment, "Other", as_=other)) == (403, "PERMISSION_DENIED")
    assert refused(lambda: remove(ticket.id, comment, as_=other)) == (403, "PERMISSION_DENIED")
    assert refused(lambda: change(ticket.id, comment, "Old", etag="7")) == (412, "ETAG_MISMATCH")
    changed = change(ticket.id, comment, "Better", etag=comment.etag)
    assert (changed.body, changed.etag) == ("Better", "2")
    assert change(ticket.id, changed, "Better").etag == "2"
    remove(ticket.id, changed, etag=changed.etag)
    assert not read(ticket.id).comments
    assert refused(lambda: change(ticket.id, changed, "Again")) == (404, "NOT_FOUND")
    assert refused(lambda: remove(make_ticket().id, write(ticket.id))) == (404, "NOT_FOUND")


@pytest.mark.parametrize("body", ["", "x" * 10_001])
def test_a_text_has_bounds(make_ticket: Any, write: Any, body: str) -> None:
    assert refused(lambda: write(make_ticket().id, body)) == (400, "INVALID_INPUT")


def test_events_say_whose_the_ticket_is_and_nothing_of_the_text(
    make_ticket: Any, write: Any, remove: Any, published: Any
) -> None:
    ann, team = uuid7(), uuid7()
    ticket = make_ticket(assignee_id=ann, team_id=team)
    comment = write(ticket.id, "A secret")
    remove(ticket.id, comment)

    created, deleted = published(comment.id)
    told = created.data.comment
    assert (created.type, deleted.type) == ("crm.support.comment.created.v1", "crm.support.comment.deleted.v1")
    assert (told.resource, told.record_id, told.owner_id, told.team_id) == ("tickets", ticket.id, ann, team)
    assert told.body == ""


def test_whom_it_mentions_is_told_by_its_events(
    make_ticket: Any, write: Any, change: Any, colleague: Any, published: Any
) -> None:
    ann, bob = colleague({"tickets.*": "ALL"}), colleague({"*": "ALL"})
    ticket = make_ticket()

    comment = write(ticket.id, f"{mention(ann)}, please look at {mention(ann)}")
    changed = change(ticket.id, comment, f"{mention(ann)} and {mention(bob, 'Bob')}")

    assert list(comment.mentioned_user_ids) == [ann]
    assert list(changed.mentioned_user_ids) == sorted([ann, bob])
    created, updated = published(comment.id)
    assert list(created.data.comment.mentioned_user_ids) == [ann]
    assert list(updated.data.newly_mentioned_user_ids) == [bob]


def test_who_may_not_read_the_ticket_cannot_be_mentioned(
    make_ticket: Any, write: Any, change: Any, colleague: Any
) -> None:
    ann, left = colleague({"tickets.*": "OWN"}), colleague({"tickets.*": "ALL"}, status="DEACTIVATED")
    customer = colleague({"tickets.read": "ALL"})
    hers, others = make_ticket(assignee_id=ann), make_ticket()

    assert write(hers.id, mention(ann)).id
    comment = write(others.id)
    for id_ in (ann, left, customer, uuid7(), colleague({"accounts.read": "ALL"})):
        with pytest.raises(DomainError) as error:
            write(others.id, mention(id_))
        assert (error.value.status, error.value.reason) == (422, "MENTIONED_CANNOT_READ")
        assert error.value.errors == {"comment.body": ["Ann may not read comments here"]}
    assert refused(lambda: change(others.id, comment, mention(ann))) == (422, "MENTIONED_CANNOT_READ")


def test_who_was_mentioned_before_stays_so_without_the_right(
    make_ticket: Any, write: Any, change: Any, colleague: Any, patch: Any
) -> None:
    ann = colleague({"tickets.*": "OWN"})
    ticket = make_ticket(assignee_id=ann)
    comment = write(ticket.id, mention(ann))
    patch(ticket.id, assignee_id=uuid7())

    assert change(ticket.id, comment, f"{mention(ann)}!").body.endswith("!")


def test_mentions_are_bounded(make_ticket: Any, write: Any) -> None:
    many = " ".join(mention(uuid7()) for _ in range(21))

    assert refused(lambda: write(make_ticket().id, many)) == (400, "INVALID_INPUT")


def test_erasing_the_customer_erases_what_was_said(
    make_ticket: Any, write: Any, engine: Any, service: Any, leftovers: Any
) -> None:
    erika, said = uuid7(), unique("Erika")
    write(make_ticket(contact_id=erika).id, said)
    assert "comments" in leftovers(said)

    with Session(engine) as session, session.begin():
        assert subjects.find(session, service.tables, erika)["comments"] == 1
        subjects.erase(session, service.tables, erika)

    assert leftovers(said) == []
