"""Who is told of proposals."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import proposals_pb2 as of_contacts
from crm.identity.v1 import preferences_pb2
from crm.marketing.v1 import proposals_pb2 as of_marketing
from crm.sales.v1 import proposals_pb2 as of_sales
from crm.support.v1 import proposals_pb2 as of_support
from crm_chassis.ids import uuid7


def proposal(author: str, *records: tuple[str, str, str], **fields: Any) -> dict[str, Any]:
    named = [{"resource": resource, "id": id_, "owner_id": owner} for resource, id_, owner in records]
    return {"id": uuid7(), "created_by": author, "state": "OPEN", "records": named} | fields


def kinds(notifications: list[Any]) -> list[str]:
    return [preferences_pb2.NotificationKind.Name(one.kind) for one in notifications]


@pytest.mark.parametrize(
    ("created", "resource"),
    [
        (of_contacts.ContactsProposalCreated, "contacts"),
        (of_sales.SalesProposalCreated, "opportunities"),
        (of_support.SupportProposalCreated, "tickets"),
    ],
)
def test_who_has_the_records_is_told_once(reader: Any, told: Any, deliver: Any, created: Any, resource: str) -> None:
    rep, owner, other = reader().id, reader().id, reader().id
    first, second, third = uuid7(), uuid7(), uuid7()
    records = (resource, first, owner), (resource, second, owner), (resource, third, other)

    deliver(created(proposal=proposal(rep, *records)), actor_id=rep)

    assert told(rep) == []
    for user_id, record_id in ((owner, first), (other, third)):
        (notification,) = told(user_id)
        assert kinds([notification]) == ["PROPOSED"]
        assert (notification.resource, notification.record_id) == (resource, record_id)
        assert notification.actor_id == rep


def test_the_author_is_told_of_the_decision_of_others(reader: Any, told: Any, deliver: Any) -> None:
    rep, owner = reader().id, reader().id
    made = proposal(rep, ("leads", uuid7(), owner))
    deliver(of_contacts.ContactsProposalCreated(proposal=made), actor_id=rep)

    deliver(of_contacts.ContactsProposalDecided(proposal=made | {"state": "DECLINED"}), version=2, actor_id=owner)

    assert kinds(told(rep)) == ["PROPOSAL_DECIDED"]
    assert told(owner, unread=True) == []

    deliver(of_contacts.ContactsProposalDecided(proposal=made | {"state": "WITHDRAWN"}), version=3, actor_id=rep)
    assert kinds(told(rep)) == ["PROPOSAL_DECIDED"]


def test_of_several_proposals_about_a_record_those_that_are_left_are_still_told(
    reader: Any, told: Any, deliver: Any
) -> None:
    rep, owner = reader().id, reader().id
    record = "leads", uuid7(), owner
    first, second = proposal(rep, record), proposal(rep, record)
    for one in (first, second):
        deliver(of_contacts.ContactsProposalCreated(proposal=one), actor_id=rep)
    (notification,) = told(owner)
    assert notification.occurrences == 2

    deliver(of_contacts.ContactsProposalDecided(proposal=first | {"state": "WITHDRAWN"}), version=2, actor_id=rep)

    assert kinds(told(owner, unread=True)) == ["PROPOSED"]


def test_records_that_have_no_owner_tell_nobody(reader: Any, told: Any, deliver: Any) -> None:
    rep = reader().id
    deliver(of_marketing.MarketingProposalCreated(proposal=proposal(rep, ("campaigns", uuid7(), ""))), actor_id=rep)
    assert told(rep) == []
