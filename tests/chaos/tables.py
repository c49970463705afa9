"""What the tables of the six databases must say to each other once all is quiet (C2, C3, C4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from tests.chaos.databases import Databases, Row, subscriptions
from tests.chaos.load import MARK

# Copy in one service -> the table it is a copy of in another.
COPIES = {
    ("sales", "accounts"): ("contacts", "accounts"),
    ("sales", "contacts"): ("contacts", "contacts"),
    ("support", "accounts"): ("contacts", "accounts"),
    ("support", "contacts"): ("contacts", "contacts"),
    ("marketing", "people_accounts"): ("contacts", "accounts"),
    ("marketing", "people_contacts"): ("contacts", "contacts"),
    ("marketing", "people_opportunities"): ("sales", "opportunities"),
    ("marketing", "people_tickets"): ("support", "tickets"),
    ("reporting", "leads"): ("contacts", "leads"),
    ("reporting", "opportunities"): ("sales", "opportunities"),
    ("reporting", "tickets"): ("support", "tickets"),
}
# Copies that are kept of records about some customer only.
CUSTOMERS_ONLY = {"people_opportunities", "people_tickets"}
# Not the same thing in both: derived by the copy, or differently written there.
OWN_COLUMNS = {"version", "key", "words", "emails", "updated_at", "solution_minutes"}
# Name of a record that only one write made -> where it must be found at most once.
NAMES = {
    ("contacts", "accounts", "name"), ("contacts", "contacts", "last_name"), ("contacts", "leads", "last_name"),
    ("sales", "opportunities", "name"), ("support", "tickets", "subject"),
}  # fmt: skip
_OUTBOX = """
    SELECT event_id::text, substring(type from '^[^.]+[.][^.]+[.][^.]+') AS kind, record_id::text, version, published_at
    FROM outbox ORDER BY id
