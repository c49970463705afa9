"""Prometheus metrics that every process exposes."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

RPC_SECONDS = Histogram("crm_rpc_seconds", "Duration of served RPCs", ["method", "code"], buckets=_LATENCY)
RPC_IN_FLIGHT = Gauge("crm_rpc_in_flight", "RPCs being served")
DB_POOL_IN_USE = Gauge("crm_db_pool_in_use", "Connections checked out of the pool")
DB_POOL_SIZE = Gauge("crm_db_pool_size", "Connections the pool may have")
DB_STATEMENT_SECONDS = Histogram(
    "crm_db_statement_seconds", "Duration of SQL statements that succeeded", buckets=_LATENCY
)
OUTBOX_UNPUBLISHED = Gauge("crm_outbox_unpublished", "Events recorded but not yet confirmed by the broker")
OUTBOX_OLDEST_SECONDS = Gauge("crm_outbox_oldest_seconds", "Age of the oldest unpublished event")
OUTBOX_PUBLISHED = Counter("crm_outbox_published", "Events confirmed by the broker")
EVENTS_REPLAYED = Counter("crm_events_replayed", "Events sent once more to a service that asked for them")
EVENTS_FORWARDED = Counter("crm_events_forwarded", "Events given to the exchanges for programs outside the suite")
EVENTS_NOT_FORWARDED = Counter("crm_events_not_forwarded", "Events that a full queue of some subscriber did not take")
INBOX_APPLIED = Counter("crm_inbox_applied", "Events applied", ["subscription"])
INBOX_DUPLICATES = Counter("crm_inbox_duplicates", "Deliveries that had been applied before", ["subscription"])
INBOX_STALE = Counter("crm_inbox_stale", "Events not later than the last one applied", ["subscription"])
INBOX_LAG_SECONDS = Gauge("crm_inbox_lag_seconds", "Age of the last event when it was applied", ["subscription"])
INBOX_PARKED = Gauge("crm_inbox_parked", "Events parked behind a failure or a gap")
INBOX_DEAD = Gauge("crm_inbox_dead", "Events given up after the last attempt, waiting for an operator")
INBOX_REFUSED = Counter("crm_inbox_refused", "Deliveries sent to the dead-letter exchange", ["reason"])
HISTORY_UNSEALED = Gauge("crm_history_unsealed", "History rows not yet in the hash chain")
HISTORY_UNANCHORED_SECONDS = Gauge("crm_history_unanchored_seconds", "Age of the oldest row above the last anchor")
IMPORTS_FINISHED = Counter("crm_imports_finished", "Imports that came to an end", ["kind", "state"])
JOBS = Gauge("crm_jobs", "Jobs by condition: waiting, scheduled for later, running or dead", ["kind", "condition"])
JOBS_LATE_SECONDS = Gauge("crm_jobs_late_seconds", "How long the oldest job that is due has waited", ["kind"])
JOBS_FINISHED = Counter("crm_jobs_finished", "Jobs that came to an end", ["kind", "state"])
