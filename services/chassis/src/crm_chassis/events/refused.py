"""Messages that nobody here can read: kept for an operator to look at, and out of the way of all others.

They come from a stranger, or from a service gone wrong. What they say is shown escaped, because it may be anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from crm_chassis.db.tables import Refused
from crm_chassis.logs import get_logger

KEPT = 1000
"""Those that come after so many are only counted and logged, so that a flood fills no disk."""
KEPT_FOR = timedelta(days=30)
BODY_BYTES = 64 * 1024
_TEXT = 500


def hold(engine: Engine, queue: str, *, exchange: str, routing_key: str, body: bytes | str, error: str) -> None:
    """Keeps the beginning of a message that came by a queue, and why it was refused; commits by itself."""
    shown = ascii(body if isinstance(body, str) else body.decode("latin-1"))[1:-1]
    log = get_logger()
    log.warning("message refused", queue=queue, error=error)
    with Session(engine) as session, session.begin():
        if count(session) < KEPT:
            session.add(
                Refused(
                    queue=queue,
                    exchange=ascii(exchange)[1:-1][:_TEXT],
                    routing_key=ascii(routing_key)[1:-1][:_TEXT],
                    body=shown[:BODY_BYTES],
                    error=ascii(error)[1:-1][:_TEXT],
                    held_at=func.now(),
                )
            )


def count(session: Session) -> int:
    """How many are kept."""
    return session.scalar(select(func.count()).select_from(Refused)) or 0


def forget_old(session: Session, now: datetime) -> None:
    """Forgets those that nobody has looked after for a month."""
    session.execute(delete(Refused).where(Refused.held_at < now - KEPT_FOR))
