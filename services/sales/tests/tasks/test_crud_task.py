"""Tasks, and when they are done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.sales.v1 import tasks_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user

Task = tasks_pb2.Task
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def make_task(rpc: Any, admin: Any) -> Any:
    def make(as_: Any = admin, **fields: Any) -> Any:
        return rpc("CreateTask", tasks_pb2.CreateTaskRequest(task={"subject": "Call"} | fields), as_=as_)

    return make


@pytest.fixture
def change(rpc: Any, admin: Any) -> Any:
    def update(task: Any, *, clear: tuple[str, ...] = (), **fields: Any) -> Any:
        request = tasks_pb2.UpdateTaskRequest(task={"id": task.id} | fields)
        request.update_mask.paths.extend([*fields, *clear])
        return rpc("UpdateTask", request, as_=admin)

    return update


@pytest.fixture
def complete(rpc: Any, admin: Any) -> Any:
    return lambda task: rpc("CompleteTask", tasks_pb2.CompleteTaskRequest(id=task.id), as_=admin)


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


@pytest.mark.parametrize(("field", "kind"), [("lead_id", "crm.contacts.lead"), ("ticket_id", "crm.support.ticket")])
def test_is_about_a_record_that_its_owner_knows(rpc: Any, admin: Any, make_task: Any, field: str, kind: str) -> None:
    id_ = uuid7()
    request = tasks_pb2.CreateTaskRequest(task={"subject": "Call", field: id_})

    with pytest.raises(DomainError) as refused:
        rpc("CreateTask", request, as_=admin, x_verify_references="1")
    assert refused.value.errors == {f"task.{field}": [f"{kind} {id_}"]}

    made = make_task(**{field: id_})
    listed = rpc("ListTasks", tasks_pb2.ListTasksRequest(filter=f'{field} = "{id_}"'), as_=admin)
    assert list(listed.tasks) == [made]


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
    request = tasks_pb2.ListTasksRequest(
        filter=f'contact_id = {contact_id} AND due_date >= "2026-05-02" AND status = "OPEN" AND priority = "HIGH"',
        order_by="due_date",
    )

    assert [one.due_date for one in rpc("ListTasks", request, as_=admin).tasks] == ["2026-05-02", "2026-05-03"]


def test_is_deleted_and_brought_back_by_who_may_see_it(rpc: Any, admin: Any, make_task: Any) -> None:
    rep = user({"tasks.*": OWN})
    mine, other = make_task(as_=rep, subject=unique("Mine")), make_task()
    assert refusal(rpc, "DeleteTask", standard_pb2.DeleteRequest(id=other.id), as_=rep).status == 404

    rpc("DeleteTask", standard_pb2.DeleteRequest(id=mine.id), as_=rep)
    assert refusal(rpc, "GetTask", standard_pb2.GetRequest(id=mine.id), as_=rep).status == 404
    rpc("UndeleteTask", standard_pb2.UndeleteRequest(id=mine.id), as_=rep)
    assert rpc("GetTask", standard_pb2.GetRequest(id=mine.id), as_=admin).subject == mine.subject


def test_is_about_a_colleagues_deal_for_who_may_read_it_and_changes_nothing_of_it(
    make_opportunity: Any, make_task: Any, read: Any
) -> None:
    """To plan a call is no change of the deal; what nobody shows to the rep cannot be named."""
    rights = {"tasks.*": OWN, "opportunities.update": OWN}
    deal = make_opportunity()

    assert make_task(as_=user(rights | {"opportunities.read": ALL}), opportunity_id=deal.id).opportunity_id == deal.id
    blind = refusal(make_task, as_=user(rights | {"opportunities.read": OWN}), opportunity_id=deal.id)

    assert (blind.reason, list(blind.errors)) == ("UNKNOWN_REFERENCE", ["task.opportunity_id"])
    assert read(deal) == deal
