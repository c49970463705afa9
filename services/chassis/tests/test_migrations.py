"""How a database is migrated while others use it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from crm_chassis.db import ddl
from crm_chassis.db import migrations as chassis_migrations
from crm_chassis.db.ddl import MigrationError
from crm_chassis.db.engine import make_engine
from crm_chassis.db.migrations import upgrade
from crm_chassis.testing.databases import Database, database
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

NOTES = 'op.execute("CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject text)")'
INDEX = 'create_index("notes_subject", "notes", ["subject"])'
UNIQUE = 'create_index("notes_subject", "notes", ["subject"], unique=True)'


class Migrations:
    """The migrations of a service under test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, revision: str, after: str | tuple[str, ...] | None, body: str) -> None:
        """Writes a migration."""
        (self.folder / "versions").mkdir(exist_ok=True)
        (self.folder / "versions" / f"{revision}.py").write_text(
            "from alembic import op\nfrom crm_chassis.db.ddl import create_index\n"
            f"revision = {revision!r}\ndown_revision = {after!r}\n\n\ndef upgrade():\n    {body}\n"
        )

    def remove(self, revision: str) -> None:
        (self.folder / "versions" / f"{revision}.py").unlink()


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    service = Migrations(tmp_path)
    service.add("20260101_aaaaaa", None, NOTES)
    return service


@pytest.fixture
def roles() -> Iterator[Database]:
    with database("migrated") as roles:
        yield roles


@pytest.fixture
def owner(roles: Database) -> Iterator[Engine]:
    engine = make_engine(roles.owner, "test", 4)
    yield engine
    engine.dispose()


def heads(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


def value(engine: Engine, statement: str, **parameters: Any) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(statement), parameters)


def execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def valid(engine: Engine, index: str) -> bool | None:
    """Whether an index is whole; None if there is none."""
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:index)"
    whole: bool | None = value(engine, query, index=index)
    return whole


def waits_for(engine: Engine, statement: str, seconds: float = 0) -> Callable[[], bool]:
    """Whether somebody has been held up for so long in a statement that begins so."""
    query = """
        SELECT count(*) FROM pg_stat_activity
        WHERE query LIKE :beginning || '%' AND wait_event_type = 'Lock'
            AND query_start < clock_timestamp() - :seconds * interval '1 s'
    """
    return lambda: bool(value(engine, query, beginning=statement, seconds=seconds))


