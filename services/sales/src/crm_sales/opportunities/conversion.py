"""The opportunity that a converted lead becomes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import UnknownReference

from crm_sales.opportunities.model import Opportunity
from crm_sales.pipelines.model import OPEN
from crm_sales.pipelines.queries import default_pipeline, pipeline_by_id


def on_lead_converted(tx: Transaction, event: IncomingEvent) -> None:
    """Opens the opportunity with the id that the conversion was answered with, once.

    The customer exists already, so nothing is refused here: a pipeline that is gone is replaced by the default
    one, and the first stage takes the opportunity whatever it requires.
    """
    data = event.data
    if not data.opportunity_id or tx.find(Opportunity, data.opportunity_id) is not None:
        return
    wanted, lead = data.opportunity, data.lead
    try:
        pipeline = pipeline_by_id(tx, wanted.pipeline_id) if wanted.pipeline_id else default_pipeline(tx)
    except UnknownReference:
        pipeline = default_pipeline(tx)
    opportunity = Opportunity(
        id=data.opportunity_id,
        name=wanted.name,
        account_id=data.account_id or None,
        contact_id=data.contact_id or None,
        owner_id=data.owner_id or None,
        lead_id=event.record_id,
        source=lead.source,
        territory_id=lead.territory_id or None,
        close_date=date.fromisoformat(wanted.close_date) if wanted.close_date else None,
    )
    if wanted.HasField("amount"):
        opportunity.set_amount(Decimal(wanted.amount.amount), wanted.amount.currency)
    change = opportunity.begin(pipeline, pipeline.of_type(OPEN)[0], event.actor_id, tx.now)
    tx.add(opportunity).created_by = event.actor_id
    tx.session.add(change)
