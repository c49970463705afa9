"""What the service knows of a customer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from crm.common.v1 import search_pb2, timelines_pb2
from crm.sales.v1 import customers_pb2, opportunities_pb2, tasks_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.mapping import SHOWN_BYTES
from crm_chassis.testing import OWN, unique, user
from sqlalchemy import event


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


@pytest.fixture
def close(rpc: Any, admin: Any) -> Any:
    def end(deal: Any, how: str) -> None:
        if how == "win":
            rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=deal.id), as_=admin)
        else:
            rpc("LoseOpportunity", opportunities_pb2.LoseOpportunityRequest(id=deal.id, reason="price"), as_=admin)

    return end


@pytest.fixture
def summary(rpc: Any, admin: Any) -> Any:
    def get(as_: Any = admin, **customer: Any) -> Any:
        return rpc("GetCustomerSales", timelines_pb2.GetCustomerRequest(customer=customer), as_=as_)

    return get


@pytest.fixture
def entries(rpc: Any, admin: Any) -> Any:
    def get(position: dict[str, Any] | None = None, as_: Any = admin, **customer: Any) -> Any:
        request = timelines_pb2.ListCustomerTimelineRequest(customer=customer, position=position)
        return rpc("ListCustomerTimeline", request, as_=as_).entries

    return get


def test_sums_up_the_deals_of_an_account_per_currency(
    make_opportunity: Any, close: Any, summary: Any, clock: Any
) -> None:
    account_id, contact_id = uuid7(), uuid7()
    clock.now = datetime.now(UTC)
    make_opportunity(name="late", account_id=account_id, amount=usd("100.10"), close_date="2031-02-01")
    make_opportunity(name="soon", contact_id=contact_id, amount=usd("200.20"), close_date="2031-01-01")
    make_opportunity(name="undated", account_id=account_id)
    make_opportunity(
        name="euro", account_id=account_id, amount={"amount": "5.00", "currency": "EUR"}, close_date="2031-03-01"
    )
    for name, how in (("won", "win"), ("lost", "lose"), ("won again", "win")):
        clock.advance(minutes=1)
        close(make_opportunity(name=name, account_id=account_id, amount=usd("7.00")), how)
    make_opportunity(account_id=uuid7(), amount=usd("1000.00"))

    found = summary(account_id=account_id, contact_ids=[contact_id])

    assert [one.name for one in found.open_opportunities] == ["soon", "late", "euro", "undated"]
    assert [one.name for one in found.recently_closed] == ["won again", "lost", "won"]
    assert (found.open_count, found.won_count, found.lost_count) == (4, 2, 1)
    assert [(one.amount, one.currency) for one in found.open_amount] == [("5.00", "EUR"), ("300.30", "USD")]
    assert [(one.amount, one.currency) for one in found.won_amount] == [("14.00", "USD")]
    assert len(found.timeline) == 10


def test_counts_go_on_where_the_shown_ones_end(make_opportunity: Any, close: Any, summary: Any) -> None:
    contact_id = uuid7()
    for _ in range(11):
        close(make_opportunity(contact_id=contact_id, amount=usd("1.00")), "win")

    found = summary(contact_id=contact_id)

    assert (found.won_count, len(found.recently_closed), found.won_amount[0].amount) == (11, 10, "11.00")


def test_a_contact_with_a_role_is_concerned(make_opportunity: Any, summary: Any) -> None:
    contact_id = uuid7()
    deal = make_opportunity(contact_roles=[{"contact_id": contact_id, "role": "champion"}])

    assert [one.id for one in summary(contact_id=contact_id).open_opportunities] == [deal.id]


def test_open_tasks_come_with_the_most_urgent_first(rpc: Any, admin: Any, summary: Any) -> None:
    account_id = uuid7()
    for subject, due in (
        ("never", {}),
        ("second", {"due_at": datetime(2026, 5, 1, 12, tzinfo=UTC)}),
        ("first", {"due_date": "2026-05-01"}),
        ("done", {"status": "DONE"}),
    ):
        task = {"subject": subject, "account_id": account_id} | due
        rpc("CreateTask", tasks_pb2.CreateTaskRequest(task=task), as_=admin)

    found = summary(account_id=account_id)

    assert [one.subject for one in found.open_tasks] == ["first", "second", "never"]


def test_shows_nothing_that_the_caller_may_not_see(make_opportunity: Any, summary: Any, entries: Any) -> None:
    account_id = uuid7()
    rep = user({"opportunities.*": OWN, "fields.financial.read": OWN})
    make_opportunity(account_id=account_id, amount=usd("5.00"))
    mine = make_opportunity(as_=rep, account_id=account_id)

    found = summary(as_=rep, account_id=account_id)

    assert [one.id for one in found.open_opportunities] == [mine.id]
    assert (found.open_count, len(found.open_amount), len(found.timeline)) == (1, 0, 1)
    assert [one.record_id for one in entries(as_=rep, account_id=account_id)] == [mine.id]


def test_an_unknown_customer_has_nothing_and_none_is_refused(summary: Any, entries: Any) -> None:
    assert summary(account_id=uuid7()) == customers_pb2.CustomerSales()
    for call in (summary, entries):
        with pytest.raises(DomainError) as refused:
            call()
        assert refused.value.status == 400


def test_four_statements_whatever_there_is(make_opportunity: Any, summary: Any, engine: Any) -> None:
    account_id = uuid7()
    for _ in range(3):
        make_opportunity(account_id=account_id, amount=usd("1.00"))
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        summary(account_id=account_id)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert len(statements) == 4  # one of them asks where an old id leads


def test_the_timeline_tells_steps_and_finished_tasks_newest_first(
    rpc: Any, admin: Any, make_pipeline: Any, make_opportunity: Any, patch: Any, close: Any, entries: Any, clock: Any
) -> None:
    account_id, pipeline = uuid7(), make_pipeline()
    clock.now = datetime.now(UTC)
    deal = make_opportunity(name="Engine", account_id=account_id, pipeline_id=pipeline.id)
    clock.advance(minutes=1)
    patch(deal, stage_id=pipeline.stages[1].id)
    clock.advance(minutes=1)
    task = {"subject": "Call", "opportunity_id": deal.id}
    task = rpc("CreateTask", tasks_pb2.CreateTaskRequest(task=task), as_=admin)
    rpc("CompleteTask", tasks_pb2.CompleteTaskRequest(id=task.id), as_=admin)
    clock.advance(minutes=1)
    close(deal, "win")

    found = entries(account_id=account_id)

    assert [(one.kind, one.title) for one in found] == [
        ("opportunity.won", "Engine: Won"),
        ("task.completed", "Call"),
        ("opportunity.stage_changed", "Engine: Second"),
        ("opportunity.created", "Engine: First"),
    ]
    assert {(one.service, one.actor_id) for one in found} == {("sales", admin.id)}
    older = entries({"before": found[1].at, "before_id": found[1].id}, account_id=account_id)
    assert [one.id for one in older] == [one.id for one in found[2:]]
    assert len(entries({"limit": 2}, account_id=account_id)) == 2
    kinds = entries({"kinds": ["opportunity.won", "task.completed"]}, account_id=account_id)
    assert [one.id for one in kinds] == [one.id for one in found[:2]]


def test_opportunities_are_found_by_words(rpc: Any, admin: Any, make_opportunity: Any) -> None:
    word = unique("Zephyr").replace("-", "")
    deal = make_opportunity(name=f"Renewal {word} 2026")
    request = search_pb2.SearchRecordsRequest(query=f"{word[:8]} renew")

    hits = rpc("SearchRecords", request, as_=admin).hits

    assert [(hit.record_id, hit.title, hit.service, hit.subtitle) for hit in hits if hit.record_id == deal.id] == [
        (deal.id, deal.name, "sales", "open")
    ]
    assert not rpc("SearchRecords", request, as_=user({"opportunities.read": OWN})).hits


LARGE = {"text": "x" * 60_000}


def test_each_list_of_a_customer_has_a_bound_in_bytes(
    make_opportunity: Any, close: Any, summary: Any, rpc: Any, admin: Any
) -> None:
    contact_id = uuid7()
    for number in range(20):
        deal = make_opportunity(contact_id=contact_id, custom=LARGE)
        if number < 10:
            close(deal, "win")
    for _ in range(20):
        task = {"subject": "Call", "contact_id": contact_id, "description": "\U0001f984" * 10_000}
        rpc("CreateTask", tasks_pb2.CreateTaskRequest(task=task), as_=admin)

    found = summary(contact_id=contact_id)

    assert (found.open_count, found.won_count) == (10, 10)
    for records in (found.open_opportunities, found.recently_closed, found.open_tasks):
        size = sum(record.ByteSize() for record in records)
        assert 0.8 * SHOWN_BYTES < size <= SHOWN_BYTES
