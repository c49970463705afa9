"""What a service follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crm_chassis.envelope import IncomingEvent

Handler = Callable[[Any, IncomingEvent], None]
"""A function of a Transaction and an event."""


@dataclass(frozen=True)
class Subscription:
    """What a service does with the events of some kinds of records.

    `handlers` maps a pattern to a function: an event type ("crm.sales.opportunity.won.v1"), or a kind of record
    with a star ("crm.sales.opportunity.*"). The exact type goes before the star. Every event of a kind of record
    that some pattern names passes the version gate, handled or not.
    """

    name: str
    handlers: dict[str, Handler]
    backfill: bool = True
    """Whether it is given what was published before it was there. Not for what should happen only once, then."""

    @cached_property
    def records(self) -> frozenset[str]:
        """The kinds of records followed."""
        return frozenset(".".join(pattern.split(".")[:3]) for pattern in self.handlers)

    def handler_of(self, event: IncomingEvent) -> Handler | None:
        """The function for an event, if there is one."""
        return self.handlers.get(event.type) or self.handlers.get(f"{event.record}.*")
