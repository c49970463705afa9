"""Deals with lines and stages, products, pipelines and tasks as they were, and values of deals brought back."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from crm.common.v1 import history_pb2, standard_pb2, timelines_pb2
from crm.sales.v1 import opportunities_pb2, pipelines_pb2, products_pb2, tasks_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, unique, user
from crm_chassis.testing.past import Remembered, change_at_random, comparable

ADMIN = user()


def restore(rpc: Any, id_: str, *fields: str, as_: Any = ADMIN, **more: Any) -> list[str]:
    request = history_pb2.RestoreValuesRequest(resource="opportunities", id=id_, fields=fields, **more)
    return list(rpc("RestoreValues", request, as_=as_).restored_fields)


def test_every_record_is_at_each_moment_what_was_read_then(
    rpc: Any, make_pipeline: Any, make_product: Any, make_opportunity: Any
) -> None:
    pipeline, products = make_pipeline(), [make_product("19.99"), make_product("1000")]
    deals = [make_opportunity(pipeline_id=pipeline.id) for _ in range(3)]
    tasks = [
        rpc("CreateTask", tasks_pb2.CreateTaskRequest(task={"subject": unique(), "opportunity_id": one.id}), as_=ADMIN)
        for one in deals[:2]
    ]
    chance = random.Random(3)

    def word() -> str:
        return chance.choice(["", "one", "zwei", "line\nbreak", unique()])

    def lines() -> list[dict[str, Any]]:
        return [
            {"product_id": chance.choice(products).id, "quantity": str(chance.randint(1, 9)), "discount_percent": "2.5"}
            for _ in range(chance.randint(0, 3))
        ]

    def update(request: Any, kind: str, **values: Callable[[], Any]) -> Callable[[str], object]:
        def run(id_: str) -> object:
            chosen = chance.sample(sorted(values), chance.randint(1, min(4, len(values))))
            given = {field: value for field in chosen if (value := values[field]()) is not None}
            wanted = request(**{kind: {"id": id_} | given})
            wanted.update_mask.paths.extend(chosen)
            return rpc(f"Update{kind.capitalize()}", wanted, as_=ADMIN)

        return run

    def price() -> dict[str, str]:
        return {"amount": f"{chance.randint(1, 900)}.25", "currency": "USD"}

    def money() -> dict[str, str] | None:
        return chance.choice([None, price()])

    of_deals = update(
        opportunities_pb2.UpdateOpportunityRequest, "opportunity",
        description=word, next_step=word, amount=money, lines=lines,
        probability=lambda: chance.choice([None, 0.0, 12.5, 100.0]),
        close_date=lambda: chance.choice(["", "2026-12-24", "2027-02-01"]),
        stage_id=lambda: chance.choice(pipeline.stages).id,
        competitors=lambda: [unique() for _ in range(chance.randint(0, 2))],
        custom=lambda: {"seats": chance.randint(1, 9)},
    )  # fmt: skip
    ways: list[Callable[[str], object]] = [
        *[of_deals] * 6,
        lambda id_: rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=id_), as_=ADMIN),
        lambda id_: rpc("LoseOpportunity", opportunities_pb2.LoseOpportunityRequest(id=id_, reason="price"), as_=ADMIN),
        *[lambda id_: rpc("ReopenOpportunity", opportunities_pb2.ReopenOpportunityRequest(id=id_), as_=ADMIN)] * 2,
    ]
    of_products = update(
        products_pb2.UpdateProductRequest, "product", name=unique, family=word, price=price,
        active=lambda: chance.choice([True, False]),
    )  # fmt: skip
    of_tasks = update(tasks_pb2.UpdateTaskRequest, "task", subject=unique, description=word)
    of_pipelines = update(pipelines_pb2.UpdatePipelineRequest, "pipeline", name=unique)
    remembered = Remembered(rpc, ADMIN)
    records = [
        *(("GetOpportunity", one.id, ways) for one in deals),
        *(("GetProduct", one.id, [of_products]) for one in products),
        *(("GetTask", one.id, [of_tasks]) for one in tasks),
        ("GetPipeline", pipeline.id, [of_pipelines]),
    ]
    change_at_random(5, 500, records, remembered)
    assert remembered.check() == 1000


def test_deals_of_a_customer_are_shown_as_they_were(rpc: Any, make_opportunity: Any, patch: Any) -> None:
    customer = {"contact_id": uuid7()}

    def sales(as_of: datetime) -> Any:
        request = timelines_pb2.GetCustomerRequest(customer=customer)
        request.as_of.FromDatetime(as_of)
        return rpc("GetCustomerSales", request, as_=ADMIN)

    made = make_opportunity(amount={"amount": "100", "currency": "USD"}, **customer)
    in_a_role = make_opportunity(contact_roles=[{"contact_id": customer["contact_id"], "role": "user"}])
    task = rpc("CreateTask", tasks_pb2.CreateTaskRequest(task={"subject": "Call"} | customer), as_=ADMIN)
    before = datetime.now(UTC)
    patch(made, amount={"amount": "250", "currency": "USD"})
    rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=made.id), as_=ADMIN)
    rpc("CompleteTask", tasks_pb2.CompleteTaskRequest(id=task.id), as_=ADMIN)
    patch(in_a_role, clear=("contact_roles",))
    then, now = sales(before), sales(datetime.now(UTC))
    assert {one.id for one in then.open_opportunities} == {made.id}, "who has lost the role since is not found"
    assert (then.open_count, then.won_count, then.open_amount[0].amount) == (1, 0, "100.00")
    assert [one.id for one in then.open_tasks] == [task.id]
    assert {one.kind for one in then.timeline}.isdisjoint({"opportunity.won", "task.completed"})
    assert (now.open_count, now.won_count, now.won_amount[0].amount, len(now.open_tasks)) == (0, 1, "250.00", 0)
    assert [one.id for one in now.recently_closed] == [made.id]


def test_what_followed_something_else_follows_it_again(
    rpc: Any, make_product: Any, make_opportunity: Any, patch: Any, read: Any
) -> None:
    made = make_opportunity(lines=[{"product_id": make_product("50").id, "quantity": "2"}])
    assert (made.amount.amount, made.amount_overridden) == ("100.00", False)
    patch(made, amount={"amount": "7", "currency": "USD"}, probability=90.0)
    assert restore(rpc, made.id, version=1) == ["amount", "probability"]
    again = read(made)
    assert comparable(again) == comparable(made)
    assert not again.amount_overridden
    assert not again.probability_overridden


def test_amounts_need_the_right_to_amounts(rpc: Any, make_opportunity: Any, patch: Any) -> None:
    made = make_opportunity(amount={"amount": "175.50", "currency": "USD"}, next_step="Call")
    patch(made, amount={"amount": "7", "currency": "USD"}, next_step="Write")
    seller = user({"opportunities.*": ALL})
    request = history_pb2.ListRecordHistoryRequest(resource="opportunities", id=made.id)
    told = rpc("ListRecordHistory", request, as_=seller)
    fields = {change.field for one in told.changes for change in one.changes}
    assert {name for name in fields if "amount" in name} == {"amount_overridden"}
    assert "175.5" not in str(told)
    asked = history_pb2.GetProvenanceRequest(resource="opportunities", id=made.id)
    assert {"amount"}.isdisjoint(one.field for one in rpc("GetProvenance", asked, as_=seller).origins)
    assert "amount" in {one.field for one in rpc("GetProvenance", asked, as_=ADMIN).origins}
    with pytest.raises(DomainError) as refused:
        restore(rpc, made.id, "amount", as_=seller, version=1)
    assert refused.value.status == 403
    assert restore(rpc, made.id, as_=seller, version=1) == ["next_step"]


def test_a_rule_of_today_refuses_what_was_so_once(rpc: Any, make_opportunity: Any, patch: Any) -> None:
    made = make_opportunity(amount={"amount": "100", "currency": "USD"})
    patch(made, amount={"amount": "200", "currency": "USD"})
    rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=made.id), as_=ADMIN)
    with pytest.raises(DomainError) as refused:
        restore(rpc, made.id, "amount", version=1)
    assert refused.value.reason == "OPPORTUNITY_CLOSED"
    assert rpc("GetOpportunity", standard_pb2.GetRequest(id=made.id), as_=ADMIN).amount.amount == "200.00"
