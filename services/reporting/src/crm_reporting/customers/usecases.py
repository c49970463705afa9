"""The figures of one customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crm.common.v1 import timelines_pb2
from crm.reporting.v1 import customers_pb2
from crm_chassis.db.base import Id, Moment
from crm_chassis.events.freshness import freshness
from crm_chassis.records.mapping import timestamp
from crm_chassis.records.tx import Transaction
from crm_chassis.records.view import View, kept
from crm_kit.customers import concerns, is_contact, parameters
from crm_kit.money import monies
from sqlalchemy import Select, String, bindparam, cast, func, select, true

from crm_reporting.deals.tally import ratio
from crm_reporting.facts.model import Account, Activity, Contact, Opportunity, Ticket
from crm_reporting.facts.subscribers import FACTS
from crm_reporting.tickets.queries import IS_OPEN


def get_customer_metrics(tx: Transaction, request: timelines_pb2.GetCustomerRequest) -> customers_pb2.CustomerMetrics:
    """What a contact or an account, with the people named, has bought and asked, as far as the caller may see it.

    First seen is the earliest of the creation of the contact or account, its first activity, deal and ticket; last
    activity is the latest activity that has happened or ticket that came in. Raises InvalidInput if no customer is
    named.
    """
    statement = _figures(tx, is_contact(request.customer))
    row = tx.execute(statement, now=tx.now, **parameters(request.customer)).one()
    amounts = (row.value or {}) if tx.actor.may("fields.financial.read") else {}
    return customers_pb2.CustomerMetrics(
        lifetime_value=monies(
            {currency: Decimal(amount) for currency, amount in amounts.items() if amount is not None}
        ),
        won_count=int(row.won or 0),
        open_ticket_count=row.open,
        first_seen_at=timestamp(row.first) if row.first else None,
        last_activity_at=timestamp(row.last) if row.last else None,
        win_rate=ratio(int(row.won or 0), int(row.won or 0) + int(row.lost or 0)),
        as_of=freshness(tx, FACTS.name).as_of,
    )


@kept
def _figures(view: View, of_contact: bool) -> Select[Any]:
    model, name = (Contact, "contact_id") if of_contact else (Account, "account_id")
    itself = (
        view.visible(model, deleted=True)
        .where(model.id == bindparam(name, type_=Id))
        .with_only_columns(model.created_at)
    )
    by_currency = (
        view.visible(Opportunity)
        .where(concerns(Opportunity, of_contact))
        .with_only_columns(
            func.coalesce(Opportunity.amount_currency, "").label("currency"),
            func.count().filter(Opportunity.status == "WON").label("won"),
            func.count().filter(Opportunity.status == "LOST").label("lost"),
            func.sum(Opportunity.amount).filter(Opportunity.status == "WON").label("amount"),
            func.min(Opportunity.created_at).label("first"),
        )
        .group_by("currency")
        .subquery()
    )
    sold = select(
        func.sum(by_currency.c.won).label("won"),
        func.sum(by_currency.c.lost).label("lost"),
        func.jsonb_object_agg(by_currency.c.currency, cast(by_currency.c.amount, String)).label("value"),
        func.min(by_currency.c.first).label("first"),
    ).subquery()
    asked = (
        view.visible(Ticket)
        .where(concerns(Ticket, of_contact))
        .with_only_columns(
            func.count().filter(IS_OPEN).label("open"),
            func.min(Ticket.created_at).label("first"),
            func.max(Ticket.created_at).label("last"),
        )
        .subquery()
    )
    done = (
        view.visible(Activity)
        .where(concerns(Activity, of_contact), Activity.occurred_at <= bindparam("now", type_=Moment))
        .with_only_columns(func.min(Activity.occurred_at).label("first"), func.max(Activity.occurred_at).label("last"))
        .subquery()
    )
    return select(
        sold.c.won,
        sold.c.lost,
        sold.c.value,
        asked.c.open,
        func.least(itself.scalar_subquery(), sold.c.first, asked.c.first, done.c.first).label("first"),
        func.greatest(asked.c.last, done.c.last).label("last"),
    ).select_from(sold.join(asked, true()).join(done, true()))
