"""The checkers C1 and C5 to C10: what users see, the audit trail, and what must not be left behind."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from kombu import Connection

from deploy.dev.instance import Instance
from deploy.dev.supervisor import lock_holder
from tests.chaos.client import Client
from tests.chaos.databases import Databases
from tests.chaos.history import INFO, OK, History, Write

# Collection -> field by which a record of unknown fate is looked for.
FOUND_BY = {
    "account": ("/v1/accounts", "name"), "contact": ("/v1/contacts", "last_name"), "lead": ("/v1/leads", "last_name"),
    "ticket": ("/v1/tickets", "external_id"),
}  # fmt: skip
COMPLETE_SECONDS = 5.0  # in which customer-360 must have every section once nothing happens any more


def acknowledged_is_readable(clients: list[Client], history: History) -> list[str]:
    """C1: every record of an acknowledged write is there, as it was last acknowledged or newer."""

    def check(number: int, record: str, fields: dict[str, Any], version: int) -> str:
        found = clients[number % len(clients)].get(record)
        if found is None:
            return f"{record} is gone"
        wrong = {name: found.get(name) for name, value in fields.items() if not _shows(found.get(name), value)}
        if wrong:
            return f"{record} shows {wrong} instead of {fields}"
        if str(found.get("etag", "0")).isdigit() and int(found.get("etag", 0)) < version:
            return f"{record} is at version {found['etag']}, acknowledged was {version}"
        return ""

    with ThreadPoolExecutor(len(clients)) as pool:
        jobs = [pool.submit(check, n, r, *known) for n, (r, known) in enumerate(history.expected().items())]
        try:
            return [fault for job in jobs if (fault := job.result())]
        finally:
            pool.shutdown(cancel_futures=True)  # what one could not read, the others need not wait for


def _shows(found: Any, sent: Any) -> bool:
    """Whether a field has what was sent; None where the server chooses the value."""
    return sent is None or found == sent


def unknown_is_absent_or_whole(client: Client, history: History, fates: Counter[str]) -> list[str]:
    """C9: what nobody acknowledged either happened as a whole or not at all, and what was refused did not.

    Counts the fates of what nobody acknowledged.
    """
    faults = []
    for write in history.writes:
        noun = write.kind.removeprefix("create ")
        if write.outcome == OK or (noun not in FOUND_BY and not write.record):
            continue
        states = _states(client, write, noun)
        if write.outcome == INFO and states in ("absent", "whole"):
            fates[states] += 1
        elif states != "absent":
            faults.append(f"{write.kind} {write.record or write.mark} ended as {write.outcome} and is {states}")
    return faults


def _states(client: Client, write: Write, noun: str) -> str:
    if write.record:
        found = client.get(write.record)
        rows = [found] if found else []
    else:
        collection, name = FOUND_BY[noun]
        by_name = quote(f'{name} = "{write.mark}"')
        answer = client.get(f"{collection}?filter={by_name}") or {}
        rows = answer[collection.removeprefix("/v1/")]
    if not rows:
        return "absent"
    if len(rows) > 1:
        return f"there {len(rows)} times"
    if all(_shows(rows[0].get(name), value) for name, value in write.sets.items()):
        return "whole"
    if write.before and all(_shows(rows[0].get(name), value) for name, value in write.before.items()):
        return "absent"
    return f"half there: { ({name: rows[0].get(name) for name in write.sets}) }"


def unsealed(databases: Databases) -> int:
    """Changes that are not in the audit chain yet."""
    query = "SELECT (SELECT count(*) FROM history) - (SELECT count(*) FROM history_seals)"
    return sum(databases.one(service, query) for service in databases.services)


def audit_trail(instance: Instance, databases: Databases) -> list[str]:
    """C5: each chain verifies, leaves nothing unsealed, and the anchors in the log are those in the database."""
    faults = []
    for service in databases.services:
        worker = f"{service}.worker"
        command = instance.command(f"crm-{service}", "history", "verify")
        run = subprocess.run(
            command, env=instance.env_for(worker), capture_output=True, text=True, check=False, timeout=120
        )
        found = json.loads(run.stdout.splitlines()[-1]) if run.stdout else {"fault": run.stderr[-300:]}
        if run.returncode or found["fault"] or found.get("unsealed"):
            faults.append(f"{service}: {found}")
        kept = {row["seq"]: row["mac"].hex() for row in databases.rows(service, "SELECT seq, mac FROM history_anchors")}
        for logged in records(instance.log(worker), "history anchor"):
            if kept.get(logged["seq"]) != logged["mac"]:
                faults.append(f"{service}: anchor {logged['seq']} of the log is not in the database")
    return faults


def records(log: Path, word: str) -> Iterator[dict[str, Any]]:
    """The records of a log with a word in them, but for those that a full disk tore apart."""
    for line in log.read_text(errors="replace").splitlines():
        if word in line:
            with suppress(json.JSONDecodeError):
                record = json.loads(line)
                if isinstance(record, dict):
                    yield record


def customer360_is_the_sum(client: Client, accounts: list[str]) -> list[str]:
    """C6: the figures of customer-360 are those of the services' own lists."""
    faults = []
    for account in accounts:
        until = time.monotonic() + COMPLETE_SECONDS
        while True:
            page = client.get(f"/v1/accounts/{account}/customer360") or {"sections": {}}
            states = {name: section["state"] for name, section in page["sections"].items()}
            complete = set(states.values()) == {"OK"}
            if complete or time.monotonic() > until:
                break
            time.sleep(0.2)
        if not complete:
            faults.append(f"{account}: {states}")
            continue
        told = {name: section["data"] for name, section in page["sections"].items()}
        by_account = quote(f'account_id = "{account}"')
        deals = (client.get(f"/v1/opportunities?page_size=200&filter={by_account}") or {})["opportunities"]
        contacts = (client.get(f"/v1/contacts?page_size=200&filter={by_account}") or {})["contacts"]
        tickets = (client.get(f"/v1/tickets?page_size=200&filter={by_account}") or {})["tickets"]
        open_tickets = sum(one["status"] not in ("RESOLVED", "CLOSED") for one in tickets)
        won = sum(one["status"] == "WON" for one in deals)
        for what, shown, counted in (
            ("open deals", told["opportunities"]["open_count"], sum(one["status"] == "OPEN" for one in deals)),
            ("won deals", told["opportunities"]["won_count"], won),
            ("won deals in the metrics", told["metrics"]["won_count"], won),
            ("contacts", told["profile"]["contact_count"], len(contacts)),
            ("open tickets", told["tickets"]["open_count"], open_tickets),
            ("tickets", told["tickets"]["total_count"], len(tickets)),
            ("open tickets in the metrics", told["metrics"]["open_ticket_count"], open_tickets),
        ):
            if shown != counted:
                faults.append(f"{account}: customer-360 says {shown} {what}, the services {counted}")
    return faults


