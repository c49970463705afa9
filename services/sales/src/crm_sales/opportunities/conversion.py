"""The opportunity that a converted lead becomes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import UnknownReference
from crm_chassis.records.tx import Transaction
from crm_chassis.unverified import tell_dangling

from crm_sales.opportunities.model import Opportunity
from crm_sales.pipelines.model import OPEN, Pipeline
from crm_sales.pipelines.queries import default_pipeline, pipeline_by_id


def open_opportunity(tx: Transaction, event: IncomingEvent) -> None:
    """Opens the opportunity with the id that the conversion was answered with, once.

    The customer exists already, so nothing is refused here: a pipeline that is gone is replaced by the default
    one, which the opportunity says and its owner is told of, and the first stage takes the opportunity whatever it
    requires.
    """
    data = event.data
    if not data.opportunity_id or tx.find(Opportunity, data.opportunity_id) is not None:
        return
    wanted, lead = data.opportunity, data.lead
    try:
        pipeline = pipeline_by_id(tx, wanted.pipeline_id) if wanted.pipeline_id else default_pipeline(tx)
    except UnknownReference:
        pipeline = default_pipeline(tx)
        _tell_of_missing(tx, wanted.pipeline_id, data)
    opportunity = Opportunity(
        id=data.opportunity_id,
        name=wanted.name,
        account_id=data.account_id or None,
        contact_id=data.contact_id or None,
        owner_id=data.owner_id or None,
        lead_id=event.record_id,
        asked_pipeline_id=wanted.pipeline_id if wanted.pipeline_id not in ("", pipeline.id) else None,
        contact_roles=[{"contact_id": data.contact_id, "role": wanted.contact_role}] if data.contact_id else [],
        source=lead.source,
        territory_id=lead.territory_id or None,
        close_date=date.fromisoformat(wanted.close_date) if wanted.close_date else None,
    )
    if wanted.HasField("amount"):
        opportunity.set_amount(Decimal(wanted.amount.amount), wanted.amount.currency)
    change = opportunity.begin(pipeline, pipeline.of_type(OPEN)[0], event.actor_id, tx.now)
    tx.add(opportunity).created_by = event.actor_id
    tx.session.add(change)


def _tell_of_missing(tx: Transaction, pipeline_id: str, data: Any) -> None:
    """Says that an opportunity names a pipeline that there is none of."""
    tell_dangling(
        tx, "sales", kind=Pipeline.record_kind, record_id=pipeline_id, asked_by="sales",
        resource=Opportunity.plural, holder_id=data.opportunity_id, owner_id=data.owner_id,
    )  # fmt: skip
