"""Several transactions within one run of a timer, for work that must be committed step by step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from crm_chassis.db.tx import Transaction
from sqlalchemy.orm import Session


class Transactions:
    """Makes transactions beside that of a timer: `with transactions() as own: ...` commits at the end of the block.

    The timer's own transaction holds the lock that keeps other replicas away and must do nothing else meanwhile.
    """

    def __init__(self, tx: Transaction) -> None:
        self._bind = tx.session.get_bind()
        self._vault = tx._vault
        self._source = tx.source
        self._now, self._started = tx.now, time.monotonic()

    def clock(self) -> datetime:
        """The time: that of the timer's transaction and what has passed since."""
        return self._now + timedelta(seconds=self.seconds)

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self._started

    @contextmanager
    def __call__(self) -> Iterator[Transaction]:
        with Session(self._bind) as session, session.begin():
            own = Transaction(session, vault=self._vault, clock=self.clock, source=self._source)
            try:
                yield own
                own.settle()
            finally:
                own.close()
