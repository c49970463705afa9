"""What the worker does on time."""

from __future__ import annotations

import time

from crm_chassis.records.tx import Transaction
from crm_chassis.service import Timer

from crm_marketing.segmentation.evaluation import follow_time, rebuild_on, take_marks
from crm_marketing.sending.sender import watch_campaigns

RUN_SECONDS = 1.0
"""Whoever changes memberships waits for a run to end."""


def keep_segments(tx: Transaction) -> bool:
    """Brings memberships in line with what has changed, batch by batch, for about a second at most.

    Returns whether there was anything.
    """
    follow_time(tx)
    until, busy = time.monotonic() + RUN_SECONDS, False
    for step in (take_marks, rebuild_on):
        while time.monotonic() < until and step(tx):
            tx.settle()
            busy = True
    return busy


TIMERS = (Timer("segments", 0.5, keep_segments, 30.0), Timer("campaigns", 30.0, watch_campaigns, 300.0))
