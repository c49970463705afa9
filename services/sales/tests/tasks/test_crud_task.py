"""CreateTask, GetTask, ListTasks, UpdateTask, CompleteTask, DeleteTask, UndeleteTask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from crm.sales.v1 import sales_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, unique, user

Task = sales_pb2.Task
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def make_task(rpc: Any, admin: Any) -> Any:
    def make(as_: Any = admin, **fields: Any) -> Any:
        return rpc("CreateTask", sales_pb2.CreateTaskRequest(task={"subject": "Call"} | fields), as_=as_)

    return make


@pytest.fixture
def change(rpc: Any, admin: Any) -> Any:
    def update(task: Any, *, clear: tuple[str, ...] = (), **fields: Any) -> Any:
        request = sales_pb2.UpdateTaskRequest(task={"id": task.id} | fields)
        request.update_mask.paths.extend([*fields, *clear])
        return rpc("UpdateTask", request, as_=admin)

    return update


@pytest.fixture
def complete(rpc: Any, admin: Any) -> Any:
    return lambda task: rpc("CompleteTask", sales_pb2.CompleteTaskRequest(id=task.id), as_=admin)


def refusal(call: Any, *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value


def test_is_open_normal_and_its_makers_unless_it_says_otherwise(admin: Any, make_task: Any) -> None:
    made = make_task(due_date="2026-05-01")

    assert (made.status, made.priority, made.owner_id) == (Task.OPEN, Task.NORMAL, admin.id)
    assert make_task(status=Task.DONE).HasField("completed_at")


def test_is_due_on_a_day_or_at_an_instant(make_task: Any, change: Any) -> None:
    error = refusal(make_task, due_date="2026-05-01", due_at=NOON)
    assert (error.status, list(error.errors)) == (400, ["task.due_at"])

    made = make_task(due_date="2026-05-01")
    instant = change(made, due_at=NOON)
    assert (instant.due_date, instant.due_at.ToDatetime(UTC)) == ("", NOON)
    day = change(made, due_date="2026-06-01")
    assert (day.due_date, day.HasField("due_at")) == ("2026-06-01", False)
    assert change(made, clear=("due_date",)).due_date == ""


def test_is_completed_once(make_task: Any, complete: Any, change: Any, clock: Any) -> None:
    made = make_task()
    now = clock.advance(hours=1)

    done = complete(made)

    assert (done.status, done.completed_at.ToDatetime(UTC)) == (Task.DONE, now)
    assert (refusal(complete, made).reason, refusal(complete, made).status) == ("TASK_ALREADY_DONE", 409)
    again = change(made, status=Task.OPEN)
    assert not again.HasField("completed_at")
    change(made, status=Task.CANCELLED)
    assert refusal(complete, made).reason == "TASK_CANCELLED"


def test_a_change_of_something_else_does_not_touch_the_completion(
    make_task: Any, complete: Any, change: Any, clock: Any
) -> None:
    made = make_task()
    done = complete(made)
    clock.advance(hours=1)

    assert change(made, subject="Called", status=Task.DONE).completed_at == done.completed_at


def test_is_about_the_account_of_its_opportunity(make_task: Any, make_opportunity: Any) -> None:
    account_id = uuid7()
    deal = make_opportunity(account_id=account_id)

    assert make_task(opportunity_id=deal.id).account_id == account_id
    assert refusal(make_task, opportunity_id=uuid7()).reason == "UNKNOWN_REFERENCE"


def test_is_listed_by_due_date(rpc: Any, admin: Any, make_task: Any) -> None:
    contact_id = uuid7()
    for day in ("2026-05-03", "2026-05-01", "2026-05-02"):
        make_task(contact_id=contact_id, due_date=day, priority=Task.HIGH)
    request = sales_pb2.ListTasksRequest(
        filter=f'contact_id = {contact_id} AND due_date >= "2026-05-02" AND status = "OPEN" AND priority = "HIGH"',
        order_by="due_date",
    )

    assert [one.due_date for one in rpc("ListTasks", request, as_=admin).tasks] == ["2026-05-02", "2026-05-03"]


def test_is_deleted_and_brought_back_by_who_may_see_it(rpc: Any, admin: Any, make_task: Any) -> None:
    rep = user({"tasks.*": OWN})
    mine, other = make_task(as_=rep, subject=unique("Mine")), make_task()
    assert refusal(rpc, "DeleteTask", sales_pb2.DeleteTaskRequest(id=other.id), as_=rep).status == 404

    rpc("DeleteTask", sales_pb2.DeleteTaskRequest(id=mine.id), as_=rep)
    assert refusal(rpc, "GetTask", sales_pb2.GetTaskRequest(id=mine.id), as_=rep).status == 404
    rpc("UndeleteTask", sales_pb2.UndeleteTaskRequest(id=mine.id), as_=rep)
    assert rpc("GetTask", sales_pb2.GetTaskRequest(id=mine.id), as_=admin).subject == mine.subject
