"""The shop as a service that follows orders too, and that does something on time and something later."""

from __future__ import annotations

from dataclasses import replace

from crm_chassis.envelope import IncomingEvent
from crm_chassis.ids import NIL
from crm_chassis.jobs.kinds import Done, Job, JobKind, Retry
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.tx import Transaction
from crm_chassis.service import Timer
from crm_chassis.subscription import Subscription

from crm_shop import service as shop
from crm_shop.events import PATTERN

UNWANTED = "Unwanted"
"""The name of orders whose events the shop cannot take."""


def on_order(tx: Transaction, event: IncomingEvent) -> None:
    """Notes it, and has it wrapped."""
    if event.data.order.name == UNWANTED:
        raise ValueError("unwanted")
    tx.audit("crm.shop.notice", event.record_id, "noticed", {"version": event.version})
    enqueue(tx, WRAPPING, {"order_id": event.record_id}, key=event.record_id)


def wrap(tx: Transaction, job: Job) -> Done:
    tx.audit("crm.shop.parcel", job.payload["order_id"], "wrapped", {})
    return Done()


def take_stock(tx: Transaction) -> None:
    tx.audit("crm.shop.stock", NIL, "counted", {})


WRAPPING = JobKind("wrapping", wrap, retry=Retry(attempts=1))

service = replace(
    shop.service,
    subscriptions=(Subscription("notices", {PATTERN: on_order}),),
    timers=(Timer("stocktaking", 1.0, take_stock),),
    jobs=(WRAPPING,),
)
