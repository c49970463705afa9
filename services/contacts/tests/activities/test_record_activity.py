"""Activities: about somebody, recorded once."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import activities_pb2, contacts_pb2, leads_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user

ADMIN = user()


def test_an_activity_is_about_somebody(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        rpc(
            "CreateActivity", activities_pb2.CreateActivityRequest(activity={"type": "CALL", "subject": "x"}), as_=ADMIN
        )
    assert list(refused.value.errors) == ["activity.contact_id"]


def test_the_same_source_is_recorded_once(rpc: Any) -> None:
    contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": unique()}), as_=ADMIN)
    fields = {"type": "EMAIL", "subject": "Hi", "contact_id": contact.id, "source_id": unique("message")}
    request = activities_pb2.CreateActivityRequest(activity=fields)
    rpc("CreateActivity", request, as_=ADMIN)
    with pytest.raises(DomainError) as refused:
        rpc("CreateActivity", request, as_=ADMIN)
    assert refused.value.reason == "ACTIVITY_ALREADY_RECORDED"


def test_the_text_of_an_activity_is_not_in_its_event(rpc: Any, published: Any) -> None:
    contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": unique()}), as_=ADMIN)
    fields = {"type": "NOTE", "subject": "Hi", "body": "a private matter", "contact_id": contact.id}
    made = rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity=fields), as_=ADMIN)
    (event,) = published(made.id)
    assert b"private matter" not in event.envelope


def test_an_activity_is_found_by_where_it_came_from(rpc: Any) -> None:
    lead = rpc("CreateLead", leads_pb2.CreateLeadRequest(lead={"company": unique()}), as_=ADMIN)
    source, other = unique("Message/"), unique("message")
    for source_id in (source, other):
        fields = {"type": "EMAIL", "subject": source_id, "lead_id": lead.id, "source_id": source_id}
        rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity=fields), as_=ADMIN)

    def found(condition: str) -> set[str]:
        request = activities_pb2.ListActivitiesRequest(filter=f'lead_id = "{lead.id}" AND {condition}')
        return {one.source_id for one in rpc("ListActivities", request, as_=ADMIN).activities}

    assert found(f'source_id = "{source}"') == {source}
    assert found(f'source_id != "{source}"') == {other}
    assert found(f'source_id = "{source.upper()}"') == set()
