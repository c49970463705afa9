"""Who is told of comments."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import comments_pb2 as of_contacts
from crm.identity.v1 import preferences_pb2
from crm.sales.v1 import comments_pb2 as of_sales
from crm.support.v1 import comments_pb2 as of_support
from crm_chassis.ids import uuid7

Created, Updated, Deleted = (
    of_support.SupportCommentCreated, of_support.SupportCommentUpdated, of_support.SupportCommentDeleted,
)  # fmt: skip


def comment(**fields: Any) -> dict[str, Any]:
    return {"id": uuid7(), "resource": "tickets", "record_id": uuid7()} | fields


def kinds(notifications: list[Any]) -> list[str]:
    return [preferences_pb2.NotificationKind.Name(one.kind) for one in notifications]


@pytest.mark.parametrize(
    ("created", "resource"),
    [
        (Created, "tickets"), (of_sales.SalesCommentCreated, "opportunities"),
        (of_contacts.ContactsCommentCreated, "leads"),
    ],
)  # fmt: skip
def test_who_is_mentioned_and_who_has_the_record(
    reader: Any, told: Any, deliver: Any, somebody: str, created: Any, resource: str
) -> None:
    ann, bob = reader().id, reader().id
    said = comment(resource=resource, mentioned_user_ids=[ann], owner_id=bob)

    deliver(created(comment=said), actor_id=somebody)

    for user_id, kind in ((ann, "MENTIONED"), (bob, "COMMENTED")):
        (notification,) = told(user_id)
        assert kinds([notification]) == [kind]
        assert (notification.resource, notification.record_id) == (resource, said["record_id"])
        assert (notification.comment_id, notification.actor_id) == (said["id"], somebody)


def test_who_has_the_record_and_is_mentioned_is_told_once(reader: Any, told: Any, deliver: Any, somebody: str) -> None:
    ann = reader().id

    deliver(Created(comment=comment(mentioned_user_ids=[ann], owner_id=ann)), actor_id=somebody)

    assert kinds(told(ann)) == ["MENTIONED"]


def test_nobody_is_told_of_their_own_comment_or_of_what_they_may_not_read(
    reader: Any, make_user: Any, told: Any, deliver: Any
) -> None:
    ann, stranger = reader().id, make_user().id

    deliver(Created(comment=comment(mentioned_user_ids=[ann, stranger], owner_id=ann)), actor_id=ann)

    assert told(ann) == told(stranger) == []


def test_a_change_tells_whom_it_mentions_anew(reader: Any, told: Any, deliver: Any, somebody: str) -> None:
    ann, bob, eve = (reader().id for _ in range(3))
    said = comment(mentioned_user_ids=[ann], owner_id=eve)
    deliver(Created(comment=said), actor_id=somebody)

    changed = said | {"mentioned_user_ids": [ann, bob]}
    deliver(Updated(comment=changed, newly_mentioned_user_ids=[bob]), version=2, actor_id=somebody)

    assert [one.occurrences for user_id in (ann, bob, eve) for one in told(user_id)] == [1, 1, 1]


def test_comments_on_one_record_count_up_and_lead_to_the_last(
    reader: Any, told: Any, deliver: Any, somebody: str, clock: Any
) -> None:
    ann = reader().id
    first = comment(owner_id=ann)
    second = first | {"id": uuid7()}
    deliver(Created(comment=first), actor_id=somebody)
    clock.advance(seconds=-1)  # Events of two comments come in any order.
    deliver(Created(comment=second), actor_id=somebody)

    (notification,) = told(ann)
    assert (notification.occurrences, notification.comment_id) == (2, second["id"])


def test_a_deleted_comment_is_taken_back(reader: Any, told: Any, deliver: Any, somebody: str) -> None:
    ann, bob = reader().id, reader().id
    said = comment(mentioned_user_ids=[ann])
    other = said | {"id": uuid7(), "mentioned_user_ids": [bob]}
    for one in (said, other):
        deliver(Created(comment=one), actor_id=somebody)

    deliver(Deleted(comment=said), version=2, actor_id=somebody)

    assert told(ann) == []
    assert [one.comment_id for one in told(bob)] == [other["id"]]
