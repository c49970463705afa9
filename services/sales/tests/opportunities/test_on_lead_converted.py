"""The opportunity of a conversion: with the id that was promised, once, whatever comes twice."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import leads_pb2
from crm.identity.v1 import users_pb2
from crm.sales.v1 import opportunities_pb2, pipelines_pb2, tasks_pb2
from crm_chassis.db.tables import Outbox, Parked
from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from sqlalchemy import select
from sqlalchemy.orm import Session


def converted(**fields: Any) -> leads_pb2.LeadConverted:
    lead = {"id": uuid7(), "last_name": "Lovelace", "source": "web", "territory_id": uuid7()}
    return leads_pb2.LeadConverted(
        **{"lead": lead, "account_id": uuid7(), "contact_id": uuid7(), "owner_id": uuid7(),
           "opportunity_id": uuid7(), "opportunity": {"name": "Engine"}} | fields
    )  # fmt: skip


def test_has_the_promised_id_and_everything_the_event_says(
    deliver: Any, make_pipeline: Any, read: Any, published: Any
) -> None:
    pipeline = make_pipeline()
    amount = {"amount": "1250.00", "currency": "EUR"}
    seed = {"name": "Engine", "amount": amount, "close_date": "2026-12-31", "pipeline_id": pipeline.id}
    event, actor_id = converted(opportunity=seed), uuid7()

    deliver(event, version=2, actor_id=actor_id)

    found = read(opportunities_pb2.Opportunity(id=event.opportunity_id))
    assert (found.name, found.account_id, found.contact_id, found.owner_id, found.lead_id) == (
        "Engine",
        event.account_id,
        event.contact_id,
        event.owner_id,
        event.lead.id,
    )
    assert (found.amount.amount, found.amount_overridden, found.close_date) == ("1250.00", True, "2026-12-31")
    assert (found.pipeline_id, found.stage_id) == (pipeline.id, pipeline.stages[0].id)
    assert not found.HasField("asked_pipeline_id")
    assert (found.source, found.territory_id, found.created_by) == ("web", event.lead.territory_id, actor_id)
    assert [one.action for one in published(found.id)] == ["created"]


def test_the_contact_of_the_lead_has_a_role_in_the_deal(deliver: Any, read: Any) -> None:
    event = converted(opportunity={"name": "Engine", "contact_role": "decision maker"})

    deliver(event)

    found = read(opportunities_pb2.Opportunity(id=event.opportunity_id))
    assert [(one.contact_id, one.role) for one in found.contact_roles] == [(event.contact_id, "decision maker")]


def test_comes_once_even_if_the_event_comes_again(deliver: Any, published: Any, engine: Any) -> None:
    event = converted()
    deliver(event, version=2)
    deliver(event, version=3)

    assert len(published(event.opportunity_id)) == 1
    with Session(engine) as session:
        assert session.scalar(select(Parked.error).where(Parked.record_id == event.lead.id)) is None


def test_goes_to_the_default_pipeline_if_the_named_one_is_gone_and_says_so(
    rpc: Any, admin: Any, deliver: Any, read: Any, engine: Any
) -> None:
    event = converted(opportunity={"name": "Engine", "pipeline_id": uuid7()})

    deliver(event)

    listed = pipelines_pb2.ListPipelinesRequest(filter="is_default = true")
    (default,) = rpc("ListPipelines", listed, as_=admin).pipelines
    found = read(opportunities_pb2.Opportunity(id=event.opportunity_id))
    assert (found.pipeline_id, found.stage_id) == (default.id, default.stages[0].id)
    assert not found.HasField("amount")
    asked = event.opportunity.pipeline_id
    assert found.asked_pipeline_id == asked
    with Session(engine) as session:
        told = session.scalars(select(Outbox.envelope).where(Outbox.type == "crm.sales.reference.dangling.v1"))
        (dangling,) = [one for one in map(reference_of, told) if one.record_id == asked]
    assert (dangling.kind, dangling.resource, dangling.holder_id, dangling.owner_id) == (
        "crm.sales.pipeline", "opportunities", found.id, event.owner_id,
    )  # fmt: skip


def reference_of(envelope: bytes) -> Any:
    return IncomingEvent.read(envelope).data.reference


def test_a_conversion_without_opportunity_makes_none(deliver: Any, read: Any) -> None:
    event = converted(opportunity_id=None)

    deliver(event)

    with pytest.raises(DomainError):
        read(opportunities_pb2.Opportunity(id=event.lead.id))


def test_tasks_about_the_lead_are_about_what_it_became(deliver: Any, rpc: Any, admin: Any) -> None:
    event, seller = converted(), uuid7()

    def make(**fields: Any) -> Any:
        task = {"subject": "Call", "lead_id": event.lead.id, "owner_id": seller} | fields
        return rpc("CreateTask", tasks_pb2.CreateTaskRequest(task=task), as_=admin)

    def now(task: Any) -> Any:
        return rpc("GetTask", standard_pb2.GetRequest(id=task.id), as_=admin)

    waiting, done = make(), make(status=tasks_pb2.Task.DONE)

    deliver(event, version=2)

    for task in (waiting, done):
        found = now(task)
        assert (found.contact_id, found.account_id, found.opportunity_id) == (
            event.contact_id, event.account_id, event.opportunity_id,
        )  # fmt: skip
    assert (now(waiting).owner_id, now(done).owner_id) == (event.owner_id, seller)

    request = tasks_pb2.UpdateTaskRequest(task={"id": waiting.id, "owner_id": seller})
    request.update_mask.paths.append("owner_id")
    rpc("UpdateTask", request, as_=admin)
    deliver(event, version=3)
    assert now(waiting).owner_id == seller, "what comes twice moves nothing again"


def test_a_task_keeps_its_owner_if_the_new_one_has_left(deliver: Any, rpc: Any, admin: Any) -> None:
    event, seller = converted(opportunity_id=None, opportunity=None), uuid7()
    status = users_pb2.User.Status.DEACTIVATED
    left = {"id": event.owner_id, "display_name": "Left", "status": status}
    deliver(users_pb2.UserDeactivated(user=left), version=1)
    task = {"subject": "Call", "lead_id": event.lead.id, "owner_id": seller}
    made = rpc("CreateTask", tasks_pb2.CreateTaskRequest(task=task), as_=admin)

    deliver(event, version=2)

    found = rpc("GetTask", standard_pb2.GetRequest(id=made.id), as_=admin)
    assert (found.owner_id, found.contact_id, found.HasField("opportunity_id")) == (seller, event.contact_id, False)
