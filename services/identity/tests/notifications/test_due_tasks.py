"""Owners of tasks are told when they are due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from crm.identity.v1 import auth_pb2
from crm.sales.v1 import tasks_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import user

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)


@pytest.fixture
def put(deliver: Any, clock: Any) -> Any:
    """Delivers the state of a task, done by its owner."""
    clock.now = NOON

    def run(task_id: str, owner_id: str, version: int = 1, status: str = "OPEN", **fields: Any) -> None:
        task = tasks_pb2.Task(id=task_id, subject="Call", owner_id=owner_id, status=status, **fields)
        event = tasks_pb2.TaskCreated(task=task) if version == 1 else tasks_pb2.TaskUpdated(task=task)
        deliver(event, version=version, actor_id=owner_id)

    return run


@pytest.fixture
def due(reader: Any, told: Any, tick: Any, clock: Any) -> Any:
    """How often somebody is told of due tasks by a time."""

    def run(user_id: str, moment: datetime) -> int:
        clock.now = moment
        tick("jobs")
        return len(told(user_id))

    return run


def test_at_its_instant(reader: Any, put: Any, due: Any, told: Any) -> None:
    ann, task_id = reader().id, uuid7()
    put(task_id, ann, due_at=NOON + timedelta(hours=1))

    assert due(ann, NOON + timedelta(minutes=59)) == 0
    assert due(ann, NOON + timedelta(minutes=60)) == 1
    assert due(ann, NOON + timedelta(minutes=90)) == 1
    (notification,) = told(ann)
    assert (notification.resource, notification.record_id, notification.actor_id) == ("tasks", task_id, "")


def test_in_the_morning_of_its_day_where_the_owner_is(reader: Any, put: Any, due: Any, rpc: Any) -> None:
    ann = reader().id
    request = auth_pb2.UpdateMeRequest(me={"time_zone": "America/New_York"}, update_mask={"paths": ["time_zone"]})
    rpc("UpdateMe", request, as_=user({}, id_=ann))
    day = NOON.date() + timedelta(days=1)
    put(uuid7(), ann, due_date=day.isoformat())

    morning = datetime.combine(day, time(8), ZoneInfo("America/New_York")).astimezone(UTC)
    assert due(ann, morning - timedelta(minutes=1)) == 0
    assert due(ann, morning) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"status": "DONE", "due_at": NOON + timedelta(hours=1)},
        {"due_at": NOON + timedelta(hours=9)},
        {},
    ],
)
def test_not_if_it_is_done_or_put_off(reader: Any, put: Any, due: Any, change: dict[str, Any]) -> None:
    ann, task_id = reader().id, uuid7()
    put(task_id, ann, due_at=NOON + timedelta(hours=1))

    put(task_id, ann, 2, **change)

    assert due(ann, NOON + timedelta(hours=2)) == 0


def test_not_if_it_is_deleted(reader: Any, put: Any, due: Any, deliver: Any) -> None:
    ann, task_id = reader().id, uuid7()
    put(task_id, ann, due_at=NOON + timedelta(hours=1))

    deliver(tasks_pb2.TaskDeleted(task={"id": task_id, "owner_id": ann, "status": "OPEN"}), version=2)

    assert due(ann, NOON + timedelta(hours=2)) == 0


def test_not_if_it_was_due_when_it_was_made(reader: Any, put: Any, due: Any) -> None:
    ann = reader().id

    put(uuid7(), ann, due_at=NOON - timedelta(hours=1))

    assert due(ann, NOON + timedelta(hours=2)) == 0
