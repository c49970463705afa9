"""Schema changes: Alembic, one history per service, applied by `crm-<service> setup` and by nothing else.

A migration must work while the version before it is still running: add first, remove in a later release.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from crm_chassis.access import directory as directory
from crm_chassis.db import imports as imports
from crm_chassis.db import tables as tables
from crm_chassis.db.model import Base
from crm_chassis.db.outbox import CHANNEL, ensure_months

_CHASSIS_TABLES = (
    "outbox", "subject_keys", "history", "history_seals", "history_anchors", "requests", "inbox",
    "inbox_positions", "parked",
    "bus_subscriptions", "search_terms", "imports", "import_chunks", "import_errors", "directory_users",
    "directory_reports", "directory_team_members", "directory_user_territories", "directory_territories",
    "directory_teams",
)  # fmt: skip

_TRIGGERS = (
    f"CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS "
    # Transactions that notify are committed one after the other. So only one of those under way does, and whoever is
    # woken looks again for a while (crm_chassis.bus.relay).
    f"$$ BEGIN IF pg_try_advisory_xact_lock(hashtext('{CHANNEL}')) THEN PERFORM pg_notify('{CHANNEL}', ''); END IF; "
    "RETURN NULL; END $$",
    "CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox()",
    "CREATE TRIGGER history_notify AFTER INSERT ON history FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox()",
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the history is append-only'; END $$",
    "CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
)


def create_chassis_tables(op: Operations) -> None:
    """What every service's first migration creates beside its own tables."""
    connection = op.get_bind()
    for name in _CHASSIS_TABLES:
        Base.metadata.tables[name].create(connection)
    connection.execute(text("ALTER TABLE inbox SET (autovacuum_vacuum_scale_factor = 0.01)"))
    for statement in _TRIGGERS:
        connection.execute(text(statement))
    with Session(connection) as session:
        ensure_months(session, datetime.now(UTC))
        session.flush()


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, migrations: Path) -> None:
    """Brings the database to the newest version; several callers at once do it one after the other."""
    config = _config(migrations)
    script = ScriptDirectory.from_config(config)

    def run(revision: Any, _: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = '10min'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
        with EnvironmentContext(config, script, fn=run) as environment:
            environment.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
            environment.run_migrations()


def current(engine: Engine, migrations: Path) -> tuple[str | None, str | None]:
    """(version of the database, newest version known)."""
    with engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    return here, ScriptDirectory.from_config(_config(migrations)).get_current_head()


def _own_schema(name: str | None, type_: str, parents: Any) -> bool:
    return not (type_ == "table" and name is not None and (name.startswith("outbox_") or name == "alembic_version"))


_TEMPLATE = '''"""{message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
{imports}
revision = "{revision}"
down_revision = {down_revision!r}


def upgrade() -> None:
    {body}
'''


def revision(engine: Engine, migrations: Path, message: str) -> Path:
    """Writes a new migration with the difference between the models and the database; read it before you commit it."""
    (migrations / "versions").mkdir(parents=True, exist_ok=True)
    head = ScriptDirectory.from_config(_config(migrations)).get_current_head()
    number = f"{int(head) + 1 if head else 1:04d}"
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _own_schema})
        script = produce_migrations(context, Base.metadata)
    if head is None:
        assert script.upgrade_ops is not None
        script.upgrade_ops.ops = [o for o in script.upgrade_ops.ops if not _of_chassis(o)]
    body = render_python_code(script.upgrade_ops, migration_context=context)  # type: ignore[arg-type]
    body = "\n".join(line for line in body.splitlines() if "# ###" not in line).strip()
    imports = ""
    if head is None:
        imports = "\nfrom crm_chassis.db.migrations import create_chassis_tables\n"
        body = "create_chassis_tables(op)\n    " + body
    path = migrations / "versions" / f"{number}_{re.sub(r'[^a-z0-9]+', '_', message.lower())}.py"
    path.write_text(_TEMPLATE.format(message=message, imports=imports, revision=number, down_revision=head, body=body))
    return path


def _of_chassis(operation: Any) -> bool:
    return getattr(operation, "table_name", None) in _CHASSIS_TABLES


def differences(engine: Engine) -> list[Any]:
    """What the models say and the migrated database does not; empty if migrations are complete."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _own_schema})
        return list(compare_metadata(context, Base.metadata))
