"""Contacts and accounts that turned out to be one: deals, tasks and roles follow them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import merges_pb2
from crm.sales.v1 import opportunities_pb2, tasks_pb2
from crm_chassis.db.tables import MergedRow
from crm_chassis.ids import uuid7
from crm_chassis.jobs.runner import Runner
from crm_chassis.testing import user
from crm_chassis.testing.plugin import _KEY
from crm_sales.service import service as sales
from sqlalchemy import func, select
from sqlalchemy.orm import Session

ADMIN = user()


@pytest.fixture
def told(deliver: Any) -> Callable[..., Any]:
    """Contacts tells of a merge."""

    def tell(survivor: str, *losers: str, resource: str = "contacts") -> Any:
        whole = {
            "id": uuid7(), "resource": resource, "survivor_id": survivor, "loser_ids": list(losers), "state": "DONE",
        }  # fmt: skip
        deliver(merges_pb2.MergeCreated(merge=whole))
        return whole

    return tell


@pytest.fixture
def told_undone(deliver: Any) -> Callable[..., Any]:
    return lambda whole: deliver(merges_pb2.MergeUndone(merge=whole | {"state": "UNDONE"}), version=2)


def deals(rpc: Any, contact: str) -> set[str]:
    request = opportunities_pb2.ListOpportunitiesRequest(filter=f'contact_id = "{contact}"', page_size=200)
    return {one.id for one in rpc("ListOpportunities", request, as_=ADMIN).opportunities}


def get(rpc: Any, id_: str) -> Any:
    return rpc("GetOpportunity", standard_pb2.GetRequest(id=id_), as_=ADMIN)


def test_deals_tasks_and_roles_move_and_go_back(
    rpc: Any, make_opportunity: Any, told: Any, told_undone: Any, tick: Any, published: Any
) -> None:
    survivor, loser, other = uuid7(), uuid7(), uuid7()
    roles = [{"contact_id": loser, "role": "Buyer"}, {"contact_id": other}]
    doubled = [{"contact_id": survivor, "role": "Boss"}, {"contact_id": loser, "role": "Buyer"}]
    deal, second = make_opportunity(contact_id=loser, contact_roles=roles), make_opportunity(contact_roles=doubled)
    task = {"subject": "Call", "contact_id": loser}
    task_id = rpc("CreateTask", tasks_pb2.CreateTaskRequest(task=task), as_=ADMIN).id

    whole = told(survivor, loser)
    assert deals(rpc, loser) == set(), "nothing has moved yet, and the old id leads to the survivor"
    tick("merges")

    assert deals(rpc, loser) == deals(rpc, survivor) == {deal.id}
    assert [(one.contact_id, one.role) for one in get(rpc, deal.id).contact_roles] == [(survivor, "Buyer"), (other, "")]
    assert [(one.contact_id, one.role) for one in get(rpc, second.id).contact_roles] == [(survivor, "Boss")]
    assert rpc("GetTask", standard_pb2.GetRequest(id=task_id), as_=ADMIN).contact_id == survivor
    moved = [event for event in published(deal.id) if event.action == "updated"]
    assert {name for event in moved for name in event.data.changed_fields} == {"contact_id", "contact_roles"}
    later = make_opportunity(contact_id=loser)
    assert later.contact_id == survivor

    told_undone(whole)
    tick("merges")

    assert (deals(rpc, loser), deals(rpc, survivor)) == ({deal.id}, {later.id})
    assert [one.contact_id for one in get(rpc, deal.id).contact_roles] == [loser, other]
    assert [one.contact_id for one in get(rpc, second.id).contact_roles] == [survivor, loser]


def test_merges_told_in_another_order_end_the_same(
    rpc: Any, make_opportunity: Any, told: Any, told_undone: Any, tick: Any
) -> None:
    a, b, c = uuid7(), uuid7(), uuid7()
    mine = {id_: make_opportunity(contact_id=id_).id for id_ in (a, b, c)}
    second = told(c, b)
    tick("merges")
    first = told(b, a)
    tick("merges")
    assert deals(rpc, a) == deals(rpc, b) == deals(rpc, c) == set(mine.values())

    told_undone(second)
    tick("merges")
    assert (deals(rpc, a), deals(rpc, b), deals(rpc, c)) == ({mine[a], mine[b]}, {mine[a], mine[b]}, {mine[c]})
    told_undone(first)
    tick("merges")
    assert {id_: deals(rpc, id_) for id_ in mine} == {id_: {deal} for id_, deal in mine.items()}


def test_a_worker_that_dies_in_the_middle_goes_on_where_it_was(
    rpc: Any, make_opportunity: Any, told: Any, tick: Any, engine: Any, clock: Any, monkeypatch: Any
) -> None:
    from crm_chassis import merging
    from crm_chassis.db.vault import Vault

    monkeypatch.setattr(merging, "BATCH", 2)
    survivor, loser = uuid7(), uuid7()
    all_ = {make_opportunity(contact_id=loser).id for _ in range(7)}
    whole = told(survivor, loser)
    runner = Runner(engine, [sales.merging.job], Vault(_KEY), clock)  # type: ignore[union-attr]
    move_row, moved = merging.Merging._move_row, []

    def dying(self: Any, *arguments: Any) -> None:
        move_row(self, *arguments)
        moved.append(arguments)
        if len(moved) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(merging.Merging, "_move_row", dying)
    (taken,) = runner.take(1)
    with pytest.raises(KeyboardInterrupt):
        runner.run(taken, seconds=60)
    monkeypatch.setattr(merging.Merging, "_move_row", move_row)
    with Session(engine) as session:
        noted = select(func.count()).select_from(MergedRow).where(MergedRow.merge_id == whole["id"])
        assert session.scalar(noted) == 2, "what the dead step has done is undone"

    clock.advance(seconds=120)
    tick("merges")

    assert deals(rpc, survivor) == all_
    with Session(engine) as session:
        assert session.scalar(noted) == len(all_)


def test_a_merge_waits_until_what_was_before_has_come_apart(
    rpc: Any, make_opportunity: Any, told: Any, told_undone: Any, tick: Any, receiver: Any, clock: Any
) -> None:
    a, b, c = uuid7(), uuid7(), uuid7()
    deal = make_opportunity(contact_id=a).id
    first = told(b, a)
    tick("merges")
    told(c, a)  # before word of the undoing has come
    told_undone(first)
    tick("merges")
    assert deals(rpc, a) == {deal}

    clock.advance(minutes=5)
    with_time(receiver)
    tick("merges")
    assert deals(rpc, c) == {deal}


def with_time(receiver: Any) -> None:
    """The parked events are due."""
    from crm_chassis.db.tables import Parked
    from sqlalchemy import update

    with Session(receiver._engine) as session, session.begin():
        session.execute(update(Parked).values(next_attempt_at=func.now()))
    receiver.retry_due()