def until(condition: Callable[[], bool]) -> None:
    """Waits up to ten seconds."""
    pause = threading.Event()
    assert any(condition() or pause.wait(0.02) for _ in range(500))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits of a fraction of a second."""
    monkeypatch.setattr(ddl, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(ddl, "STATEMENT_TIMEOUT", "400ms")
    monkeypatch.setattr(ddl, "PAUSES", (0.01, 0.01))


def test_two_branches_do_not_meet(owner: Engine, migrations: Migrations) -> None:
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", 'op.execute("ALTER TABLE notes ADD left_ text")')
    upgrade(owner, migrations.folder)
    migrations.add("20260102_cccccc", "20260101_aaaaaa", 'op.execute("ALTER TABLE notes ADD right_ text")')
    upgrade(owner, migrations.folder)
    assert heads(owner) == {"20260102_bbbbbb", "20260102_cccccc"}
    migrations.add("20260103_dddddd", ("20260102_bbbbbb", "20260102_cccccc"), "pass")
    upgrade(owner, migrations.folder)
    assert heads(owner) == {"20260103_dddddd"}
    execute(owner, "INSERT INTO notes (left_, right_) VALUES ('l', 'r')")


def test_a_migration_that_fails_is_undone_and_those_before_it_are_not(owner: Engine, migrations: Migrations) -> None:
    both = 'op.execute("INSERT INTO notes (subject) VALUES (\'half\')")\n    op.execute("no SQL")'
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", both)
    with pytest.raises(Exception, match="no SQL"):
        upgrade(owner, migrations.folder)
    assert heads(owner) == {"20260101_aaaaaa"}
    assert value(owner, "SELECT count(*) FROM notes") == 0


@pytest.mark.usefixtures("hurried")
def test_a_lock_is_asked_for_again(owner: Engine, migrations: Migrations, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(owner, migrations.folder)
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", 'op.execute("ALTER TABLE notes ADD body text")')
    with owner.connect() as busy:
        busy.execute(text("LOCK TABLE notes IN ACCESS SHARE MODE"))
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            busy.rollback()

        monkeypatch.setattr(ddl, "time", SimpleNamespace(sleep=pause))
        upgrade(owner, migrations.folder)
    assert pauses == [0.01]
    assert heads(owner) == {"20260102_bbbbbb"}


@pytest.mark.usefixtures("hurried")
def test_a_lock_that_stays_taken_is_given_up_with_a_reason(owner: Engine, migrations: Migrations) -> None:
    upgrade(owner, migrations.folder)
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", 'op.execute("ALTER TABLE notes ADD body text")')
    with owner.connect() as busy:
        busy.execute(text("LOCK TABLE notes IN ACCESS SHARE MODE"))
        with pytest.raises(MigrationError, match=r"20260102_bbbbbb: no lock within 100ms, 3 times.*pg_stat_activity"):
            upgrade(owner, migrations.folder)
    assert heads(owner) == {"20260101_aaaaaa"}
    upgrade(owner, migrations.folder)
    assert heads(owner) == {"20260102_bbbbbb"}


@pytest.mark.usefixtures("hurried")
def test_a_long_statement_is_refused(owner: Engine, migrations: Migrations) -> None:
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", 'op.execute("SELECT pg_sleep(5)")')
    with pytest.raises(MigrationError, match=r"20260102_bbbbbb: a statement took longer than 400ms.*backfill"):
        upgrade(owner, migrations.folder)
    assert heads(owner) == {"20260101_aaaaaa"}


@pytest.mark.usefixtures("hurried")
def test_an_index_is_built_while_others_write(owner: Engine, migrations: Migrations) -> None:
    """And for longer than other steps may take."""
    upgrade(owner, migrations.folder)
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", INDEX)
    with ThreadPoolExecutor(1) as pool, owner.connect() as busy:
        busy.execute(text("INSERT INTO notes (subject) VALUES ('before')"))
        done = pool.submit(upgrade, owner, migrations.folder)
        until(waits_for(owner, "CREATE INDEX CONCURRENTLY", seconds=0.6))
        execute(owner, "SET LOCAL lock_timeout = '100ms'", "INSERT INTO notes (subject) VALUES ('meanwhile')")
        assert not done.done()
        busy.commit()
        done.result(20)
    assert valid(owner, "notes_subject")
    assert heads(owner) == {"20260102_bbbbbb"}


def test_what_an_interrupted_index_has_left_is_removed(owner: Engine, migrations: Migrations) -> None:
    upgrade(owner, migrations.folder)
    execute(owner, "INSERT INTO notes (subject) VALUES ('twice'), ('twice')")
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", UNIQUE)
    with pytest.raises(IntegrityError):
        upgrade(owner, migrations.folder)
    assert valid(owner, "notes_subject") is False
    execute(owner, "DELETE FROM notes WHERE id = 1")
    upgrade(owner, migrations.folder)
    assert valid(owner, "notes_subject") is True


def test_an_index_that_is_whole_but_not_noted_is_kept(owner: Engine, migrations: Migrations) -> None:
    """The process may end between the two."""
    upgrade(owner, migrations.folder)
    execute(owner, "CREATE INDEX notes_subject ON notes (subject)")
    before = value(owner, "SELECT 'notes_subject'::regclass::oid")
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", INDEX)
    upgrade(owner, migrations.folder)
    assert value(owner, "SELECT 'notes_subject'::regclass::oid") == before
    assert heads(owner) == {"20260102_bbbbbb"}


def test_an_index_stands_in_a_migration_of_its_own(owner: Engine, migrations: Migrations) -> None:
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", f'op.execute("ALTER TABLE notes ADD body text")\n    {INDEX}')
    with pytest.raises(MigrationError, match="notes_subject needs a migration of its own"):
        upgrade(owner, migrations.folder)
    assert heads(owner) == {"20260101_aaaaaa"}
    assert valid(owner, "notes_subject") is None


def test_two_set_ups_at_once_do_not_wait_for_each_other_for_ever(
    owner: Engine, migrations: Migrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index of one waits for transactions from before it; the other must not be in one while it waits its turn."""
    asked = threading.Event()

    def pause(_: float) -> None:
        asked.set()
        threading.Event().wait(0.02)

    monkeypatch.setattr(chassis_migrations, "time", SimpleNamespace(sleep=pause, monotonic=time.monotonic))
    upgrade(owner, migrations.folder)
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", INDEX)
    with ThreadPoolExecutor(2) as pool, owner.connect() as busy:
        busy.execute(text("INSERT INTO notes (subject) VALUES ('before')"))
        first = pool.submit(upgrade, owner, migrations.folder)
        until(waits_for(owner, "CREATE INDEX CONCURRENTLY"))
        second = pool.submit(upgrade, owner, migrations.folder)
        assert asked.wait(10)
        busy.commit()
        first.result(20)
        second.result(20)
    assert valid(owner, "notes_subject")


