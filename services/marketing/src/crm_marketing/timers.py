"""What the worker does on time."""

from __future__ import annotations

from crm_chassis.db.tx import Transaction
from crm_chassis.service import Timer

from crm_marketing.segments.membership import rebuild_on, take_marks
from crm_marketing.sending.sender import send_due
from crm_marketing.transactions import Transactions

RUN_SECONDS = 5.0


def keep_segments(tx: Transaction) -> bool:
    """Brings memberships in line with what has changed, batch by batch, for at most a few seconds.

    Returns whether there was anything.
    """
    transactions, busy = Transactions(tx), False
    for step in (take_marks, rebuild_on):
        more = True
        while more and transactions.seconds < RUN_SECONDS:
            with transactions() as own:
                more = step(own)
            busy |= more
    return busy


TIMERS = (Timer("segments", 0.5, keep_segments, 30.0), Timer("send", 1.0, send_due, 15.0))
