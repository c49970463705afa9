"""Opportunities are counted and added up by the values of a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.common.v1 import groups_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, user

AMOUNTS = (("First", "10.50", "USD"), ("First", "20.00", "USD"), ("First", "5", "EUR"), ("Second", "7", "EUR"))


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Any], make_opportunity: Callable[..., Any]) -> Any:
    """One with a few deals, one of them without an amount."""
    pipeline = make_pipeline()
    stages = {stage.name: stage.id for stage in pipeline.stages}
    for stage, amount, currency in AMOUNTS:
        make_opportunity(stage_id=stages[stage], amount={"amount": amount, "currency": currency})
    make_opportunity(stage_id=stages["Second"])
    return pipeline


@pytest.fixture
def group(rpc: Callable[..., Any], admin: Any, pipeline: Any) -> Callable[..., groups_pb2.GroupResponse]:
    def ask(by: str, as_: Any = admin, **fields: str) -> Any:
        request = groups_pb2.GroupRequest(by=by, filter=f'pipeline_id = "{pipeline.id}"', **fields)
        return rpc("GroupOpportunities", request, as_=as_)

    return ask


def sums(group: groups_pb2.Group) -> list[tuple[str, str, str]]:
    return [(one.field, one.sum.amount, one.sum.currency) for one in group.sums]


def test_a_column_of_a_board_has_its_totals_by_currency(group: Any, pipeline: Any) -> None:
    first, second, *_ = pipeline.stages

    answer = group("stage_id", sum="amount")

    assert {one.value: (one.count, sums(one)) for one in answer.groups} == {
        first.id: (3, [("amount", "5.00", "EUR"), ("amount", "30.50", "USD")]),
        second.id: (2, [("amount", "7.00", "EUR")]),
    }
    assert [sums(one) for one in group("stage_id").groups] == [[], []]


@pytest.mark.parametrize("by", ["status", "forecast_category", "pipeline_id", "owner_id", "source"])
def test_every_other_field_of_a_board_makes_groups(group: Any, by: str) -> None:
    answer = group(by)
    assert sum(one.count for one in answer.groups) == answer.total_size == len(AMOUNTS) + 1


def test_sums_are_of_what_the_caller_sees(make_opportunity: Any, group: Any, pipeline: Any) -> None:
    grants = {"opportunities.*": OWN, "fields.financial.read": ALL, "fields.financial.write": ALL}
    rep = user(grants)
    make_opportunity(rep, stage_id=pipeline.stages[1].id, amount={"amount": "1", "currency": "EUR"})
    (only,) = group("stage_id", rep, sum="amount").groups
    assert (only.value, sums(only)) == (pipeline.stages[1].id, [("amount", "1.00", "EUR")])


def test_who_may_not_read_amounts_gets_no_sums(group: Any) -> None:
    reader = user({"opportunities.read": ALL})
    with pytest.raises(DomainError) as refused:
        group("stage_id", reader, sum="amount")
    assert (refused.value.status, list(refused.value.errors)) == (403, ["sum"])
    assert group("stage_id", reader).total_size == len(AMOUNTS) + 1


@pytest.mark.parametrize("name", ["weighted_amount", "probability", "amount,nonsense"])
def test_only_stored_amounts_are_added_up(group: Any, name: str) -> None:
    with pytest.raises(DomainError) as refused:
        group("stage_id", sum=name)
    assert (refused.value.status, list(refused.value.errors)) == (400, ["sum"])
