"""Open opportunities and tasks of somebody who leaves go to the successor; what is finished stays."""

from __future__ import annotations

from typing import Any

from crm.identity.v1 import events_pb2
from crm.sales.v1 import sales_pb2
from crm_chassis.testing import user


def test_open_work_goes_to_the_successor(
    rpc: Any, admin: Any, make_opportunity: Any, read: Any, deliver: Any, published: Any
) -> None:
    leaver, heir = user(), user()
    open_deal, won, other = make_opportunity(as_=leaver), make_opportunity(as_=leaver), make_opportunity()
    rpc("WinOpportunity", sales_pb2.WinOpportunityRequest(id=won.id), as_=admin)
    task, done = (
        rpc("CreateTask", sales_pb2.CreateTaskRequest(task={"subject": "Call"}), as_=leaver) for _ in range(2)
    )
    rpc("CompleteTask", sales_pb2.CompleteTaskRequest(id=done.id), as_=admin)

    gone = {"id": leaver.id, "display_name": "Leaver", "status": "DEACTIVATED"}
    deliver(events_pb2.UserDeactivated(user=gone, reassign_to_id=heir.id))

    assert [read(one).owner_id for one in (open_deal, won, other)] == [heir.id, leaver.id, admin.id]
    owners = [rpc("GetTask", sales_pb2.GetTaskRequest(id=one.id), as_=admin).owner_id for one in (task, done)]
    assert owners == [heir.id, leaver.id]
    assert published(open_deal.id)[-1].data.changed_fields == ["owner_id"]


def test_without_successor_everything_stays(make_opportunity: Any, read: Any, deliver: Any) -> None:
    leaver = user()
    deal = make_opportunity(as_=leaver)

    gone = {"id": leaver.id, "display_name": "Leaver", "status": "DEACTIVATED"}
    deliver(events_pb2.UserDeactivated(user=gone))

    assert read(deal).owner_id == leaver.id
