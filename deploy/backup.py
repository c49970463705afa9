"""Backup and restore of all databases to one moment.

    python -m deploy.backup create FOLDER
    python -m deploy.backup restore FOLDER [--replace]

The servers are those of DATABASE_OWNER_URL_<SERVICE> and AMQP_URL (an account that may purge the queues), else those of
`make up`. docs/backup.md says what the moment is, and what a restore does about events that were on their way.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from amqp.exceptions import NotFound
from crm_chassis.bus.topology import connect
from crm_chassis.ids import QUEUES

from deploy.dev import LauncherError, postgres
from deploy.dev.catalogue import catalogue

MANIFEST = "manifest.json"
# Less than a write of a process waits for a lock (LOCK_TIMEOUT_MS of the chassis), so that none is refused.
PAUSE_SECONDS = 2
ATTEMPTS = 10
BREATH_SECONDS = 0.5

# Rows that are not sealed yet would wait until this server has counted its transactions as far as the old one had.
_UNSEALED = """
    ALTER TABLE history DISABLE TRIGGER history_append_only;
    UPDATE history SET xid = '0' WHERE NOT EXISTS (SELECT FROM history_seals s WHERE s.history_id = history.id);
    ALTER TABLE history ENABLE TRIGGER history_append_only;
"""


def create(databases: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Dumps every database as of one moment and returns what the manifest says.

    Writes wait while the moment is taken, about PAUSE_SECONDS at most; a transaction that holds it up for longer lets
    them go on in between. Raises LauncherError if the moment cannot be taken in ATTEMPTS or the folder is not empty.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise LauncherError(f"{folder} is not empty. Give every backup a folder of its own.")
    with ExitStack() as stack:
        readers = {name: stack.enter_context(psycopg.connect(url)) for name, url in databases.items()}
        with ExitStack() as pause:
            lockers = {name: pause.enter_context(psycopg.connect(url)) for name, url in databases.items()}
            began = _pause_writes(lockers)
            moment = datetime.now(UTC)
            snapshots = {name: _snapshot(reader) for name, reader in readers.items()}
        paused = time.monotonic() - began
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: _dump(databases[name], snapshots[name], folder / f"{name}.dump"), databases))
    manifest = {
        "moment": moment.isoformat(),
        "paused_seconds": round(paused, 3),
        "sha256": {name: _digest(folder / f"{name}.dump") for name in databases},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def restore(databases: Mapping[str, str], amqp_url: str, folder: Path, *, replace: bool = False) -> dict[str, int]:
    """Brings every database to the moment of the backup and returns how many events of each will be sent again.

    No process of the suite may run. With `replace`, what the databases hold is dropped. The queues are emptied: they
    hold events of a time that has not happened. Raises LauncherError before anything is changed if a dump is
    missing or damaged or a database is not empty; afterwards, if a subscriber knows more than a publisher.
    """
    _check(databases, folder, replace)
    for name, url in databases.items():
        with psycopg.connect(url) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--dbname",
             _plain(url), str(folder / f"{name}.dump"))  # fmt: skip
        with psycopg.connect(url) as connection:
            connection.execute(_UNSEALED)
            connection.execute("ANALYZE")
    _purge(amqp_url, list(databases))
    ahead = _ahead(databases)
    if ahead:
        raise LauncherError(
            f"Subscribers know versions of {len(ahead)} records that the publisher does not have, for example "
            f"{ahead[0]}. These dumps are not of one moment; do not start the suite on them."
        )
    return {name: _send_again(databases, name) for name in databases}


def _pause_writes(lockers: Mapping[str, psycopg.Connection]) -> float:
    """Keeps the writes of all databases waiting until the lockers are closed; returns since when (monotonic)."""
    busy = ""
    for _ in range(ATTEMPTS):
        began = time.monotonic()
        try:
            for name, locker in lockers.items():
                busy = name
                left = max(1, round((began + PAUSE_SECONDS - time.monotonic()) * 1000))
                locker.execute(f"SET LOCAL lock_timeout = '{left}ms'")
                # Every change of a record and every receipt of an event writes to one of these. Receivers take the
                # inbox first.
                locker.execute("LOCK TABLE inbox, outbox IN SHARE MODE")
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            for locker in lockers.values():
                locker.rollback()
            time.sleep(BREATH_SECONDS)
        else:
            return began
    raise LauncherError(f"Transactions in the database of {busy} have held up the backup {ATTEMPTS} times. Repeat.")


def _snapshot(reader: psycopg.Connection) -> str:
    reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    row = reader.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    return str(row[0])


def _dump(url: str, snapshot: str, file: Path) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", "--dbname",
             _plain(url), stdout=target)  # fmt: skip


def _check(databases: Mapping[str, str], folder: Path, replace: bool) -> None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError as error:
        raise LauncherError(f"{folder} holds no whole backup: {MANIFEST} is missing.") from error
    for name, url in databases.items():
        file = folder / f"{name}.dump"
        if not file.exists() or _digest(file) != manifest["sha256"].get(name):
            raise LauncherError(f"{file} is missing or not the file that was written.")
        with psycopg.connect(url) as connection:
            others = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            ).fetchone()
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        if others and others[0]:
            raise LauncherError(f"{others[0]} sessions use the database of {name}. Stop the suite first.")
        if tables and tables[0] and not replace:
            raise LauncherError(f"The database of {name} is not empty. `--replace` drops what it holds.")


def _purge(amqp_url: str, services: list[str]) -> None:
    with connect(amqp_url) as connection:
        for queue in [f"{service}.in.{number}" for service in services for number in range(QUEUES)]:
            try:
                connection.default_channel.queue_purge(queue)
            except NotFound:
                connection.release()  # with the channel that has failed; the next use connects again


def _ahead(databases: Mapping[str, str]) -> list[str]:
    """Records of which a subscriber has applied a version that no publisher has recorded."""
    recorded: dict[str, int] = {}
    for url in databases.values():
        with psycopg.connect(url) as connection:
            recorded |= dict(
                connection.execute("SELECT record_id::text, max(version) FROM outbox GROUP BY 1").fetchall()
            )
    found = []
    for name, url in databases.items():
        with psycopg.connect(url) as connection:
            for record_id, version in connection.execute(
                "SELECT record_id::text, max(version) FROM inbox_positions GROUP BY 1"
            ):
                if version > recorded.get(record_id, 0):
                    found.append(f"{record_id} (version {version} in {name})")
    return found


def _send_again(databases: Mapping[str, str], publisher: str) -> int:
    """Lets the relay publish again what some follower had not received at the moment of the backup.

    Those events were in queues. Who has received one already passes it over.
    """
    missing: set[str] = set()
    with psycopg.connect(databases[publisher]) as connection:
        published: dict[str, set[str]] = {}
        for kind, event_id in connection.execute(
            "SELECT split_part(type, '.', 2) || '.' || split_part(type, '.', 3), event_id::text "
            "FROM outbox WHERE published_at IS NOT NULL"
        ):
            published.setdefault(kind, set()).add(event_id)
        for name, url in databases.items():
            wanted = [published.get(kind, set()) for kind in catalogue().services[name].follows]
            if not any(wanted):
                continue
            with psycopg.connect(url) as follower:
                received = {row[0] for row in follower.execute("SELECT DISTINCT event_id::text FROM inbox")}
            missing |= set().union(*wanted) - received
        connection.execute(
            "UPDATE outbox SET published_at = NULL WHERE event_id = ANY(CAST(%s AS uuid[]))", [list(missing)]
        )
    return len(missing)


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _run(program: str, *arguments: str, stdout: Any = None) -> None:
    """Runs a program of PostgreSQL: the launcher's own version, else the installed one."""
    own = postgres.programs() / program
    done = subprocess.run(
        [own if own.exists() else program, *arguments], stdout=stdout, stderr=subprocess.PIPE, check=False
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise LauncherError(f"{program} failed: {lines[-1]}")


def main(arguments: list[str]) -> None:
    """Runs one command."""
    from deploy.dev.__main__ import development

    parser = argparse.ArgumentParser(
        prog="python -m deploy.backup", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("command", choices=["create", "restore"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--replace", action="store_true", help="drop what the databases hold")
    options = parser.parse_args(arguments)
    instance = development()
    databases = {name: _plain(instance.database_owner_url(service)) for name, service in catalogue().services.items()}
    try:
        if options.command == "create":
            done: Any = create(databases, options.folder)
        else:
            instance.start([], gateway=False, mail=False)  # the private servers, if there are, and nothing else
            done = restore(databases, instance.amqp_url, options.folder, replace=options.replace)
    except (LauncherError, psycopg.OperationalError) as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(done) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