def nothing_given_up(instance: Instance, databases: Databases) -> list[str]:
    """C7: no event is parked or dead, and the broker's queues for dead and unroutable messages are empty."""
    faults = []
    for service in databases.services:
        query = "SELECT subscription, type, record_id::text, version, attempts, dead, error FROM parked"
        faults += [f"{service}: {row}" for row in databases.rows(service, query)]
    with Connection(instance.amqp_url) as broker:
        for queue in ("crm.dead", "crm.unrouted"):
            count = broker.default_channel.queue_declare(queue, passive=True).message_count
            if count:
                faults.append(f"{queue} has {count} messages")
    return faults


def nothing_left_behind(instance: Instance, databases: Databases) -> list[str]:
    """C8: no process but those of the plan, no advisory lock without its worker, no forgotten transaction."""
    faults = []
    known = {status.pid for status in instance.processes()} | {lock_holder(instance.run_dir)}
    for process in psutil.process_iter(["environ", "cmdline"]):
        if (process.info["environ"] or {}).get("LAUNCHER_RUN_DIR") == str(instance.run_dir):
            family = {process.pid, *(parent.pid for parent in process.parents())}
            if not family & known:
                faults.append(f"process {process.pid} belongs to nobody: {process.info['cmdline']}")
    for service in databases.services:
        query = """
            SELECT l.pid, a.application_name AS name, l.classid, count(*) AS locks, now() - a.xact_start AS age
            FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND a.datname = current_database() GROUP BY 1, 2, 3, 5
        """
        held = databases.rows(service, query)
        relays = [row for row in held if row["classid"] == 0x0C12]
        if sum(row["locks"] for row in relays) != 32 or any(row["name"] != f"{service}-worker" for row in relays):
            faults.append(f"{service}: the relay's locks are held by {relays}")
        query = """
            SELECT pid, application_name, state, now() - state_change AS since FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE 'idle in transaction%%'
            AND state_change < now() - interval '5 seconds'
        """
        faults += [f"{service}: {row}" for row in databases.rows(service, query)]
    return faults


def traces(instance: Instance) -> list[str]:
    """Calls that failed in a way nobody foresaw: the service's own log says `error` and shows a traceback."""
    found: Counter[str] = Counter()
    for path in sorted((instance.run_dir / "logs").glob("*.log")):
        for record in records(path, '"error"'):
            if record.get("level") == "error":
                error = str(record.get("exception", record.get("error", ""))).strip().splitlines()[-1:]
                text = re.sub(r"[0-9a-f-]{12,}|\d+", "#", f"{record.get('event')} {record.get('method', '')} {error}")
                found[f"{path.stem}: {text[:300]}"] += 1
    return [f"{count} x {text}" for text, count in found.most_common()]
