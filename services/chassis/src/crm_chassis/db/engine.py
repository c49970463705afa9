"""Connections to a service's own database."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import orjson
import psycopg
from psycopg.types.string import TextLoader
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from crm_chassis.clock import system_clock
from crm_chassis.db.faults import DATA_EXCEPTION_CLASS
from crm_chassis.metrics import DB_POOL_IN_USE, DB_POOL_SIZE, DB_STATEMENT_SECONDS

STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 3_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
SAME_TIME = timedelta(seconds=1)
"""Clocks that differ by less show the same time."""
VANISHED_MS = 10_000
"""A peer that has not acknowledged what was sent to it for so long has vanished."""
_BEHIND = "clock_behind"
# An idle connection is asked for a sign of life; without an answer it is given up after twice the time of above.
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}


def connect_options(process: str) -> dict[str, Any]:
    """What every connection of the suite is opened with: a name, and limits on what it may hold up.

    Both ends give up one whose packets get lost: the client so that it does not wait for an answer for ever, the
    server so that the locks of a vanished client are free for its successor.
    """
    session = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
        "TimeZone": "UTC",
        "tcp_user_timeout": VANISHED_MS,
        **{f"tcp_{name}": seconds for name, seconds in _KEEPALIVE.items()},
    }
    return {
        "application_name": process,
        "connect_timeout": 3,
        "tcp_user_timeout": VANISHED_MS,
        **_KEEPALIVE,
        "options": " ".join(f"-c {name}={value}" for name, value in session.items()),
    }


def make_engine(url: str, process: str, size: int, *, kept: int | None = None, measured: bool = True) -> Engine:
    """A pool of at most `size` connections; a caller waits at most two seconds for one.

    Once open, `kept` of them stay open, all of them if it is not said. The metrics are of the pool that is `measured`.
    """
    kept = size if kept is None else kept
    engine = create_engine(
        url,
        pool_size=kept,
        max_overflow=size - kept,
        pool_timeout=2,
        pool_recycle=1800,
        # The connection used last has the statements of late prepared and its data at hand.
        pool_use_lifo=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        hide_parameters=True,
        connect_args=connect_options(process),
    )
    if measured:
        pool = engine.pool
        assert isinstance(pool, QueuePool)
        # Asked of the pool when scraped: a connection that is detached or lost is never checked in.
        DB_POOL_IN_USE.set_function(pool.checkedout)
        DB_POOL_SIZE.set(size)
    event.listen(engine, "connect", _ids_as_text)
    event.listen(engine, "connect", _compare_clocks)
    event.listen(engine, "handle_error", _hide_values)
    event.listen(engine, "before_cursor_execute", _statement_begins)
    event.listen(engine, "after_cursor_execute", _statement_ends)
    return engine


def _ids_as_text(connection: psycopg.Connection[Any], _: object) -> None:
    """Reads ids as the text that they are everywhere in the suite: to make objects of them first takes far longer."""
    connection.adapters.register_loader("uuid", TextLoader)


def _compare_clocks(connection: psycopg.Connection[Any], record: ConnectionPoolEntry) -> None:
    """Notes by how much the clock of this process is wrong, so that nobody has to ask the database for each write.

    The answer has been on its way for a moment, so little differences say nothing.
    """
    ((now,),) = connection.execute("SELECT clock_timestamp()").fetchall()
    connection.rollback()
    behind = now - system_clock()
    record.info[_BEHIND] = behind if abs(behind) > SAME_TIME else timedelta(0)


def database_time(connection: Connection) -> datetime:
    """What time it is by the clock of the database, as far as is known without asking."""
    return system_clock() + connection.info.get(_BEHIND, timedelta(0))


def _hide_values(context: ExceptionContext) -> None:
    """Takes the values of rows out of what an error says: it goes to logs, and to operators with parked events.

    The detail of an error quotes the row; so does the message itself if a value is not what its type can hold.
    """
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if not isinstance(error, psycopg.Error) or error.sqlstate is None:
        return
    said = "" if error.sqlstate.startswith(DATA_EXCEPTION_CLASS) else error.diag.message_primary or ""
    error.args = (said or f"SQLSTATE {error.sqlstate}",)
    if wrapped is not None:
        wrapped.args = (f"({type(error).__name__}) {error}",)


def _statement_begins(connection: Connection, *_: object) -> None:
    connection.info["statement_began"] = time.perf_counter()


def _statement_ends(connection: Connection, *_: object) -> None:
    DB_STATEMENT_SECONDS.observe(time.perf_counter() - connection.info["statement_began"])
