"""Connections to a service's own database."""

from __future__ import annotations

import time
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from crm_chassis.metrics import DB_POOL_IN_USE, DB_POOL_SIZE, DB_STATEMENT_SECONDS

STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 3_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
VANISHED_MS = 10_000
"""A peer that has not acknowledged what was sent to it for so long has vanished."""
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


def make_engine(url: str, process: str, size: int, *, kept: int | None = None) -> Engine:
    """A pool of at most `size` connections; a caller waits at most two seconds for one.

    Once open, `kept` of them stay open, all of them if it is not said.
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
        connect_args=connect_options(process),
    )
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    # Asked of the pool when scraped: a connection that is detached or lost is never checked in.
    DB_POOL_IN_USE.set_function(pool.checkedout)
    DB_POOL_SIZE.set(size)
    event.listen(engine, "before_cursor_execute", _statement_begins)
    event.listen(engine, "after_cursor_execute", _statement_ends)
    return engine


def _statement_begins(connection: Connection, *_: object) -> None:
    connection.info["statement_began"] = time.perf_counter()


def _statement_ends(connection: Connection, *_: object) -> None:
    DB_STATEMENT_SECONDS.observe(time.perf_counter() - connection.info["statement_began"])