"""
# Version 0 is what leaves the record as it is, such as signing in.
_HISTORY = "SELECT record_id::text, version FROM history WHERE version > 0 ORDER BY id"
_INBOX = "SELECT event_id::text, xmin::text::bigint AS applied FROM inbox WHERE subscription = %(name)s"


@dataclass
class Deliveries:
    """What became of the events: how many were to be applied, and the figures of promise R1."""

    events: int = 0
    deliveries: int = 0
    never_applied: int = 0
    duplicates: int = 0
    order_breaks: int = 0
    early: int = 0
    """Events that arrived before an earlier one of their record and were held back by the gate: not a fault."""
    faults: dict[str, list[str]] = field(default_factory=lambda: {"C2": [], "C3": [], "C4": []})


def behind(databases: Databases) -> str:
    """What is still to be done, in words; empty once every event has been published and applied."""
    waiting = []
    for service in databases.services:
        unsent = databases.one(service, "SELECT count(*) FROM outbox WHERE published_at IS NULL")
        parked = databases.one(service, "SELECT count(*) FROM parked WHERE NOT dead")
        if unsent:
            waiting.append(f"{service} has {unsent} unsent")
        if parked:
            waiting.append(f"{service} has {parked} parked")
    sent: dict[str, int] = defaultdict(int)
    for service in databases.services:
        query = "SELECT substring(type from '^[^.]+[.][^.]+[.][^.]+') AS kind, count(*) AS n FROM outbox GROUP BY 1"
        for row in databases.rows(service, query):
            sent[row["kind"]] += row["n"]
    for service in databases.services:
        query = "SELECT subscription, count(*) AS n FROM inbox GROUP BY 1"
        taken = {row["subscription"]: row["n"] for row in databases.rows(service, query)}
        for name, kinds in subscriptions(service).items():
            if (missing := sum(sent[kind] for kind in kinds) - taken.get(name, 0)) > 0:
                waiting.append(f"{service}.{name} misses {missing}")
    return ", ".join(waiting)


def deliveries(databases: Databases) -> Deliveries:
    """Every event against every inbox, every copy against its source, every record against its versions."""
    found = Deliveries()
    outbox = {service: databases.rows(service, _OUTBOX) for service in databases.services}
    found.events = sum(map(len, outbox.values()))
    for service, rows in outbox.items():
        _check_versions(databases, service, rows, found)
    by_kind: dict[str, list[Row]] = defaultdict(list)
    for rows in outbox.values():
        for row in rows:
            by_kind[row["kind"]].append(row)
    for service in databases.services:
        for name, kinds in subscriptions(service).items():
            wanted = [row for kind in kinds for row in by_kind[kind]]
            _check_subscription(databases, service, name, wanted, found)
    for (service, table), source in COPIES.items():
        found.faults["C3"] += list(_differences(databases, (service, table), source))
    for service, table, column in sorted(NAMES):
        query = f"SELECT {column} AS name, count(*) AS n FROM {table} WHERE {column} LIKE %(m)s GROUP BY 1"
        for row in databases.rows(service, f"{query} HAVING count(*) > 1", m=f"{MARK}-%"):
            found.duplicates += row["n"] - 1
            found.faults["C3"].append(f"{service}.{table} has {row['name']} {row['n']} times")
    return found


def _check_versions(databases: Databases, service: str, outbox: list[Row], found: Deliveries) -> None:
    """The events of a record are its versions 1..n, each once, in the order of the outbox; so is its history."""
    said: dict[str, list[int]] = defaultdict(list)
    for row in outbox:
        said[row["record_id"]].append(row["version"])
    written: dict[str, list[int]] = defaultdict(list)
    for row in databases.rows(service, _HISTORY):
        written[row["record_id"]].append(row["version"])
    for what, versions_of in (("outbox", said), ("history", written)):
        for record, versions in versions_of.items():
            if versions != list(range(1, len(versions) + 1)):
                found.duplicates += len(versions) - len(set(versions))
                found.faults["C4"].append(f"{service}: {what} of {record} has versions {versions}")
    # What is told of the audit trail itself is no change of a record.
    told = {row["record_id"] for row in outbox if not row["kind"].endswith(".audit_trail")}
    for record in told | written.keys():
        if len(said[record]) != len(written[record]):
            found.faults["C3"].append(
                f"{service}: {record} has {len(written[record])} changes and {len(said[record])} events"
            )


def _check_subscription(databases: Databases, service: str, name: str, wanted: list[Row], found: Deliveries) -> None:
    """Every event once in the inbox, the first version first, and the gate at the last one."""
    taken = {row["event_id"]: row["applied"] for row in databases.rows(service, _INBOX, name=name)}
    found.deliveries += len(wanted)
    missing = [row for row in wanted if row["event_id"] not in taken]
    found.never_applied += len(missing)
    found.faults["C2"] += [
        f"{service}.{name} never applied {row['kind']} {row['record_id']} v{row['version']}" for row in missing
    ]
    unknown = taken.keys() - {row["event_id"] for row in wanted}
    found.faults["C2"] += [f"{service}.{name} applied {event}, which nobody recorded" for event in unknown]
    query = "SELECT record_id::text, version FROM inbox_positions WHERE subscription = %(name)s"
    positions = {row["record_id"]: row["version"] for row in databases.rows(service, query, name=name)}
    records: dict[str, list[Row]] = defaultdict(list)
    for row in wanted:
        if row["event_id"] in taken:
            records[row["record_id"]].append(row)
    for record, rows in records.items():
        arrived = sorted(rows, key=lambda row: (taken[row["event_id"]], row["version"]))
        if arrived[0]["version"] != 1:
            found.order_breaks += 1
            found.faults["C4"].append(f"{service}.{name} began {record} with version {arrived[0]['version']}")
        found.early += sum(after["version"] < before["version"] for before, after in pairwise(arrived))
        last = max(row["version"] for row in rows)
        if positions.get(record) != last:
            found.order_breaks += 1
            found.faults["C4"].append(f"{service}.{name} stands at {positions.get(record)} of {last} for {record}")


def _differences(databases: Databases, copy: tuple[str, str], source: tuple[str, str]) -> Iterator[str]:
    common = sorted((databases.columns(*copy) & databases.columns(*source)) - OWN_COLUMNS)
    columns = ", ".join(f"{name}::text" for name in common)
    there = " WHERE deleted_at IS NULL"
    if copy[1] in CUSTOMERS_ONLY:
        there += " AND (contact_id IS NOT NULL OR account_id IS NOT NULL)"
    ours, theirs = (
        {row["id"]: row for row in databases.rows(service, f"SELECT {columns} FROM {table}{where}")}
        for (service, table), where in ((copy, ""), (source, there))
    )
    for id_ in ours.keys() ^ theirs.keys():
        yield f"{'.'.join(copy)} {'lacks' if id_ in theirs else 'has too much:'} {id_}"
    for id_ in ours.keys() & theirs.keys():
        for name in common:
            if ours[id_][name] != theirs[id_][name]:
                yield f"{'.'.join(copy)} {id_}: {name} is {ours[id_][name]!r}, not {theirs[id_][name]!r}"
