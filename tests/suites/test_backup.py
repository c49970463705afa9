"""A suite is backed up under load, wrecked and restored: it comes up as it was at one moment, whole."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from crm_chassis.testing import unique

from deploy import backup
from deploy.dev import LauncherError
from deploy.dev.catalogue import catalogue
from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

SERVICES = catalogue().services


@pytest.fixture
def own() -> Iterator[Instance]:
    with Instance("backup") as instance:
        instance.erase()
        instance.start(env={"CRM_RATE_LIMITS": "off"})
        instance.wait_ready(120)
        yield instance
    instance.erase()


def urls(suite: Instance) -> dict[str, str]:
    return {name: suite.database_owner_url(service).replace("+psycopg", "") for name, service in SERVICES.items()}


def figures(suite: Instance, query: str) -> dict[str, Any]:
    found = {}
    for name, url in urls(suite).items():
        with psycopg.connect(url) as connection:
            row = connection.execute(query).fetchone()
            assert row is not None
            found[name] = row[0]
    return found


def unsettled(suite: Instance) -> dict[str, Any]:
    """Events to publish, events that wait and history that is not sealed."""
    return figures(
        suite,
        "SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) + (SELECT count(*) FROM parked) "
        "+ (SELECT count(*) FROM history h WHERE NOT EXISTS (SELECT FROM history_seals s WHERE s.history_id = h.id))",
    )


def waits_for_lock(suite: Instance, name: str) -> bool:
    with psycopg.connect(urls(suite)[name]) as connection:
        waiting = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
            "AND query LIKE '%LOCK TABLE%'"
        ).fetchone()
    return bool(waiting and waiting[0])


def behind(suite: Instance) -> list[str]:
    """Records of which a follower does not have the version that the publisher has."""
    versions: dict[str, dict[str, int]] = {}
    for url in urls(suite).values():
        with psycopg.connect(url) as connection:
            for kind, record_id, version in connection.execute(
                "SELECT split_part(type, '.', 2) || '.' || split_part(type, '.', 3), record_id::text, max(version) "
                "FROM outbox GROUP BY 1, 2"
            ):
                versions.setdefault(kind, {})[record_id] = version
    found = []
    for name, url in urls(suite).items():
        with psycopg.connect(url) as connection:
            query = "SELECT record_id::text, min(version) FROM inbox_positions GROUP BY 1"
            positions: dict[str, int] = dict(connection.execute(query).fetchall())
        for kind in SERVICES[name].follows:
            for record_id, version in versions.get(kind, {}).items():
                if positions.get(record_id) != version:
                    found.append(f"{name}: {kind} {record_id} {version} {positions.get(record_id)}")
    return found


@pytest.mark.slow
def test_the_suite_comes_back_as_it_was(own: Instance, tmp_path: Path) -> None:
    admin = Api(own.gateway_url, *own.admin)
    account = admin.post("/v1/accounts", name=unique("Kept"))
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not stop.is_set():
            contact = admin.post("/v1/contacts", first_name="A", last_name=unique("Load"), account_id=account["id"])
            admin.patch(f"/v1/contacts/{contact['id']}", first_name="B")
            written.append(contact["id"])

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    eventually(lambda: len(written) > 30, 30)
    before = set(written)
    with psycopg.connect(urls(own)["support"]) as busy, ThreadPoolExecutor(1) as pool:
        # It holds the backup up for longer than a write waits for a lock: writes go on in between, none is refused.
        busy.execute("LOCK TABLE outbox IN ROW EXCLUSIVE MODE")
        taken = pool.submit(backup.create, urls(own), tmp_path / "backup")
        eventually(lambda: waits_for_lock(own, "support"))
        held_up = len(written)
        eventually(lambda: len(written) > held_up + 3, 20)
        busy.rollback()
        taken.result()
    after = len(written)
    eventually(lambda: len(written) > after + 10, 30)
    stop.set()
    for writer in writers:
        writer.join()
    lost = admin.post("/v1/accounts", name=unique("Later"))

    with pytest.raises(LauncherError, match="Stop the suite first"):
        backup.restore(urls(own), own.amqp_url, tmp_path / "backup", replace=True)
    for name in SERVICES:
        own.hold(f"{name}.api")
        own.hold(f"{name}.worker")
    with pytest.raises(LauncherError, match="not empty"):
        backup.restore(urls(own), own.amqp_url, tmp_path / "backup")
    for url in urls(own).values():
        with psycopg.connect(url) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    again = backup.restore(urls(own), own.amqp_url, tmp_path / "backup")
    # The rights of the processes are not in the backup.
    for service in SERVICES.values():
        subprocess.run(own.command(service.package, "setup"), env=own.setup_environment(service), check=True)
    for name in SERVICES:
        own.release(f"{name}.api")
        own.release(f"{name}.worker")
    own.wait_ready(60)

    admin = Api(own.gateway_url, *own.admin)
    for id_ in before:
        assert admin.get(f"/v1/contacts/{id_}")["last_name"].startswith("Load")
    assert admin.http.get(f"/v1/accounts/{lost['id']}").status_code == 404
    page = f"/v1/accounts/{account['id']}/customer360"
    eventually(lambda: {one["state"] for one in admin.get(page)["sections"].values()} == {"OK"})
    eventually(lambda: not any(unsettled(own).values()), 60)
    eventually(lambda: not behind(own), 30)
    assert again["contacts"] >= 0
    for name, service in SERVICES.items():
        command = [*own.command(service.package, "history", "verify")]
        done = subprocess.run(command, env=own.env_for(f"{name}.worker"), capture_output=True, check=False)
        verdict = json.loads(done.stdout.splitlines()[-1])
        assert (verdict["fault"], verdict["unsealed"]) == ("", 0)
    fresh = admin.post("/v1/contacts", first_name="C", last_name=unique("New"), account_id=account["id"])
    assert admin.get(f"/v1/contacts/{fresh['id']}")["id"] == fresh["id"]
    eventually(lambda: not behind(own), 30)


def test_a_damaged_backup_is_refused_before_anything_is_changed(tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match="no whole backup"):
        backup.restore({}, "", tmp_path)
    (tmp_path / "sales.dump").write_bytes(b"x")
    (tmp_path / backup.MANIFEST).write_text(json.dumps({"sha256": {"sales": "0"}}))
    with pytest.raises(LauncherError, match=r"sales\.dump is missing or not the file"):
        backup.restore({"sales": "postgresql://nowhere"}, "", tmp_path)
    with pytest.raises(LauncherError, match="folder of its own"):
        backup.create({}, tmp_path)