def children(engine: Engine, index: str) -> dict[str, str]:
    """Partition to its index."""
    query = """
        SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text FROM pg_inherits a
        JOIN pg_index i ON i.indexrelid = a.inhrelid WHERE a.inhparent = CAST(:index AS regclass) AND i.indisvalid
    """
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(query), {"index": index})}


def months(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'outbox'::regclass"
        return set(connection.scalars(text(query)))


def test_partitions_are_indexed_one_by_one_and_attached(owner: Engine, migrations: Migrations) -> None:
    upgrade(owner, migrations.folder)
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", 'create_index("outbox_type", "outbox", ["type"])')
    upgrade(owner, migrations.folder)
    assert valid(owner, "outbox_type")
    assert children(owner, "outbox_type") == {month: f"{month}_type" for month in months(owner)}
    assert len(months(owner)) >= 3
    execute(owner, "SELECT ensure_outbox_months(now() + interval '1 year')")
    assert set(children(owner, "outbox_type")) == months(owner)


def test_the_index_of_a_partitioned_table_is_taken_up_where_it_was_left(owner: Engine, migrations: Migrations) -> None:
    upgrade(owner, migrations.folder)
    first, second, *_ = sorted(months(owner))
    execute(
        owner,
        "CREATE INDEX outbox_type ON ONLY outbox (type)",
        f"CREATE INDEX {first}_type ON {first} (type)",
        f"CREATE INDEX {second}_type ON {second} (type)",
        f"ALTER INDEX outbox_type ATTACH PARTITION {second}_type",
    )
    before = value(owner, "SELECT CAST(:name AS regclass)::oid", name=f"{first}_type")
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", 'create_index("outbox_type", "outbox", ["type"])')
    upgrade(owner, migrations.folder)
    assert valid(owner, "outbox_type")
    assert set(children(owner, "outbox_type")) == months(owner)
    assert value(owner, "SELECT CAST(:name AS regclass)::oid", name=f"{first}_type") == before


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE notes ADD mine text",
        "CREATE INDEX mine ON notes (subject)",
        "TRUNCATE notes",
        "DROP TABLE notes",
        "ALTER TABLE history DISABLE TRIGGER history_append_only",
        "UPDATE history SET action = ''",
        "DELETE FROM history_anchors",
        "DELETE FROM alembic_version",
    ],
)
def test_processes_change_no_table_and_nothing_of_the_past(
    roles: Database, owner: Engine, migrations: Migrations, statement: str
) -> None:
    upgrade(owner, migrations.folder, roles.role)
    processes = create_engine(roles.processes)
    with pytest.raises(Exception, match=r"permission denied|must be owner"):
        execute(processes, statement)
    processes.dispose()


def test_the_sealer_takes_over_from_processes_that_go_on_until_the_next_set_up(
    roles: Database, owner: Engine, migrations: Migrations
) -> None:
    def may_seal(role: str) -> bool:
        function = "anchor_history()"
        return bool(
            value(owner, "SELECT has_function_privilege(:role, :function, 'EXECUTE')", role=role, function=function)
        )

    upgrade(owner, migrations.folder, roles.role)
    assert may_seal(roles.role)
    with pytest.raises(MigrationError, match=r"no role nobody.*CREATE ROLE nobody"):
        upgrade(owner, migrations.folder, roles.role, "nobody")
    upgrade(owner, migrations.folder, roles.role, roles.sealing_role)
    assert (may_seal(roles.role), may_seal(roles.sealing_role)) == (True, True)
    upgrade(owner, migrations.folder, roles.role, roles.sealing_role)
    assert (may_seal(roles.role), may_seal(roles.sealing_role)) == (False, True)


