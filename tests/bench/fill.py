"""Fills a running copy of the suite with busy customers.

One customer is made through the API. The others are written after its pattern: every row that it left in any database,
its copies, words and history included, is written again for each of them with other ids, names, amounts, owners and
times. So the fill knows no table by name, and what services keep of a customer is always all there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from deploy.dev.catalogue import Service, catalogue
from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

UNIQUE, RARE, COMMON = "zqn", "zqr", "zqc"
"""What stands in the texts of the pattern for a number: of the customer, one of 977, one of 17."""
CONTACTS, EACH, CAMPAIGNS = 5, 5, 2
"""Of each customer: contacts of the account; deals, tickets and activities of the first contact; its campaigns."""
_NUMBERS = {UNIQUE: "n::text", RARE: "(n % 977)::text", COMMON: "(n % 17)::text"}
_NOT_COPIED = ("outbox%", "inbox", "requests", "parked", "refused", "bus_subscriptions", "history_%", "alembic%")
_DAYS = 400
"""So far back do the customers go."""


@dataclass
class Pattern:
    """The customer that the others are written after."""

    ids: list[str]
    owner: str
    owners: list[str]
    written: int = 0
    """Customers written so far."""


def pattern(admin: Api, owners: list[str]) -> Pattern:
    """Makes the first customer, which belongs to the first of the owners."""
    owner = owners[0]
    account = admin.post("/v1/accounts", name=f"Company{UNIQUE} Trade{RARE}", owner_id=owner, industry=f"I{COMMON}")[
        "id"
    ]
    contacts = [
        admin.post(
            "/v1/contacts", first_name=f"First{RARE}", last_name=f"Last{UNIQUE}x{n}", title=f"Title {COMMON}",
            emails=[{"address": f"p{UNIQUE}x{n}@trade{RARE}.example"}], account_id=account, owner_id=owner,
            department="" if n else "Busy", country="DE",
        )["id"]
        for n in range(CONTACTS)
    ]  # fmt: skip
    ids = [account, *contacts]
    of = {"account_id": account, "contact_id": contacts[0]}
    for n in range(EACH):
        amount = {"amount": f"{(n + 1) * 1000}.00", "currency": "EUR"}
        deal = admin.post("/v1/opportunities", name=f"Deal{n} {RARE}", amount=amount, owner_id=owner, **of)["id"]
        if n == EACH - 1:
            admin.post(f"/v1/opportunities/{deal}:win")
        ids.append(deal)
        ticket = admin.post("/v1/tickets", subject=f"Question{n} {RARE}", assignee_id=owner, **of)["id"]
        if n >= EACH - 2:
            admin.post(f"/v1/tickets/{ticket}:resolve")
        ids.append(ticket)
        ids.append(admin.post("/v1/activities", type="CALL", subject=f"Call{n} {RARE}", owner_id=owner, **of)["id"])
    for n in range(CAMPAIGNS):
        campaign = admin.post("/v1/campaigns", name=f"Campaign {n}", channel="OFFLINE")["id"]
        members = contacts if n else contacts[:1]
        ids += [
            admin.post("/v1/campaign_members", campaign_id=campaign, contact_id=contact, status="registered")["id"]
            for contact in members
        ]
    return Pattern(ids, owner, owners)


def fill(instance: Instance, model: Pattern, customers: int) -> None:
    """Writes customers after the pattern until there are so many."""
    services = [service for service in catalogue().services.values() if service.name != "identity"]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda service: _fill(instance, service, model, customers), services))
    model.written = customers


def connect(instance: Instance, database: str) -> psycopg.Connection[Any]:
    """A connection as the superuser, without limits of time."""
    url = instance.superuser_url.replace("+psycopg", "").rsplit("/", 1)[0]
    return psycopg.connect(f"{url}/{database}", autocommit=True)


def _fill(instance: Instance, service: Service, model: Pattern, customers: int) -> None:
    with connect(instance, service.database) as connection:
        # Neither triggers nor foreign keys: what is written was checked when the pattern was.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute("SET synchronous_commit = off")
        with connection.transaction():
            for table, rows in _rows(connection, model).items():
                with _without_indexes(connection, table, customers - model.written > 20_000):
                    for row in rows:
                        _write(connection, table, row, model, customers)
            _sealed(connection)
        connection.execute("VACUUM ANALYZE")


def _rows(connection: psycopg.Connection[Any], model: Pattern) -> dict[str, list[dict[str, tuple[str, str]]]]:
    """What the pattern left, by table: column to type and text. The keys of a row that has an id of its own are ids
    of the pattern too."""
    columns: dict[str, list[tuple[str, str]]] = {}
    query = """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE ALL (%s)
            AND a.attidentity = '' AND a.attgenerated = ''
        ORDER BY c.relname, a.attnum
    """
    for table, column, type_ in connection.execute(query, [list(_NOT_COPIED)]):
        columns.setdefault(table, []).append((column, type_))
    found: dict[str, list[dict[str, tuple[str, str]]]] = {}
    for table, typed in columns.items():
        ids = [column for column, type_ in typed if type_ == "uuid"]
        if not ids:
            continue
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column, _ in typed)
        named = sql.SQL(" OR ").join(sql.SQL("{} = ANY(%(ids)s)").format(sql.Identifier(column)) for column in ids)
        select = sql.SQL("SELECT {} FROM {} WHERE {}").format(texts, sql.Identifier(table), named)
        rows = [
            {column: (type_, value) for (column, type_), value in zip(typed, row, strict=True) if value is not None}
            for row in connection.execute(select, {"ids": model.ids})
        ]
        if rows:
            found[table] = rows
    return found


def _write(
    connection: psycopg.Connection[Any], table: str, row: dict[str, tuple[str, str]], model: Pattern, customers: int
) -> None:
    """Writes one row of the pattern for each customer that is not there yet."""
    ids = {*model.ids, row["id"][1]} if row.get("id", ("",))[0] == "uuid" else set(model.ids)
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    values = sql.SQL(", ").join(_value(name, type_, text, ids, model, customers) for name, (type_, text) in row.items())
    insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series({}, {}) n")
    connection.execute(insert.format(sql.Identifier(table), columns, values, model.written + 1, customers))


def _value(name: str, type_: str, text: str, ids: Iterable[str], model: Pattern, customers: int) -> sql.Composable:
    """The value of a column for customer n."""
    plain = sql.SQL("{}::" + type_).format(sql.Literal(text))
    if type_.startswith("timestamp"):
        # What lies ahead stays where it is: what became due in the past would be done now.
        return sql.SQL("CASE WHEN {0} > now() THEN {0} ELSE {0} - n * {1}::interval END").format(
            plain, sql.Literal(f"{_DAYS * 86_400 / customers:.3f} s")
        )
    if type_.startswith("numeric") and not type_.endswith("[]") and float(text) >= 1:
        return sql.SQL("{} + n % 5000").format(plain)
    if type_ == "bytea":
        return plain
    written: sql.Composable = sql.Literal(text)
    if name in ("number", "reference"):
        written = sql.SQL("{} || '-' || n").format(written)
    for mark, number in _NUMBERS.items():
        if mark in text:
            written = sql.SQL("replace({}, {}, " + number + ")").format(written, sql.Literal(mark))
    if model.owner in text:
        owners = sql.SQL("({}::text[])[1 + n % {}]").format(sql.Literal(model.owners), len(model.owners))
        written = sql.SQL("replace({}, {}, {})").format(written, sql.Literal(model.owner), owners)
    for id_ in ids:
        if id_ in text:
            other = sql.SQL("md5({} || n)::uuid::text").format(sql.Literal(id_))
            written = sql.SQL("replace({}, {}, {})").format(written, sql.Literal(id_), other)
    return sql.SQL("({})::" + type_).format(written)


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any], table: str, drop: bool) -> Iterator[None]:
    """Builds the indexes of a table that only make reading faster after the block, if that is the quicker way."""
    query = """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = %s::regclass AND NOT indisunique
    """
    indexes = connection.execute(query, [table]).fetchall() if drop else []
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        connection.execute(definition)


def _sealed(connection: psycopg.Connection[Any]) -> None:
    """Takes the history that was written for sealed, so that the service does not spend the bench on sealing it."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('history_seals'))")
    connection.execute(
        """
        INSERT INTO history_seals (seq, history_id, mac)
        SELECT (SELECT coalesce(max(seq), 0) FROM history_seals) + row_number() OVER (ORDER BY id), id, ''
        FROM history WHERE NOT EXISTS (SELECT FROM history_seals s WHERE s.history_id = id)
        """
    )


def digested(instance: Instance) -> None:
    """Waits until every event is published and every subscriber that follows it has applied it."""
    counts: list[int] = []

    def calm() -> bool:
        unpublished, applied = 0, 0
        for service in catalogue().services.values():
            with connect(instance, service.database) as connection:
                query = """
                    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL),
                        (SELECT coalesce(sum(version), 0) FROM inbox_positions)
                """
                row = connection.execute(query).fetchone()
                assert row is not None
                unpublished, applied = unpublished + row[0], applied + int(row[1])
        counts.append(applied)
        return unpublished == 0 and len(counts) > 20 and len({*counts[-20:]}) == 1

    eventually(calm, 120)
