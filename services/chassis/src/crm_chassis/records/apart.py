"""Many rows in one transaction, of which those that are refused do not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from crm_chassis.db.faults import is_outage

T = TypeVar("T")


def apply_apart(
    rows: Sequence[T],
    attempt: Callable[[Sequence[T]], int | None],
    is_refused: Callable[[T], bool],
    refuse: Callable[[T, Exception], None],
) -> None:
    """Applies rows together, without those that are refused.

    `attempt` applies rows in a savepoint. It marks those that it refuses before they change anything, and passes them
    over; for one that is refused later it undoes all and returns its place, and the others are done without it. If the
    database refuses a change, the row is found by halving and given to `refuse`.
    """
    if not rows:
        return
    try:
        culprit = attempt(rows)
    except Exception as error:
        if is_outage(error):
            raise
        if len(rows) == 1:
            refuse(rows[0], error)
            return
        middle = len(rows) // 2
        apply_apart(rows[:middle], attempt, is_refused, refuse)
        apply_apart(rows[middle:], attempt, is_refused, refuse)
    else:
        if culprit is not None:
            apply_apart([row for row in rows[:culprit] if not is_refused(row)], attempt, is_refused, refuse)
            apply_apart(rows[culprit + 1 :], attempt, is_refused, refuse)
