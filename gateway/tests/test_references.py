"""Ids that a service does not know are asked about at their owners, before the write that names them is made."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from crm.common.v1 import references_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import ReferencesUnverified
from crm_chassis.ids import uuid7
from gateway_harness import Call, Client, Suite

ACCOUNT, CAMPAIGN = uuid7(), uuid7()
BODY = {"name": "Engine", "account_id": ACCOUNT, "campaign_id": CAMPAIGN}
ERRORS = {
    "opportunity.account_id": [f"crm.contacts.account {ACCOUNT}"],
    "opportunity.campaign_id": [f"crm.marketing.campaign {CAMPAIGN}"],
}


def unverified(call: Call) -> opportunities_pb2.Opportunity:
    """Sales that knows neither the account nor the campaign."""
    if "x-verify-references" in call.metadata:
        raise ReferencesUnverified(errors=ERRORS)
    return opportunities_pb2.Opportunity(id=uuid7(), name=call.message.opportunity.name)


def missing(*kinds: str) -> Any:
    """An owner that does not have the records of these kinds."""

    def answer(call: Call) -> references_pb2.CheckReferencesResponse:
        found = [one for one in call.message.references if one.kind in kinds]
        return references_pb2.CheckReferencesResponse(missing=found)

    return answer


def test_a_write_goes_on_once_the_owners_have_the_records(suite: Suite, admin: Client) -> None:
    suite.services.answers |= {"CreateOpportunity": unverified, "CheckReferences": missing()}

    answer = admin.post("/v1/opportunities", json=BODY)

    assert answer.status_code == 201, answer.text
    asked = {call.service: [one.id for one in call.message.references] for call in suite.services["CheckReferences"]}
    assert asked == {"contacts": [ACCOUNT], "marketing": [CAMPAIGN]}
    first, second = suite.services["CreateOpportunity"]
    assert first.metadata["idempotency-key"] == second.metadata["idempotency-key"]
    assert ("x-references-verified" in first.metadata, "x-references-verified" in second.metadata) == (False, True)


def test_a_record_that_is_not_there_is_named_by_its_field(suite: Suite, admin: Client) -> None:
    suite.services.answers |= {
        "CreateOpportunity": unverified,
        "CheckReferences": missing("crm.marketing.campaign"),
    }

    answer = admin.post("/v1/opportunities", json=BODY)

    assert (answer.status_code, answer.json()["reason"]) == (422, "UNKNOWN_REFERENCE")
    assert answer.json()["errors"] == {"campaign_id": ["no such campaign"]}
    assert len(suite.services["CreateOpportunity"]) == 1


@pytest.mark.parametrize("failure", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED])
def test_a_write_does_not_need_an_owner_that_does_not_answer(
    suite: Suite, admin: Client, failure: grpc.StatusCode
) -> None:
    suite.services.answers |= {"CreateOpportunity": unverified, "CheckReferences": failure}

    assert admin.post("/v1/opportunities", json=BODY).status_code == 201
    # So the service has the owner asked later.
    assert [
        call.metadata for call in suite.services["CreateOpportunity"] if "x-references-verified" in call.metadata
    ] == []


def test_what_the_service_knows_costs_no_other_call(suite: Suite, admin: Client) -> None:
    assert admin.post("/v1/opportunities", json=BODY).status_code == 201

    assert not suite.services["CheckReferences"]
    assert len(suite.services["CreateOpportunity"]) == 1
