"""A subscriber for tests of what brings events to subscribers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session

from crm_chassis.db.tables import Parked
from crm_chassis.db.vault import Vault
from crm_chassis.envelope import IncomingEvent
from crm_chassis.events.inbox import Receiver
from crm_chassis.ids import uuid7
from crm_chassis.subscription import Subscription
from crm_chassis.testing import FrozenClock


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


class Ledger:
    """A subscriber that notes what it applied, and fails or dies for chosen versions.

    `engine` is the fixture `ledger`, `pattern` what it follows.
    """

    def __init__(self, engine: Engine, pattern: str) -> None:
        self.engine = engine
        self.clock = FrozenClock()
        self.name = f"ledger-{uuid7()}"
        self.poison: set[tuple[str, int]] = set()
        self.deadly: set[tuple[str, int]] = set()
        subscription = Subscription(self.name, {pattern: self.handle})
        self.receiver = Receiver(engine, [subscription], Vault(b"k" * 32), self.clock)

    def handle(self, tx: Any, incoming: IncomingEvent) -> None:
        key = incoming.record_id, incoming.version
        tx.session.execute(text("INSERT INTO ledger (record_id, version) VALUES (:r, :v)"), {"r": key[0], "v": key[1]})
        if key in self.deadly:
            raise Killed
        if key in self.poison:
            raise ValueError("poison")

    def applied(self, record_id: str) -> list[int]:
        query = text("SELECT version FROM ledger WHERE record_id = :r ORDER BY n")
        with self.engine.connect() as connection:
            return list(connection.scalars(query, {"r": record_id}))

    def parked(self) -> list[Parked]:
        with Session(self.engine) as session:
            return list(session.query(Parked).where(Parked.subscription == self.name).order_by(Parked.id))

    def retry_for(self, hours: float = 24) -> None:
        """Lets so much time pass for what is parked, in sixty steps."""
        sooner = update(Parked).where(Parked.subscription == self.name)
        sooner = sooner.values(next_attempt_at=Parked.next_attempt_at - timedelta(hours=hours / 60))
        for _ in range(60):
            with self.engine.begin() as connection:
                connection.execute(sooner)
            self.receiver.retry_due()
