"""How fast one domain of recipients is written to, by all workers together.

For each domain one row says when it has had its share of all that was sent to it, at the rate that the settings allow.
A message may go unless that is more than a second ahead: so after a pause a second's worth goes at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from crm_chassis.records.model import Personal
from crm_chassis.records.tx import Transaction
from sqlalchemy import String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_marketing.base import Base

BURST = timedelta(seconds=1)
AHEAD = 2 * BURST
"""What is said to be busy for longer was written while the clock was ahead."""


class DomainPace(Base):
    """A domain of recipients, and until when what was sent to it fills its rate."""

    __tablename__ = "domain_paces"
    personal: ClassVar[Personal | None] = None

    domain: Mapped[str] = mapped_column(String, primary_key=True)
    busy_until: Mapped[datetime]


_TAKE = text(
    """
    INSERT INTO domain_paces (domain, busy_until) VALUES (:domain, CAST(:now AS timestamptz) + CAST(:share AS interval))
    ON CONFLICT (domain) DO UPDATE SET busy_until = CASE
        WHEN domain_paces.busy_until > :ahead THEN excluded.busy_until
        ELSE greatest(domain_paces.busy_until + CAST(:share AS interval), excluded.busy_until)
    END
    WHERE domain_paces.busy_until <= :free OR domain_paces.busy_until > :ahead
    RETURNING domain
    """
)


class Pace:
    """At most `rate` messages a second to a domain."""

    def __init__(self, rate: float) -> None:
        self._share = timedelta(seconds=1 / rate)

    def pauses(self, tx: Transaction) -> dict[str, timedelta]:
        """How long the domains that have had their share must be left alone; the others are not named."""
        query = select(DomainPace).where(
            DomainPace.busy_until > self._free(tx), DomainPace.busy_until <= tx.now + AHEAD
        )
        return {row.domain: row.busy_until - self._free(tx) for row in tx.session.scalars(query)}

    def take(self, tx: Transaction, domain: str) -> bool:
        """Takes the share of one message; False if another worker was faster."""
        parameters = {
            "domain": domain, "now": tx.now, "share": self._share, "free": self._free(tx), "ahead": tx.now + AHEAD,
        }  # fmt: skip
        return tx.session.scalar(_TAKE, parameters) is not None

    def _free(self, tx: Transaction) -> datetime:
        """Up to when a domain may be busy for one more message to go now."""
        return tx.now + BURST - self._share


def forget_idle(tx: Transaction) -> None:
    """Removes domains that nothing is sent to any more."""
    tx.session.execute(delete(DomainPace).where(DomainPace.busy_until < tx.now - timedelta(hours=1)))
