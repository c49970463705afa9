"""Calendars: created, changed, deleted; one of them is the default."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.support.v1 import business_calendars_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user

ADMIN = user()
MONDAY = {"weekday": 1, "start": "09:00", "end": "17:00"}


def create(rpc: Any, **fields: Any) -> Any:
    given = {"name": unique("Hours"), "time_zone": "Europe/Berlin", "working_hours": [MONDAY]} | fields
    request = business_calendars_pb2.CreateBusinessCalendarRequest(business_calendar=given)
    return rpc("CreateBusinessCalendar", request, as_=ADMIN)


def get(rpc: Any, id_: str) -> Any:
    return rpc("GetBusinessCalendar", standard_pb2.GetRequest(id=id_), as_=ADMIN)


def listed(rpc: Any, filter_: str) -> list[Any]:
    request = business_calendars_pb2.ListBusinessCalendarsRequest(filter=filter_)
    return list(rpc("ListBusinessCalendars", request, as_=ADMIN).business_calendars)


def test_is_kept_as_given(rpc: Any) -> None:
    made = create(rpc, holidays=["2026-12-25", "2026-01-01", "2026-12-25"])

    found = get(rpc, made.id)
    assert found == made
    assert list(found.holidays) == ["2026-01-01", "2026-12-25"]
    assert [(one.weekday, one.start, one.end) for one in found.working_hours] == [(1, "09:00", "17:00")]


def test_an_installation_begins_with_office_hours(rpc: Any, engine: Any) -> None:
    assert "Office hours" in {calendar.name for calendar in listed(rpc, 'name = "Office hours"')}


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ([], "business_calendar.working_hours"),
        ([{"weekday": 1, "start": "17:00", "end": "09:00"}], "business_calendar.working_hours.0.end"),
        ([{"weekday": 8, "start": "09:00", "end": "17:00"}], "business_calendar.working_hours.0.weekday"),
        ([{"weekday": 1, "start": "24:00", "end": "24:00"}], "business_calendar.working_hours.0.start"),
        ([MONDAY, {"weekday": 1, "start": "16:00", "end": "18:00"}], "business_calendar.working_hours"),
    ],
)
def test_impossible_hours_are_refused(rpc: Any, hours: list[Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        create(rpc, working_hours=hours)

    assert field in refused.value.errors


def test_stretches_may_touch(rpc: Any) -> None:
    assert create(rpc, working_hours=[MONDAY, {"weekday": 1, "start": "17:00", "end": "24:00"}]).id


def test_there_is_one_default(rpc: Any) -> None:
    first = create(rpc, is_default=True)
    second = create(rpc, is_default=True)
    assert [one.id for one in listed(rpc, "is_default = true")] == [second.id]

    request = business_calendars_pb2.UpdateBusinessCalendarRequest(
        business_calendar={"id": first.id, "is_default": True}
    )
    rpc("UpdateBusinessCalendar", request, as_=ADMIN)

    assert [one.id for one in listed(rpc, "is_default = true")] == [first.id]


def test_comes_back_from_deletion(rpc: Any) -> None:
    made = create(rpc)
    rpc("DeleteBusinessCalendar", standard_pb2.DeleteRequest(id=made.id), as_=ADMIN)
    with pytest.raises(DomainError) as refused:
        get(rpc, made.id)
    assert refused.value.status == 404

    rpc("UndeleteBusinessCalendar", standard_pb2.UndeleteRequest(id=made.id), as_=ADMIN)

    assert get(rpc, made.id).name == made.name


def test_a_calendar_that_a_policy_counts_in_stays(rpc: Any, make_policy: Any) -> None:
    policy = make_policy(unique(), {("SOLUTION", "LOW"): 60})
    request = standard_pb2.DeleteRequest(id=policy.calendar_id)

    with pytest.raises(DomainError) as refused:
        rpc("DeleteBusinessCalendar", request, as_=ADMIN)

    assert refused.value.reason == "STILL_REFERENCED"
