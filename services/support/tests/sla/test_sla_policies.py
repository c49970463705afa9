"""Policies: what they may say, and which of them holds for a ticket."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.support.v1 import sla_policies_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, unique, user

ADMIN = user()
HOUR = {("FIRST_RESPONSE", "MEDIUM"): 60}


def update(rpc: Any, id_: str, as_: Any = ADMIN, **fields: Any) -> Any:
    request = sla_policies_pb2.UpdateSlaPolicyRequest(sla_policy={"id": id_} | fields)
    return rpc("UpdateSlaPolicy", request, as_=as_)


def test_is_kept_as_given_and_can_be_changed(rpc: Any, make_policy: Any) -> None:
    made = make_policy(unique(), HOUR, rank=7)
    assert rpc("GetSlaPolicy", standard_pb2.GetRequest(id=made.id), as_=ADMIN) == made

    update(rpc, made.id, rank=8)

    request = sla_policies_pb2.ListSlaPoliciesRequest(filter=f'name = "{made.name}"')
    (found,) = rpc("ListSlaPolicies", request, as_=ADMIN).sla_policies
    assert (found.rank, found.targets[0].minutes) == (8, 60)


@pytest.mark.parametrize(
    "condition", ['colour = "red"', 'priority = "URGENT"', "sla_breached = true", 'status = "OPEN"', "type ="]
)
def test_a_condition_that_cannot_be_checked_is_refused(make_policy: Any, condition: str) -> None:
    with pytest.raises(DomainError) as refused:
        make_policy("x", HOUR, condition=condition)

    assert "sla_policy.condition" in refused.value.errors


def test_a_policy_without_a_condition_is_for_every_ticket(rpc: Any, make_policy: Any) -> None:
    calendar = make_policy(unique(), HOUR).calendar_id
    target = {"kind": "UPDATE", "priority": "LOW", "minutes": 5}
    given = {"name": unique("Policy"), "calendar_id": calendar, "targets": [target]}

    made = rpc("CreateSlaPolicy", sla_policies_pb2.CreateSlaPolicyRequest(sla_policy=given), as_=ADMIN)

    assert made.condition == ""
    rpc("DeleteSlaPolicy", standard_pb2.DeleteRequest(id=made.id), as_=ADMIN)


def test_a_condition_tells_nobody_what_they_may_not_read(rpc: Any, make_policy: Any) -> None:
    """Which policy a ticket gets would say letter by letter what stands in the field."""
    blind = user({"sla_policies.*": ALL, "tickets.*": ALL, "business_calendars.read": ALL})
    for condition in ('requester_email : "ann"', 'NOT (requester_email = "a@x.example")', "requester_email IS NULL"):
        with pytest.raises(DomainError) as refused:
            make_policy(unique(), HOUR, condition=condition, as_=blind)
        assert (refused.value.reason, list(refused.value.errors)) == ("PERMISSION_DENIED", ["sla_policy.condition"])
    made = make_policy(unique(), HOUR, condition='requester_email : "ann"')

    with pytest.raises(DomainError):
        update(rpc, made.id, condition='requester_email : "anna"', as_=blind)

    assert update(rpc, made.id, rank=8, as_=blind).rank == 8


def test_one_target_per_kind_and_priority(make_policy: Any) -> None:
    target = {"kind": "UPDATE", "priority": "LOW", "minutes": 5}
    with pytest.raises(DomainError) as refused:
        make_policy("x", {}, targets=[target, target])

    assert "sla_policy.targets" in refused.value.errors


def test_an_unknown_calendar_is_refused(make_policy: Any) -> None:
    with pytest.raises(DomainError) as refused:
        make_policy("x", HOUR, calendar_id="0190a000-0000-7000-8000-000000000001")

    assert refused.value.reason == "UNKNOWN_REFERENCE"


def test_every_ticket_has_the_standard_policy_unless_another_goes_first(
    make_policy: Any, make_ticket: Any, rpc: Any
) -> None:
    standard = rpc("GetSlaPolicy", standard_pb2.GetRequest(id=make_ticket().sla_policy_id), as_=ADMIN)
    assert (standard.name, len(standard.targets)) == ("Standard", 12)


def test_the_lowest_rank_that_matches_holds(make_policy: Any, make_ticket: Any) -> None:
    type_ = unique("type")
    make_policy(type_, HOUR, rank=20)
    first = make_policy(type_, HOUR, rank=10)
    make_policy(type_, HOUR, rank=5, condition=f'type = "{type_}" AND tags : "vip"')

    assert make_ticket(type=type_).sla_policy_id == first.id


def test_the_policy_follows_the_ticket(make_policy: Any, make_ticket: Any, patch: Any) -> None:
    type_ = unique("type")
    plain = make_policy(type_, HOUR, rank=10)
    vip = make_policy(type_, {("FIRST_RESPONSE", "MEDIUM"): 30}, rank=5, condition=f'type = "{type_}" AND tags : "vip"')
    ticket = make_ticket(type=type_)
    assert ticket.sla_policy_id == plain.id

    changed = patch(ticket.id, tags=["VIP"])

    assert (changed.sla_policy_id, changed.sla_clocks[0].target_minutes) == (vip.id, 30)


def test_a_deleted_policy_promises_nothing_until_it_is_back(rpc: Any, make_policy: Any, make_ticket: Any) -> None:
    type_ = unique("type")
    policy = make_policy(type_, HOUR)
    rpc("DeleteSlaPolicy", standard_pb2.DeleteRequest(id=policy.id), as_=ADMIN)
    assert make_ticket(type=type_).sla_policy_id != policy.id

    rpc("UndeleteSlaPolicy", standard_pb2.UndeleteRequest(id=policy.id), as_=ADMIN)

    assert make_ticket(type=type_).sla_policy_id == policy.id
