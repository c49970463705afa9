"""Every event that figures are made of leaves the record as it was last."""

from __future__ import annotations

from typing import Any

import crm_contracts
import orjson
from crm.reporting.v1 import reports_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.db.tables import Parked
from crm_chassis.envelope import IncomingEvent
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, user
from crm_reporting.facts.model import MODELS, line_totals, shares
from crm_reporting.facts.subscribers import FACTS
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..records import at, deal, money


def test_what_is_kept_is_followed_and_nothing_else() -> None:
    kinds = {event.record for event in crm_contracts.events().values()}

    assert FACTS.records == {model.kind for model in MODELS} <= kinds
    assert "crm.identity.role" not in FACTS.records


def test_every_copied_column_is_a_field_of_the_record() -> None:
    derived = {"product_ids", "product_shares", "solution_minutes", "deleted", "counted_in"}
    for model in MODELS:
        event = crm_contracts.event(f"{model.kind}.created.v1")
        record = event.message.DESCRIPTOR.fields_by_name[model.kind.rsplit(".", 1)[1]].message_type
        for column in model.__table__.columns:
            assert column.name.removesuffix("_currency") in record.fields_by_name or column.name in derived


def test_no_personal_field_is_kept() -> None:
    for model in MODELS:
        event = crm_contracts.event(f"{model.kind}.created.v1")
        record = event.message.DESCRIPTOR.fields_by_name[model.kind.rsplit(".", 1)[1]].message_type
        for column in model.__table__.columns:
            field = record.fields_by_name.get(column.name)
            if field is not None:
                assert crm_contracts.rules_of(field).sensitivity != crm_contracts.Sensitivity.PERSONAL


def won(rpc: Any, owner: str) -> list[tuple[int, str]]:
    request = reports_pb2.GetSalesReportRequest(group_by="TOTAL")
    rows = rpc("GetSalesReport", request, as_=user({"*": OWN}, id_=owner)).rows
    return [(row.won_count, row.won_amount.amount) for row in rows]


def test_an_event_replaces_what_was_known(rpc: Any, deliver: Any) -> None:
    owner, event = uuid7(), None
    event = deal(owner, "WON", "10.00")
    deliver(event)
    event.opportunity.amount.amount = "12.50"

    deliver(opportunities_pb2.OpportunityUpdated(opportunity=event.opportunity), version=2)

    assert won(rpc, owner) == [(1, "12.50")]


def test_a_deleted_record_leaves_the_figures_and_comes_back(rpc: Any, deliver: Any) -> None:
    owner = uuid7()
    event = deal(owner, "WON", "10.00")
    deliver(event)
    event.opportunity.deleted_at.CopyFrom(at(0))

    deliver(opportunities_pb2.OpportunityDeleted(opportunity=event.opportunity), version=2)

    assert won(rpc, owner) == []
    event.opportunity.ClearField("deleted_at")
    deliver(opportunities_pb2.OpportunityUpdated(opportunity=event.opportunity), version=3)
    assert won(rpc, owner) == [(1, "10.00")]


def test_the_last_event_of_a_batch_counts(rpc: Any, receiver: Any, events_of: Any) -> None:
    owner = uuid7()
    first = deal(owner, "WON", "10.00")
    second = opportunities_pb2.OpportunityUpdated(opportunity=first.opportunity)
    second.opportunity.amount.amount = "20.00"
    events = events_of([first, second, deal(owner, "WON", "1.00")])
    events[1] = _at_version(events[1], 2)

    receiver.receive(events)

    assert won(rpc, owner) == [(2, "21.00")]


def test_an_event_delivered_twice_counts_once(rpc: Any, deliver: Any, receiver: Any) -> None:
    owner = uuid7()
    event = deliver(deal(owner, "WON", "10.00"))

    receiver.receive([event, event])

    assert won(rpc, owner) == [(1, "10.00")]


def test_one_bad_event_waits_and_the_others_of_its_batch_count(
    rpc: Any, receiver: Any, events_of: Any, engine: Any
) -> None:
    owner = uuid7()
    bad = deal(owner, "WON", "10.00", close_date="no day")

    events = events_of([deal(owner, "WON", "1.00"), bad, deal(owner, "WON", "2.00")])
    receiver.receive(events)

    assert won(rpc, owner) == [(2, "3.00")]
    with Session(engine) as session, session.begin():
        parked = session.scalars(select(Parked).where(Parked.record_id == bad.opportunity.id)).one()
        assert "InvalidDatetimeFormat" in parked.error
        assert "no day" not in parked.error
        session.delete(parked)


def test_lines_of_a_product_are_taken_together() -> None:
    a, b = uuid7(), uuid7()
    lines = [{"product_id": one, "total": money(amount)} for one, amount in ((a, "10"), (b, "30"), (a, "20"))]

    totals = line_totals({"lines": lines})

    assert {key: str(total) for key, total in totals.items()} == {a: "30", b: "30"}
    assert [str(share) for share in shares(totals)] == ["0.5", "0.5"]


def test_lines_that_come_to_nothing_share_evenly() -> None:
    totals = line_totals({"lines": [{"product_id": uuid7(), "total": None}, {"product_id": uuid7()}]})

    assert [str(share) for share in shares(totals)] == ["0.5", "0.5"]
    assert shares({}) == []


def _at_version(event: IncomingEvent, version: int) -> IncomingEvent:
    return IncomingEvent.read(orjson.dumps(orjson.loads(event.envelope) | {"sequence": str(version)}))
