"""The figures of the promises R2, R4 and R5, from what was seen during the run."""

from __future__ import annotations

from collections.abc import Sequence

from tests.chaos.databases import Databases, subscriptions
from tests.chaos.harm import BROKER, KILL, Fault
from tests.chaos.nemesis import gateways_own
from tests.chaos.watch import Sample

LIMIT_360 = 0.8  # seconds
SETTLE = 2.0  # seconds a gateway that answers again may take to know its services


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def lag(databases: Databases, since: float, until: float) -> list[float]:
    """Seconds from the recording of each event to its application, for every subscription, within a time."""
    recorded: dict[str, float] = {}
    for service in databases.services:
        query = """
            SELECT event_id::text, extract(epoch FROM occurred_at)::float8 AS at FROM outbox
            WHERE occurred_at BETWEEN to_timestamp(%(since)s) AND to_timestamp(%(until)s)
        """
        recorded |= {row["event_id"]: row["at"] for row in databases.rows(service, query, since=since, until=until)}
    delays = []
    for service in databases.services:
        if subscriptions(service):
            query = """
                SELECT event_id::text, extract(epoch FROM received_at)::float8 AS at FROM inbox
                WHERE received_at >= to_timestamp(%(since)s)
            """
            for row in databases.rows(service, query, since=since):
                if row["event_id"] in recorded:
                    delays.append(max(0.0, row["at"] - recorded[row["event_id"]]))
    return delays


def unpublished(databases: Databases, since: float, until: float) -> int:
    """Events recorded within a time that have not been published yet."""
    query = """
        SELECT count(*) FROM outbox
        WHERE published_at IS NULL AND occurred_at BETWEEN to_timestamp(%(since)s) AND to_timestamp(%(until)s)
    """
    return sum(databases.one(service, query, since=since, until=until) for service in databases.services)


def resumptions(databases: Databases, faults: Sequence[Fault]) -> list[float]:
    """For each kill of the broker, seconds until an event recorded after it was published, in the slowest service.

    A service that recorded nothing in the quarter of a minute after the kill does not count.
    """
    found = []
    for fault in faults:
        if (fault.kind, fault.victim) != (KILL, BROKER):
            continue
        query = """
            SELECT extract(epoch FROM min(published_at))::float8 AS at FROM outbox
            WHERE occurred_at BETWEEN to_timestamp(%(at)s + 0.1) AND to_timestamp(%(at)s + 15)
        """
        resumed = [databases.one(service, query, at=fault.at) for service in databases.services]
        if any(resumed):
            found.append(max(at - fault.at for at in resumed if at))
    return found


def outside_the_gateways_own(samples: Sequence[Sample], faults: Sequence[Fault]) -> list[Sample]:
    """The samples but those asked for while the gateway itself was dead, frozen or just starting."""
    windows = []
    for fault in faults:
        if gateways_own(fault):
            back = min(
                (s.at + s.seconds for s in samples if s.at > fault.until and s.status == 200), default=fault.until
            )
            windows.append((fault.at, back + SETTLE))
    return [s for s in samples if not any(s.at + s.seconds >= since and s.at <= until for since, until in windows)]
