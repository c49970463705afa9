"""Leads from a file: they go the ways of a lead, whoever brings them."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import activities_pb2, leads_pb2
from crm_chassis.testing import unique, user

ADMIN = user()


@pytest.fixture
def lead(rpc: Any) -> Any:
    """The lead of an external id."""

    def find(key: str) -> Any:
        (one,) = rpc("ListLeads", leads_pb2.ListLeadsRequest(filter=f'external_id = "{key}"'), as_=ADMIN).leads
        return one

    return find


@pytest.fixture
def activities(rpc: Any) -> Any:
    """What is noted about a lead."""

    def find(lead_id: str) -> list[Any]:
        request = activities_pb2.ListActivitiesRequest(filter=f'lead_id = "{lead_id}"')
        return list(rpc("ListActivities", request, as_=ADMIN).activities)

    return find


@pytest.fixture
def steps(rpc: Any) -> Any:
    """From which status a lead went to which."""

    def find(lead_id: str) -> list[tuple[str, str]]:
        request = leads_pb2.ListLeadStatusChangesRequest(lead_id=lead_id)
        name = leads_pb2.Lead.Status.Name
        changes = rpc("ListLeadStatusChanges", request, as_=ADMIN).status_changes
        return [(name(one.from_status), name(one.to_status)) for one in changes]

    return find


def test_the_last_activity_is_noted_with_the_lead_and_only_once(import_csv: Any, lead: Any, activities: Any) -> None:
    key = unique("ext")
    file = f"external_id,company,source,created_at,last_activity\n{key},{key},Fair,2025-03-01,Called twice\n"

    assert import_csv("leads", file, as_=ADMIN).rows_created == 1
    made = lead(key)
    (noted,) = activities(made.id)
    assert (noted.subject, noted.channel, noted.type) == ("Called twice", "Fair", activities_pb2.Activity.OTHER)
    assert (noted.done, noted.owner_id, noted.occurred_at) == (True, ADMIN.id, made.created_at)
    assert made.created_at.ToJsonString() == "2025-03-01T00:00:00Z"

    assert import_csv("leads", file, as_=ADMIN).rows_unchanged == 1
    assert activities(made.id) == [noted]


def test_what_is_long_is_cut_to_what_an_activity_can_hold(import_csv: Any, lead: Any, activities: Any) -> None:
    key = unique("ext")

    import_csv("leads", f"external_id,source,last_activity\n{key},{'s' * 80},{'x' * 301}\n", as_=ADMIN)

    (noted,) = activities(lead(key).id)
    assert (noted.subject, noted.channel) == ("x" * 300, "s" * 40)


def test_without_a_last_activity_nothing_is_noted(import_csv: Any, lead: Any, activities: Any) -> None:
    key = unique("ext")

    import_csv("leads", f"external_id,company,last_activity\n{key},{key},\n", as_=ADMIN)

    assert activities(lead(key).id) == []


def test_a_status_in_a_file_is_a_step_of_the_lead(import_csv: Any, lead: Any, steps: Any) -> None:
    key = unique("ext")
    header = "external_id,company,status\n"
    assert import_csv("leads", f"{header}{key},{key},Working\n", as_=ADMIN).rows_created == 1
    made = lead(key)
    assert (made.status, steps(made.id)) == (leads_pb2.Lead.WORKING, [])

    assert import_csv("leads", f"{header}{key},{key},Qualified\n", as_=ADMIN).rows_updated == 1
    assert lead(key).status == leads_pb2.Lead.QUALIFIED
    assert steps(made.id) == [("WORKING", "QUALIFIED")]
    for same in ("Qualified", ""):
        assert import_csv("leads", f"{header}{key},{key},{same}\n", as_=ADMIN).rows_unchanged == 1
    assert steps(made.id) == [("WORKING", "QUALIFIED")]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("New", "cannot go from WORKING to NEW"),
        ("Converted", "cannot go from WORKING to CONVERTED"),
        ("Unqualified", "reason"),
    ],
)
def test_a_step_that_no_lead_may_take_costs_its_row_alone(
    import_csv: Any, lead: Any, steps: Any, status: str, told: str
) -> None:
    known, other, fresh = unique("ext"), unique("ext"), unique("ext")
    header = "external_id,company,status\n"
    import_csv("leads", f"{header}{known},{known},Working\n", as_=ADMIN)

    done = import_csv("leads", f"{header}{known},Changed,{status}\n{other},{other},Working\n", as_=ADMIN)

    assert (done.rows_created, done.rows_updated, done.rows_failed) == (1, 0, 1)
    assert told in done.errors[0].message
    assert (lead(known).status, lead(known).company) == (leads_pb2.Lead.WORKING, known)
    assert steps(lead(known).id) == []
    if status != "New":
        refused = import_csv("leads", f"{header}{fresh},{fresh},{status}\n", as_=ADMIN)
        assert (refused.rows_created, refused.rows_failed) == (0, 1)


def test_a_file_may_say_why_a_lead_is_unqualified(import_csv: Any, lead: Any) -> None:
    key = unique("ext")

    import_csv("leads", f"external_id,company,status,unqualified_reason\n{key},{key},Unqualified,Broke\n", as_=ADMIN)

    assert (lead(key).status, lead(key).unqualified_reason) == (leads_pb2.Lead.UNQUALIFIED, "Broke")


def test_a_lead_is_called_something_though_the_file_knows_no_name(import_csv: Any, rpc: Any, lead: Any) -> None:
    key, city = unique("ext"), unique("City")

    import_csv("leads", f"external_id,company,city\n{key},,{city}\n,,{city}\n{key}-named,Acme,{city}\n", as_=ADMIN)

    request = leads_pb2.ListLeadsRequest(filter=f'city = "{city}"')
    found = rpc("ListLeads", request, as_=ADMIN).leads
    assert {(one.external_id, one.last_name) for one in found} == {(key, key), ("", "unknown"), (f"{key}-named", "")}
