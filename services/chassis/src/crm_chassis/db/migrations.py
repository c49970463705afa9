"""Schema changes: Alembic, applied by `crm-<service> setup` and by nothing else.

The chassis tables have migrations of their own, beside this module, which come first; each service has those of its
tables. A migration must work while the version before it is still running: add first, remove in a later release.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, inspect, text

from crm_chassis.db import rights
from crm_chassis.db import tables as tables
from crm_chassis.db.base import Base
from crm_chassis.db.ddl import MigrationError, limit, patiently
from crm_chassis.logs import get_logger

TURN_SECONDS = 600
_WRITES_BY_FUNCTION = text("SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'write_history')")


@dataclass(frozen=True)
class Line:
    """Migrations that build on each other, and the table that says how far a database is."""

    folder: Path
    version_table: str

    def script(self) -> ScriptDirectory:
        """The migrations in `versions/` of the folder, as they are at this moment."""
        (self.folder / "versions").mkdir(parents=True, exist_ok=True)
        config = Config()
        config.set_main_option("script_location", str(self.folder))
        config.set_main_option("path_separator", "os")
        return ScriptDirectory.from_config(config)


CHASSIS = Line(Path(__file__).parent, "alembic_version_chassis")


def line_of(migrations: Path) -> Line:
    """The migrations of a service."""
    return Line(migrations, "alembic_version")


def upgrade(engine: Engine, migrations: Path, processes: str | None = None, sealer: str | None = None) -> None:
    """Brings the database to the newest version, first the chassis tables, then the service's.

    `processes` is the role that api and worker connect as, if it is not the engine's own: it gets the rights they need.
    `sealer` is the one that seals the history, if that is yet another.
    Several callers at once do it one after the other. Each migration is a transaction of its own: if one fails, those
    before it are done. Raises MigrationError if what it changes stays locked or it takes too long.
    """
    with engine.connect() as connection:
        try:
            limit(connection)
            _take_turn(connection)
            direct = inspect(connection).has_table("history") and not connection.scalar(_WRITES_BY_FUNCTION)
            replaced = sealer is not None and rights.is_sealed_by_another(connection, sealer)
            connection.commit()
            if processes is not None:
                rights.prepare(connection, processes)
            for line in (CHASSIS, line_of(migrations)):
                _upgrade(connection, line)
            if processes is not None:
                rights.settle(connection, processes, direct=direct, sealer=sealer, replaced=replaced)
        finally:
            connection.invalidate()  # the limits and the turn end with it


def _take_turn(connection: Connection) -> None:
    """Waits until nobody else migrates this database.

    It asks from outside, time and again: whoever waits inside the database has a snapshot, and an index that is built
    concurrently waits until all snapshots from before it are gone.
    """
    deadline = time.monotonic() + TURN_SECONDS
    while not connection.scalar(text("SELECT pg_try_advisory_lock(hashtext('migrations'))")):
        connection.rollback()
        if time.monotonic() > deadline:
            raise MigrationError(f"Another set-up has been migrating this database for {TURN_SECONDS} s. Look at it.")
        time.sleep(0.2)
    connection.commit()


def _upgrade(connection: Connection, line: Line) -> None:
    script = line.script()
    if line is CHASSIS:
        _recognise(connection, script)
    while True:
        heads = _context(connection, line).get_current_heads()
        connection.rollback()
        steps: list[RevisionStep] = script._upgrade_revs("heads", heads)  # type: ignore[arg-type]
        if not steps:
            return
        _apply(connection, line, steps[0])


def _recognise(connection: Connection, script: ScriptDirectory) -> None:
    """Version 0.1.0 made the chassis tables without noting it: then the first migration of them is done."""
    context = _context(connection, CHASSIS)
    if not context.get_current_heads() and inspect(connection).has_table("outbox"):
        base = script.get_base()
        assert base is not None
        context.stamp(script, base)
        log = get_logger()
        log.info("chassis tables of 0.1.0 recognised", revision=base)
    connection.commit()


def _context(connection: Connection, line: Line, **options: Any) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": line.version_table, **options})


def _apply(connection: Connection, line: Line, step: RevisionStep) -> None:
    """Carries out one migration in a transaction of its own."""

    def only(*_: object) -> list[RevisionStep]:
        connection.commit()  # what was read before does not belong to the migration
        return [step]

    def work() -> None:
        context = _context(connection, line, transaction_per_migration=True, fn=only)
        with Operations.context(context):
            context.run_migrations()
        connection.commit()

    patiently(connection, f"migration {step.info.up_revision_id}", work)
    log = get_logger()
    log.info("migrated", revision=step.info.up_revision_id)


def own_schema(name: str | None, type_: str, _: Any) -> bool:
    """Whether autogenerate compares it: the months of the outbox and the tables of Alembic are nobody's model."""
    return not (type_ == "table" and name is not None and name.startswith(("outbox_", "alembic_version")))


def differences(engine: Engine, tables: MetaData) -> list[Any]:
    """What the models say and the migrated database does not; empty if migrations are complete."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": own_schema})
        return list(compare_metadata(context, [Base.metadata, tables]))  # type: ignore[arg-type]
