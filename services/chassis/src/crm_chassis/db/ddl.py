"""What a migration does beside Alembic's own operations; the only module of the suite that one may import.

A migration waits for a lock and works on a table for seconds only, because whoever comes after it waits too. What takes
longer is done outside the transaction, without holding up anybody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from alembic.operations.ops import CreateIndexOp
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex

from crm_chassis.errors import DomainError
from crm_chassis.logs import get_logger

LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "5s"
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the attempts to get locks. Whoever else wants them has its turn meanwhile."""
_LOCK_NOT_AVAILABLE, _DEADLOCK, _QUERY_CANCELED = "55P03", "40P01", "57014"

_INDEX = text(
    """
    SELECT i.indisvalid FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
    WHERE c.relname = :name AND c.relnamespace = current_schema()::regnamespace
    """
)
_IS_PARTITIONED = text("SELECT relkind = 'p' FROM pg_class WHERE oid = CAST(:table AS regclass)")
_PARTITIONS_WITHOUT = text(
    """
    SELECT c.relname FROM pg_inherits p JOIN pg_class c ON c.oid = p.inhrelid
    WHERE p.inhparent = CAST(:table AS regclass) AND NOT EXISTS (
        SELECT FROM pg_inherits a JOIN pg_index i ON i.indexrelid = a.inhrelid
        WHERE a.inhparent = CAST(:index AS regclass) AND i.indrelid = c.oid
    )
    ORDER BY c.relname
    """
)


class MigrationError(DomainError):
    """A migration cannot be carried out; what it had begun is undone, or is taken up again by the next set-up."""

    reason = "MIGRATION"
    status = 500


def limit(connection: Connection) -> None:
    """Lets every statement of the connection wait for a lock, and run, for seconds only."""
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))


def patiently(connection: Connection, what: str, work: Callable[[], None]) -> None:
    """Does something that needs locks, and once more after a pause if it does not get them.

    Raises MigrationError if they stay taken, or if a statement takes too long once it has them.
    """
    log = get_logger()
    for pause in (*PAUSES, None):
        try:
            return work()
        except OperationalError as error:
            connection.rollback()
            state = getattr(error.orig, "sqlstate", None)
            if state == _QUERY_CANCELED:
                raise MigrationError(
                    f"{what}: a statement took longer than {STATEMENT_TIMEOUT} while others waited for it, and was "
                    "undone. Rows are changed by a backfill, indexes are made by crm_chassis.db.ddl.create_index."
                ) from error
            if state not in (_LOCK_NOT_AVAILABLE, _DEADLOCK):
                raise
            if pause is None:
                raise MigrationError(
                    f"{what}: no lock within {LOCK_TIMEOUT}, {len(PAUSES) + 1} times. Somebody's long transaction has "
                    "it, see SELECT * FROM pg_stat_activity ORDER BY xact_start. Repeat the set-up."
                ) from error
            log.warning("migration waits for locks", what=what, seconds=pause)
            time.sleep(pause)


def create_index(name: str, table: str, columns: Sequence[Any], **options: Any) -> None:
    """An index on a table that may be filled, built while it is written to. Arguments are those of `op.create_index`.

    It stands in a migration without other changes: those before it would be committed, and made once more if it failed.
    May be repeated: what an interrupted attempt has left is used if it is whole, else removed. The partitions of a
    partitioned table are indexed one by one. Raises MigrationError if the migration has changed something already.
    """
    if op.get_bind().scalar(text("SELECT pg_current_xact_id_if_assigned()")) is not None:
        raise MigrationError(f"The index {name} needs a migration of its own: move the other changes to one before it.")
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        if connection.scalar(_IS_PARTITIONED, {"table": table}):
            _on_partitions(connection, name, table, columns, options)
        else:
            _concurrently(connection, name, table, columns, options)


class _OnlyOnParent(CreateIndex):
    """An index of a partitioned table that its partitions do not have yet."""


@compiles(_OnlyOnParent)
def _(element: _OnlyOnParent, compiler: Any, **kw: Any) -> str:
    return str(compiler.visit_create_index(element, **kw)).replace(" ON ", " ON ONLY ", 1)


def _on_partitions(
    connection: Connection, name: str, table: str, columns: Sequence[Any], options: dict[str, Any]
) -> None:
    if connection.scalar(_INDEX, {"name": name}) is None:
        connection.execute(_OnlyOnParent(CreateIndexOp(name, table, columns, **options).to_index()))
    partitions: Sequence[str] = connection.scalars(_PARTITIONS_WITHOUT, {"table": table, "index": name}).all()
    for partition in partitions:
        own = f"{partition}_{name.removeprefix(f'{table}_')}"
        _concurrently(connection, own, partition, columns, options)
        connection.execute(text(f"ALTER INDEX {name} ATTACH PARTITION {own}"))


def _concurrently(
    connection: Connection, name: str, table: str, columns: Sequence[Any], options: dict[str, Any]
) -> None:
    valid = connection.scalar(_INDEX, {"name": name})
    if valid:
        return
    with _unlimited(connection):
        if valid is False:
            connection.execute(text(f"DROP INDEX CONCURRENTLY {name}"))
        index = CreateIndexOp(name, table, columns, **options, postgresql_concurrently=True).to_index()
        connection.execute(CreateIndex(index))


@contextmanager
def _unlimited(connection: Connection) -> Iterator[None]:
    """Building an index waits for transactions to end and reads the whole table, and holds up nobody meanwhile."""
    connection.execute(text("SET lock_timeout = 0"))
    connection.execute(text("SET statement_timeout = 0"))
    try:
        yield
    finally:
        limit(connection)
