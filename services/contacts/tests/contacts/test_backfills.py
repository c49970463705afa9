"""What a migration adds is filled in contacts that were there, and by whom does not know it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crm_chassis.db.migrations import upgrade
from crm_chassis.service import Service
from crm_chassis.testing.databases import Database, database
from sqlalchemy import Engine, create_engine, text

# Contacts as version 0.1.0 wrote them: every tenth without a number, every third with two, the second primary.
CONTACTS = """
    INSERT INTO contacts (id, version, created_at, updated_at, created_by, first_name, last_name, emails, phones,
        addresses, title, department, tags, custom, description, lead_source, language, time_zone, preferred_channel,
        country, email, external_id)
    SELECT gen_random_uuid(), 1, now(), '2020-01-01', '', '', 'Contact ' || n, '[]', CASE
            WHEN n % 10 = 0 THEN '[]'
            WHEN n % 3 = 0 THEN jsonb_build_array(
                jsonb_build_object('number', '+0', 'primary', false),
                jsonb_build_object('number', '+49' || n, 'primary', true))
            ELSE jsonb_build_array(jsonb_build_object('number', '+49' || n, 'primary', true)) END,
        '[]', '', '', '{}', '{}', '', '', '', '', '', '', '', ''
    FROM generate_series(1, :count) n
"""
WRONG = """
    SELECT count(*) FROM (SELECT *, split_part(last_name, ' ', 2)::int AS n FROM contacts) c
    WHERE phone <> CASE WHEN n % 10 = 0 THEN '' ELSE '+49' || n END OR version <> 1 OR updated_at <> '2020-01-01'
"""

# As a job does it: the cursor is kept in the transaction of the batch.
WORK = """
import sys
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from crm_contacts.service import service

backfill = next(backfill for backfill in service.backfills if backfill.name == "20261128_7d119e")
engine = create_engine(sys.argv[1])
left = True
while left:
    with Session(engine) as session, session.begin():
        cursor = backfill.step(session, session.scalar(text("SELECT cursor FROM progress FOR UPDATE")))
        left = cursor is not None
        session.execute(text("UPDATE progress SET cursor = :cursor, batches = batches + 1"), {"cursor": cursor})
"""


def value(engine: Engine, statement: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(statement))


@pytest.fixture
def before(service: Service, tmp_path: Path) -> Iterator[tuple[Database, Engine]]:
    """A database of version 0.1.0."""
    (tmp_path / "versions").mkdir()
    shutil.copy(service.migrations / "versions" / "0001_initial.py", tmp_path / "versions")
    with database("contacts") as roles:
        owner = create_engine(roles.owner)
        upgrade(owner, tmp_path, roles.role)
        yield roles, owner
        owner.dispose()


@pytest.mark.parametrize("count", [5_500, pytest.param(200_000, marks=pytest.mark.slow)])
@pytest.mark.timeout(300)
def test_numbers_are_filled_and_a_killed_worker_is_continued(
    service: Service, before: tuple[Database, Engine], count: int
) -> None:
    roles, owner = before
    with owner.begin() as connection:
        connection.execute(text(CONTACTS), {"count": count})
        connection.execute(text("CREATE TABLE progress AS SELECT CAST(NULL AS text) AS cursor, 0 AS batches"))
    upgrade(owner, service.migrations, roles.role)

    command = [sys.executable, "-c", WORK, roles.processes]
    killed = subprocess.Popen(command)
    half = f"SELECT batches >= {count // 2000} FROM progress"
    pause = threading.Event()
    while not value(owner, half):
        assert killed.poll() is None
        pause.wait(0.005)
    killed.kill()
    killed.wait()
    done = value(owner, "SELECT batches FROM progress")
    assert 0 < done < count / 1000
    filled = value(owner, "SELECT count(*) FROM contacts WHERE phone <> ''")
    assert 0 < filled <= done * 1000
    subprocess.run(command, check=True)

    assert value(owner, WRONG) == 0
    # Each batch was done once, and one has found that nothing is left.
    assert value(owner, "SELECT batches FROM progress") == -(-count // 1000) + 1
    assert value(owner, "SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM outbox)") == 0


def test_the_version_before_may_go_on_writing(before: tuple[Database, Engine], service: Service) -> None:
    roles, owner = before
    upgrade(owner, service.migrations, roles.role)
    processes = create_engine(roles.processes)
    with processes.begin() as connection:
        connection.execute(text(CONTACTS), {"count": 1})
        assert connection.scalar(text("SELECT phone FROM contacts")) == "+491"
        changed = """'[{"number": "+1", "primary": false}, {"number": "+2", "primary": true}]'"""
        connection.execute(text(f"UPDATE contacts SET phones = {changed}, version = 2".replace(":", r"\:")))
        assert connection.scalar(text("SELECT phone FROM contacts")) == "+2"
    processes.dispose()