def test_processes_of_a_new_database_never_seal(roles: Database, owner: Engine, migrations: Migrations) -> None:
    upgrade(owner, migrations.folder, roles.role, roles.sealing_role)
    processes, sealer = create_engine(roles.processes), create_engine(roles.sealer)
    with pytest.raises(Exception, match="permission denied"):
        execute(processes, "SELECT anchor_history()")
    execute(sealer, "SELECT anchor_history()", "SELECT seal_history(1, '{}', '{}')")
    processes.dispose()
    sealer.dispose()


def test_processes_use_what_a_migration_makes_at_once(
    roles: Database, owner: Engine, migrations: Migrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only when the set-up is done: it may end early, or take long."""
    upgrade(owner, migrations.folder, roles.role)
    migrations.add("20260102_bbbbbb", "20260101_aaaaaa", 'op.execute("CREATE TABLE tags (id serial, name text)")')
    migrations.add("20260103_cccccc", "20260102_bbbbbb", 'op.execute("no SQL")')
    with pytest.raises(Exception, match="no SQL"):
        upgrade(owner, migrations.folder, roles.role)
    processes = create_engine(roles.processes)
    execute(processes, "INSERT INTO tags (name) VALUES ('new')", "UPDATE tags SET name = 'newer'", "DELETE FROM tags")
    processes.dispose()


def test_processes_make_months_of_the_outbox_and_use_them(
    roles: Database, owner: Engine, migrations: Migrations
) -> None:
    upgrade(owner, migrations.folder, roles.role)
    processes = create_engine(roles.processes)
    before = months(owner)
    execute(processes, "SELECT ensure_outbox_months('2031-12-31T23:30:00Z')")
    assert months(owner) - before == {"outbox_2031_12", "outbox_2032_01", "outbox_2032_02"}
    execute(
        processes,
        "INSERT INTO outbox (occurred_at, event_id, type, record_id, version, partition, envelope, sealed, attempts) "
        "VALUES ('2032-01-01', gen_random_uuid(), 't', gen_random_uuid(), 1, 1, '', false, 0)",
        "UPDATE outbox_2032_01 SET attempts = 1",
        "SELECT ensure_outbox_months('2031-12-31T23:30:00Z')",
    )
    processes.dispose()


def test_what_belonged_to_the_processes_is_taken_over(migrations: Migrations) -> None:
    with database("old", old=True) as roles:
        admin = create_engine(roles.superuser, isolation_level="AUTOCOMMIT")
        owner, processes = create_engine(roles.owner), create_engine(roles.processes)
        name = roles.role
        upgrade(processes, migrations.folder)
        execute(admin, f"ALTER DATABASE {name} OWNER TO {name}_owner", f"GRANT CONNECT ON DATABASE {name} TO {name}")
        with pytest.raises(MigrationError, match=f"belongs to {name}.*GRANT {name} TO"):
            upgrade(owner, migrations.folder, name)
        execute(processes, "INSERT INTO notes (subject) VALUES ('goes on')")
        execute(admin, f"GRANT {name} TO {name}_owner")
        migrations.add("20260102_bbbbbb", "20260101_aaaaaa", 'op.execute("no SQL")')
        with pytest.raises(Exception, match="no SQL"):
            upgrade(owner, migrations.folder, name)
        execute(processes, "INSERT INTO notes (subject) VALUES ('goes on')")
        migrations.remove("20260102_bbbbbb")
        upgrade(owner, migrations.folder, name)
        theirs = "SELECT count(*) FROM pg_class WHERE relowner = CAST(:role AS regrole)"
        assert value(owner, theirs, role=name) == 0
        execute(processes, "INSERT INTO notes (subject) VALUES ('goes on')")
        with pytest.raises(Exception, match="must be owner of table notes"):
            execute(processes, "ALTER TABLE notes ADD mine text")
        for engine in (admin, owner, processes):
            engine.dispose()
