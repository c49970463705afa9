"""Open opportunities and tasks of somebody who leaves go to the successor; what is finished stays."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import standard_pb2
from crm.identity.v1 import users_pb2
from crm.sales.v1 import opportunities_pb2, tasks_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import user


def test_open_work_goes_to_the_successor(
    rpc: Any, admin: Any, make_opportunity: Any, read: Any, deliver: Any, published: Any, tick: Any
) -> None:
    leaver, heir = user(), user()
    open_deal, won, other = make_opportunity(as_=leaver), make_opportunity(as_=leaver), make_opportunity()
    rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=won.id), as_=admin)
    task, done = (
        rpc("CreateTask", tasks_pb2.CreateTaskRequest(task={"subject": "Call"}), as_=leaver) for _ in range(2)
    )
    rpc("CompleteTask", tasks_pb2.CompleteTaskRequest(id=done.id), as_=admin)

    gone = {"id": leaver.id, "display_name": "Leaver", "status": "DEACTIVATED"}
    deliver(users_pb2.UserDeactivated(user=gone, reassign_to_id=heir.id))
    tick("jobs")

    assert [read(one).owner_id for one in (open_deal, won, other)] == [heir.id, leaver.id, admin.id]
    owners = [rpc("GetTask", standard_pb2.GetRequest(id=one.id), as_=admin).owner_id for one in (task, done)]
    assert owners == [heir.id, leaver.id]
    assert published(open_deal.id)[-1].data.changed_fields == ["owner_id"]


def test_without_successor_everything_stays(make_opportunity: Any, read: Any, deliver: Any, tick: Any) -> None:
    leaver = user()
    deal = make_opportunity(as_=leaver)

    gone = {"id": leaver.id, "display_name": "Leaver", "status": "DEACTIVATED"}
    deliver(users_pb2.UserDeactivated(user=gone))
    tick("jobs")

    assert read(deal).owner_id == leaver.id


def test_an_event_says_whose_the_record_was(rpc: Any, admin: Any, make_opportunity: Any, published: Any) -> None:
    first, second, territory = uuid7(), uuid7(), uuid7()
    deal = make_opportunity(owner_id=first)
    for changes in ({"owner_id": second, "territory_id": territory}, {"name": "Renamed"}, {"territory_id": uuid7()}):
        request = opportunities_pb2.UpdateOpportunityRequest(opportunity={"id": deal.id, **changes})
        rpc("UpdateOpportunity", request, as_=admin)

    assert [event.former for event in published(deal.id)] == [
        {},
        {"owner": first, "territory": ""},
        {},
        {"territory": territory},
    ]
