"""The status machine of a lead and its log."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import leads_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from crm_contacts.leads.model import REACHABLE

ADMIN = user()


def lead(rpc: Any, **fields: Any) -> Any:
    return rpc("CreateLead", leads_pb2.CreateLeadRequest(lead={"company": unique("Acme")} | fields), as_=ADMIN)


def move(rpc: Any, id_: str, status: str, **fields: Any) -> Any:
    return rpc("UpdateLead", leads_pb2.UpdateLeadRequest(lead={"id": id_, "status": status} | fields), as_=ADMIN)


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
    request = leads_pb2.ListLeadStatusChangesRequest(lead_id=made.id)
    steps = rpc("ListLeadStatusChanges", request, as_=ADMIN).status_changes
    assert [(step.from_status, step.to_status, step.seconds_in_from_status) for step in steps] == [
        (leads_pb2.Lead.NEW, leads_pb2.Lead.WORKING, 3600),
        (leads_pb2.Lead.WORKING, leads_pb2.Lead.QUALIFIED, 300),
    ]


def test_an_unqualified_lead_needs_a_reason(rpc: Any) -> None:
    made = lead(rpc)
    with pytest.raises(DomainError) as refused:
        move(rpc, made.id, "UNQUALIFIED")
    assert refused.value.reason == "UNQUALIFIED_NEEDS_REASON"
    assert move(rpc, made.id, "UNQUALIFIED", unqualified_reason="no budget").unqualified_reason == "no budget"


def test_a_lead_that_is_worked_on_again_has_no_reason_against_it(rpc: Any) -> None:
    made = lead(rpc, status="UNQUALIFIED", unqualified_reason="no budget")

    assert move(rpc, made.id, "WORKING").unqualified_reason == ""


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


def test_only_an_unqualified_lead_has_a_reason_against_it(rpc: Any) -> None:
    def patched(id_: str, **fields: Any) -> Any:
        request = leads_pb2.UpdateLeadRequest(lead={"id": id_, **fields})
        request.update_mask.paths.extend(fields)
        return rpc("UpdateLead", request, as_=ADMIN)

    made, against = lead(rpc), lead(rpc, status="UNQUALIFIED", unqualified_reason="no budget")
    for call in (lambda: patched(made.id, unqualified_reason="no budget"), lambda: lead(rpc, unqualified_reason="x")):
        with pytest.raises(DomainError) as refused:
            call()
        assert list(refused.value.errors) == ["lead.unqualified_reason"]
    assert patched(against.id, unqualified_reason="no need").unqualified_reason == "no need"
    assert patched(against.id, status="WORKING", unqualified_reason="no need").unqualified_reason == ""


def test_a_file_gives_no_reason_against_a_lead_that_is_not_unqualified(rpc: Any, import_csv: Any) -> None:
    key = unique("reason")
    rows = f"{key}-1,{key},New,Broke\n{key}-2,{key},,\n{key}-2,{key},,Broke\n{key}-3,{key},Unqualified,Broke\n"
    done = import_csv("leads", f"external_id,company,status,unqualified_reason\n{rows}", as_=ADMIN)
    assert [(error.line, "unqualified_reason" in error.field) for error in done.errors] == [(2, True), (4, True)]
    assert done.rows_created == 2


def test_a_converted_lead_has_no_reason_against_it(rpc: Any) -> None:
    made = lead(rpc, status="UNQUALIFIED", unqualified_reason="no budget")
    rpc("ConvertLead", leads_pb2.ConvertLeadRequest(id=made.id), as_=ADMIN)
    assert rpc("GetLead", standard_pb2.GetRequest(id=made.id), as_=ADMIN).unqualified_reason == ""
