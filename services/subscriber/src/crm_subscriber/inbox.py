"""What has been applied, and what waits, in two tables beside the effects.

One row for each record holds the version last applied. It is locked, compared and moved on in the transaction of the
effect, so a repetition changes nothing, and an effect without its row, or a row without its effect, cannot be. An
event that comes too early, fails, or stands behind one that does, is kept in the second table until its turn.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from crm_subscriber.event import Event

log = logging.getLogger("crm_subscriber")

BACKOFF = (1, 5, 30, 120, 600, 3600)
"""Seconds between the attempts of a handler that fails; the last one for ever."""

Handler = Callable[[Event, Any], object]
"""Called with the event and the connection. It may not commit, and has no effect but through the connection."""

_TABLES = (
    """CREATE TABLE IF NOT EXISTS crm_positions (
        consumer text NOT NULL, kind text NOT NULL, subject text NOT NULL, last bigint NOT NULL,
        PRIMARY KEY (consumer, kind, subject))""",
    """CREATE TABLE IF NOT EXISTS crm_held (
        consumer text NOT NULL, kind text NOT NULL, subject text NOT NULL, sequence bigint NOT NULL,
        event text NOT NULL, attempts integer NOT NULL, due double precision NOT NULL, error text NOT NULL,
        PRIMARY KEY (consumer, kind, subject, sequence))""",
)
# Locks the row of the record, or makes it; 0 says that nothing of the record has been applied.
_LOCK = """INSERT INTO crm_positions (consumer, kind, subject, last) VALUES (?, ?, ?, 0)
    ON CONFLICT (consumer, kind, subject) DO UPDATE SET last = crm_positions.last RETURNING last"""
_MOVE = "UPDATE crm_positions SET last = ? WHERE consumer = ? AND kind = ? AND subject = ?"
_HEAD = """SELECT sequence, event, attempts, due FROM crm_held
    WHERE consumer = ? AND kind = ? AND subject = ? ORDER BY sequence LIMIT 1"""
_HOLD = """INSERT INTO crm_held (consumer, kind, subject, sequence, event, attempts, due, error)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (consumer, kind, subject, sequence)
    DO UPDATE SET attempts = excluded.attempts, due = excluded.due, error = excluded.error
    WHERE excluded.attempts > 0"""
_RELEASE = "DELETE FROM crm_held WHERE consumer = ? AND kind = ? AND subject = ? AND sequence = ?"
_DUE = """SELECT h.kind, h.subject FROM crm_held h
    LEFT JOIN crm_positions p ON p.consumer = h.consumer AND p.kind = h.kind AND p.subject = h.subject
    WHERE h.consumer = ? AND (h.due <= ? OR (h.attempts = 0 AND h.sequence <= p.last + 1))
    AND h.sequence = (SELECT min(sequence) FROM crm_held f
        WHERE f.consumer = h.consumer AND f.kind = h.kind AND f.subject = h.subject)"""


class _Head(NamedTuple):
    sequence: int
    event: str
    attempts: int
    due: float


class Inbox:
    """Gives events to handlers by type. An event without a handler only counts as seen.

    `connection` is a connection of psycopg or sqlite3 in their usual, transactional mode; it belongs to the inbox, and
    `consumer` names it among those that share the database. Raises ValueError if the connection commits by itself.
    """

    def __init__(
        self,
        connection: Any,
        consumer: str,
        handlers: Mapping[str, Handler],
        gap_timeout: timedelta = timedelta(minutes=5),
        clock: Callable[[], float] = time.time,
    ) -> None:
        module = sys.modules[type(connection).__module__.split(".")[0]]
        autocommit = getattr(connection, "autocommit", False) is True
        if autocommit or (module.__name__ == "sqlite3" and connection.isolation_level is None):
            raise ValueError("the connection commits by itself: effect and inbox would not be one transaction")
        self._placeholder = "?" if module.paramstyle == "qmark" else "%s"
        self._connection = connection
        self._consumer = consumer
        self._handlers = handlers
        self._gap_seconds = gap_timeout.total_seconds()
        self._clock = clock

    def create_tables(self) -> None:
        """Makes the two tables where they are missing."""
        for statement in _TABLES:
            self._execute(statement)
        self._connection.commit()

    def receive(self, event: Event) -> None:
        """Applies an event, holds it or passes it over; afterwards it may be acknowledged.

        Raises only what the database raises: then nothing has changed, and the event must come again.
        """
        try:
            last, head = self._lock(event.kind, event.subject), self._head(event.kind, event.subject)
            if event.sequence <= last:
                self._connection.commit()
            elif head and head.sequence == event.sequence:
                self._connection.rollback()
            elif (head and head.sequence < event.sequence) or (last and event.sequence > last + 1):
                self._connection.rollback()
                self._hold(event, 0, self._clock() + self._gap_seconds, "")
            else:
                self._apply(event, attempts=0)
        except BaseException:
            self._connection.rollback()
            raise
        if head:
            self._work_off(event.kind, event.subject)

    def retry(self) -> None:
        """Takes what waits and is due; call it about every second. Raises what the database raises."""
        due = self._execute(_DUE, self._consumer, self._clock())
        self._connection.rollback()
        for kind, subject in due:
            self._work_off(kind, subject)

    def _work_off(self, kind: str, subject: str) -> None:
        while True:
            last, head = self._lock(kind, subject), self._head(kind, subject)
            if head is None:
                self._connection.rollback()
                return
            if head.sequence <= last:
                self._release(kind, subject, head.sequence)
                self._connection.commit()
                continue
            early = bool(last) and head.sequence > last + 1
            if (early or head.attempts) and head.due > self._clock():
                self._connection.rollback()
                return
            event = Event.read(head.event)
            if early:
                log.warning("%s of %s taken without %d to %d", event.type, subject, last + 1, head.sequence - 1)
            if not self._apply(event, head.attempts):
                return

    def _apply(self, event: Event, attempts: int) -> bool:
        handler = self._handlers.get(event.type)
        try:
            if handler:
                handler(event, self._connection)
            self._execute(_MOVE, event.sequence, self._consumer, event.kind, event.subject)
            self._release(event.kind, event.subject, event.sequence)
            self._connection.commit()
        except Exception as error:
            # If the database is away, this raises, and the event comes again without an attempt being counted.
            self._connection.rollback()
            pause = BACKOFF[min(attempts, len(BACKOFF) - 1)]
            self._hold(event, attempts + 1, self._clock() + pause, repr(error)[:1000])
            log.warning("%s of %s failed, again in %d s", event.type, event.subject, pause, exc_info=True)
            return False
        return True

    def _hold(self, event: Event, attempts: int, due: float, error: str) -> None:
        place = (self._consumer, event.kind, event.subject, event.sequence)
        self._execute(_HOLD, *place, json.dumps(event.envelope), attempts, due, error)
        self._connection.commit()

    def _lock(self, kind: str, subject: str) -> int:
        return int(self._execute(_LOCK, self._consumer, kind, subject)[0][0])

    def _head(self, kind: str, subject: str) -> _Head | None:
        rows = self._execute(_HEAD, self._consumer, kind, subject)
        return _Head(*rows[0]) if rows else None

    def _release(self, kind: str, subject: str, sequence: int) -> None:
        self._execute(_RELEASE, self._consumer, kind, subject, sequence)

    def _execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self._connection.cursor()
        cursor.execute(statement.replace("?", self._placeholder), values)
        rows = cursor.fetchall() if cursor.description else []
        # The connection may have been told to make something else of rows.
        return [tuple(row.values()) if isinstance(row, dict) else tuple(row) for row in rows]
