"""Writes migrations: the difference between the models and a database, in a form that a running suite stands.

Columns that may not be empty get a default on the server, so that the version before can go on inserting; indexes of
tables that are there already come in a second migration, because they are built outside a transaction.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import (
    AddColumnOp,
    CreateIndexOp,
    CreateTableOp,
    MigrateOperation,
    ModifyTableOps,
    UpgradeOps,
)
from alembic.runtime.migration import MigrationContext
from sqlalchemy import ARRAY, Column, DefaultClause, Engine, MetaData

from crm_chassis.db.base import Base
from crm_chassis.db.ddl import MigrationError
from crm_chassis.db.migrations import CHASSIS, Line, own_schema

_TEMPLATE = '''"""{message}"""

from __future__ import annotations

{imports}

revision = "{revision}"
down_revision = {down_revision}


def upgrade() -> None:
    {body}
'''
_IMPORTS = {
    "sa.": "import sqlalchemy as sa",
    "op.": "from alembic import op",
    "create_index(": "from crm_chassis.db.ddl import create_index",
    "postgresql.": "from sqlalchemy.dialects import postgresql",
}


def write(engine: Engine, line: Line, tables: MetaData, message: str, today: date | None = None) -> list[Path]:
    """Writes what the models of the line say and the database, which must be at its newest version, does not.

    `tables` are the service's own.

    Returns the files, in their order; read them before you commit them. Raises MigrationError for a new column that may
    not be empty and has no constant default.
    """
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": own_schema})
        at_once, indexes = _divided(_operations(context, line, tables))
    parts = [(message, _render(at_once, context))] if at_once or not indexes else []
    if indexes:
        title = f"{message}: indexes" if at_once else message
        parts.append((title, _render(indexes, context).replace("op.create_index(", "create_index(")))
    heads = line.script().get_heads()
    written = []
    for title, body in parts:
        revision = f"{today or datetime.now(UTC):%Y%m%d}_{secrets.token_hex(3)}"
        written.append(_write(line, revision, heads, title, body))
        heads = [revision]
    return written


def _operations(context: MigrationContext, line: Line, tables: MetaData) -> list[MigrateOperation]:
    """What makes the tables of the line as the models say."""
    script = produce_migrations(context, [Base.metadata, tables])  # type: ignore[arg-type]
    assert script.upgrade_ops is not None
    wanted = line.version_table == CHASSIS.version_table
    return [
        operation
        for operation in script.upgrade_ops.ops
        if (getattr(operation, "table_name", "") in Base.metadata.tables) == wanted
    ]


def _divided(operations: Iterable[MigrateOperation]) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """What is done in one transaction, and the indexes of tables that are there already."""
    at_once: list[MigrateOperation] = []
    indexes: list[MigrateOperation] = []
    created = set()
    for table in operations:
        for operation in table.ops if isinstance(table, ModifyTableOps) else [table]:
            if isinstance(operation, CreateTableOp):
                created.add(operation.table_name)
            if isinstance(operation, AddColumnOp):
                _give_default(operation.table_name, operation.column)
            later = isinstance(operation, CreateIndexOp) and operation.table_name not in created
            (indexes if later else at_once).append(operation)
    return at_once, indexes


def _give_default(table: str, column: Column[Any]) -> None:
    """Says to the server what the model says to a new object. PostgreSQL reads the text as a value of the type."""
    if column.nullable or column.server_default is not None or column.identity is not None:
        return
    value = _constant(column)
    if value is None or (isinstance(column.type, ARRAY) and value):
        raise MigrationError(
            f"{table}.{column.name} may not be empty, but would be in the rows that are there: give it a constant "
            "default, or let it be empty."
        )
    if isinstance(column.type, ARRAY):
        column.server_default = DefaultClause("{}")
    elif isinstance(value, (str, Decimal)):
        column.server_default = DefaultClause(str(value))
    else:
        column.server_default = DefaultClause(orjson.dumps(value).decode())


def _constant(column: Column[Any]) -> Any:
    """The value that the model gives a column, the same for every row; None if there is none."""
    default: Any = column.default
    if default is None or not (default.is_scalar or default.is_callable):
        return None
    if default.is_scalar:
        return default.arg
    value = default.arg(None)
    return value if value == default.arg(None) else None


def _render(operations: Sequence[MigrateOperation], context: MigrationContext) -> str:
    code = render_python_code(UpgradeOps(ops=list(operations)), migration_context=context)
    return "\n".join(line for line in code.splitlines() if "# ###" not in line).strip()


def _write(line: Line, revision: str, heads: Sequence[str], message: str, body: str) -> Path:
    before = {0: "None", 1: f'"{heads[0]}"' if heads else ""}.get(len(heads), repr(tuple(heads)))
    imports = [statement for name, statement in _IMPORTS.items() if re.search(rf"(?<![\w.]){re.escape(name)}", body)]
    path = line.folder / "versions" / f"{revision}_{re.sub(r'[^a-z0-9]+', '_', message.lower()).strip('_')}.py"
    path.write_text(
        _TEMPLATE.format(
            message=message, imports="\n".join(imports), revision=revision, down_revision=before, body=body
        )
    )
    return path
