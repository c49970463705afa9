"""Proposed changes of deals: amounts, what follows other fields, and rules that speak when a change is applied."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import proposals_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, user
from crm_chassis.testing.past import comparable

ADMIN = user()
READER = user({"opportunities.read": ALL, "proposals.create": ALL, "fields.financial.read": ALL})


def propose(rpc: Any, id_: str, fields: dict[str, Any], as_: Any = READER) -> Any:
    command = proposals_pb2.ProposedChange(resource="opportunities", id=id_)
    command.fields.update(fields)
    return rpc("CreateProposal", proposals_pb2.CreateProposalRequest(commands=[command]), as_=as_)


def approve(rpc: Any, proposal: Any, as_: Any = ADMIN) -> Any:
    request = proposals_pb2.ApproveProposalRequest(id=proposal.id, terms_hash=proposal.terms_hash)
    return rpc("ApproveProposal", request, as_=as_)


def test_what_was_computed_follows_again_when_it_is_undone(
    rpc: Any, make_product: Any, make_opportunity: Any, read: Any
) -> None:
    made = make_opportunity(lines=[{"product_id": make_product("50").id, "quantity": "2"}])
    proposal = propose(rpc, made.id, {"amount": {"amount": "7", "currency": "USD"}, "probability": 90})
    approve(rpc, proposal)
    found = read(made)
    assert (found.amount.amount, found.amount_overridden, found.probability) == ("7.00", True, 90)
    rpc("UndoProposal", proposals_pb2.UndoProposalRequest(id=proposal.id), as_=ADMIN)
    again = read(made)
    assert (again.amount.amount, again.amount_overridden, again.probability_overridden) == ("100.00", False, False)
    assert comparable(again) == comparable(made)


def test_amounts_need_the_right_to_amounts(rpc: Any, make_opportunity: Any, read: Any) -> None:
    made = make_opportunity(amount={"amount": "175.50", "currency": "USD"})
    blind = user({"opportunities.*": ALL, "proposals.create": ALL})
    amount = {"amount": {"amount": "7", "currency": "USD"}}
    with pytest.raises(DomainError) as refused:
        propose(rpc, made.id, amount, as_=blind)
    assert refused.value.status == 403
    proposal = propose(rpc, made.id, amount)
    seen = rpc("GetProposal", proposals_pb2.GetProposalRequest(id=proposal.id), as_=blind)
    assert seen.may_decide
    assert list(seen.commands[0].changes) == []
    with pytest.raises(DomainError) as refused:
        approve(rpc, proposal, as_=blind)
    assert refused.value.status == 403
    assert read(made).amount.amount == "175.50"


def test_a_rule_of_the_record_speaks_when_it_is_applied(rpc: Any, make_opportunity: Any, read: Any) -> None:
    made = make_opportunity(amount={"amount": "100", "currency": "USD"})
    rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=made.id), as_=ADMIN)
    proposal = propose(rpc, made.id, {"amount": {"amount": "7", "currency": "USD"}})
    with pytest.raises(DomainError) as refused:
        approve(rpc, proposal)
    assert (refused.value.status, refused.value.reason) == (422, "OPPORTUNITY_CLOSED")
    assert read(made).amount.amount == "100.00"
