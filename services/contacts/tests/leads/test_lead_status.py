"""The status machine of a lead and its log."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import contacts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from crm_contacts.leads.model import REACHABLE

ADMIN = user()


def lead(rpc: Any, **fields: Any) -> Any:
    return rpc("CreateLead", contacts_pb2.CreateLeadRequest(lead={"company": unique("Acme")} | fields), as_=ADMIN)


def move(rpc: Any, id_: str, status: str, **fields: Any) -> Any:
    return rpc("UpdateLead", contacts_pb2.UpdateLeadRequest(lead={"id": id_, "status": status} | fields), as_=ADMIN)


def test_nothing_leads_back_to_new_or_out_of_converted() -> None:
    assert all("NEW" not in targets and "CONVERTED" not in targets for targets in REACHABLE.values())
    assert REACHABLE["CONVERTED"] == set()


def test_steps_are_logged_with_their_durations(rpc: Any, clock: Any) -> None:
    clock.advance(seconds=0)
    made = lead(rpc)
    clock.advance(hours=1)
    move(rpc, made.id, "WORKING")
    clock.advance(minutes=5)
    move(rpc, made.id, "QUALIFIED")
    request = contacts_pb2.ListLeadStatusChangesRequest(lead_id=made.id)
    steps = rpc("ListLeadStatusChanges", request, as_=ADMIN).status_changes
    assert [(step.from_status, step.to_status, step.seconds_in_from_status) for step in steps] == [
        (contacts_pb2.Lead.NEW, contacts_pb2.Lead.WORKING, 3600),
        (contacts_pb2.Lead.WORKING, contacts_pb2.Lead.QUALIFIED, 300),
    ]


def test_an_unqualified_lead_needs_a_reason(rpc: Any) -> None:
    made = lead(rpc)
    with pytest.raises(DomainError) as refused:
        move(rpc, made.id, "UNQUALIFIED")
    assert refused.value.reason == "UNQUALIFIED_NEEDS_REASON"
    assert move(rpc, made.id, "UNQUALIFIED", unqualified_reason="no budget").unqualified_reason == "no budget"


@pytest.mark.parametrize("status", ["NEW", "CONVERTED"])
def test_a_status_out_of_reach_is_refused(rpc: Any, status: str) -> None:
    made = move(rpc, lead(rpc).id, "WORKING")
    with pytest.raises(DomainError) as refused:
        move(rpc, made.id, status)
    assert refused.value.reason == "LEAD_STATUS_NOT_REACHABLE"


def test_a_lead_is_not_created_converted(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        lead(rpc, status="CONVERTED")
    assert refused.value.reason == "LEAD_STATUS_NOT_REACHABLE"
