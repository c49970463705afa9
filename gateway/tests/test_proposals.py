"""Proposals: where a set of changes goes, and what is gathered from all services."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import proposals_pb2
from crm_chassis.errors import NotFound, ReferencesUnverified
from crm_chassis.ids import uuid7
from gateway_harness import Client, Suite


def command(resource: str, **fields: Any) -> dict[str, Any]:
    return {"resource": resource, "id": uuid7(), "fields": fields or {"name": "x"}}


def test_a_proposal_goes_to_the_service_that_has_the_records(suite: Suite, admin: Client) -> None:
    id_ = uuid7()
    suite.services.answers["CreateProposal"] = proposals_pb2.Proposal(id=id_)
    answer = admin.post("/v1/proposals", json={"commands": [command("opportunities"), command("tasks")]})
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/proposals/{id_}")
    (call,) = suite.services["CreateProposal"]
    assert call.service == "sales"
    assert dict(call.message.commands[0].fields) == {"name": "x"}


@pytest.mark.parametrize(
    ("commands", "field"),
    [
        ([], "commands"),
        ([command("spaceships")], "commands.0.resource"),
        ([command("contacts"), command("tickets")], "commands.1.resource"),
    ],
)
def test_what_belongs_nowhere_is_refused(suite: Suite, admin: Client, commands: Any, field: str) -> None:
    answer = admin.post("/v1/proposals", json={"commands": commands})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not suite.services["CreateProposal"]


def test_a_decision_goes_to_the_service_that_knows_the_proposal(suite: Suite, admin: Client) -> None:
    id_ = uuid7()
    found = proposals_pb2.Proposal(id=id_, reason="why")
    suite.services.answers["GetProposal"] = lambda call: (
        found if call.service == "support" else (_ for _ in ()).throw(NotFound())
    )
    for action in ("approve", "decline", "withdraw", "undo"):
        suite.services.answers[f"{action.title()}Proposal"] = found
        body = {"terms_hash": "0" * 64} if action in ("approve", "decline") else {}
        assert admin.post(f"/v1/proposals/{id_}:{action}", json=body).json()["id"] == id_
        (call,) = suite.services[f"{action.title()}Proposal"]
        assert call.service == "support"
    assert admin.get(f"/v1/proposals/{id_}").json()["reason"] == "why"


def test_owners_of_what_is_named_are_asked_before_it_is_approved(suite: Suite, admin: Client) -> None:
    id_, named = uuid7(), uuid7()
    suite.services.answers["GetProposal"] = proposals_pb2.Proposal(id=id_)

    def answer(call: Any) -> Any:
        if "x-verify-references" in call.metadata:
            raise ReferencesUnverified(errors={"ticket.contact_id": [f"crm.contacts.contact {named}"]})
        return proposals_pb2.Proposal(id=id_)

    suite.services.answers["ApproveProposal"] = answer
    assert admin.post(f"/v1/proposals/{id_}:approve", json={"terms_hash": "0" * 64}).status_code == 200
    (asked,) = suite.services["CheckReferences"]
    assert asked.service == "contacts"


def test_the_newest_proposals_of_all_services(suite: Suite, admin: Client) -> None:
    ids = [f"01890000-0000-7000-8000-{number:012d}" for number in range(6)]
    of = {"contacts": ids[1::2], "sales": ids[::2]}

    def answer(call: Any) -> Any:
        found = [one for one in of.get(call.service, [])[::-1] if one < (call.message.page_token or "z")]
        size = call.message.page_size or 50
        page = proposals_pb2.ListProposalsResponse(proposals=[proposals_pb2.Proposal(id=one) for one in found[:size]])
        page.next_page_token = found[size - 1] if len(found) > size else ""
        return page

    suite.services.answers["ListProposals"] = answer
    seen, token = [], ""
    while True:
        page = admin.get("/v1/proposals", params={"page_size": 2, "page_token": token, "to_decide": "true"}).json()
        seen += [one["id"] for one in page["proposals"]]
        token = page["next_page_token"]
        if not token:
            break
    assert seen == ids[::-1]
    assert all(call.message.to_decide for call in suite.services["ListProposals"])
    suite.services.dead.add("sales")
    page = admin.get("/v1/proposals").json()
    assert ([one["id"] for one in page["proposals"]], page["unavailable_services"]) == (ids[5::-2], ["sales"])
