"""What happens when a deadline passes: the ticket gets a job, which publishes each breach once.

A ticket that cannot be reported holds up no other one: its job is DEAD, and an operator is told.
"""

from __future__ import annotations

from crm.support.v1 import tickets_pb2
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import has_job, schedule
from crm_chassis.records.tx import Transaction

from crm_support.tickets.model import Ticket

BATCH = 100


def report_breach(tx: Transaction, job: Job) -> Done | Again:
    """Publishes one breach of the ticket that the key names: an event tells of one version of a record."""
    ticket = tx.find(Ticket, job.key)
    if ticket is None or ticket.deleted_at is not None or (kind := ticket.report_breach(tx.now)) is None:
        return Done()
    tx.publish(tickets_pb2.TicketSlaBreached(kind=tickets_pb2.SlaClock.Kind.Value(kind)), ticket)
    return Again(done=job.done + 1)


REPORT_BREACHES = JobKind("sla", report_breach)


def watch_deadlines(tx: Transaction) -> bool:
    """Gives a job to at most BATCH tickets with a passed deadline that have none; whether there were any."""
    overdue = (
        tx.visible(Ticket)
        .where(Ticket.breach_check_at < tx.now, ~has_job(REPORT_BREACHES, Ticket.id))
        .order_by(Ticket.breach_check_at)
        .limit(BATCH)
        .with_only_columns(Ticket.id)
    )
    ids = tx.session.scalars(overdue).all()
    schedule(tx, REPORT_BREACHES, dict.fromkeys(ids, tx.now))
    return bool(ids)
