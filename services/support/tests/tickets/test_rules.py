"""The status machine, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from crm_chassis.errors import DomainError
from crm_support.tickets.model import REACHABLE, Ticket, new_reference

START = datetime(2026, 3, 9, 9, tzinfo=UTC)
LATER = START + timedelta(hours=1)
STATUSES = ["NEW", "OPEN", "PENDING_CUSTOMER", "PENDING_INTERNAL", "RESOLVED", "CLOSED"]


def ticket(status: str = "NEW") -> Ticket:
    made = Ticket(subject="x", created_at=START, reopen_count=0)
    made.begin(7)
    if status in ("RESOLVED", "CLOSED"):
        made.resolve("done", START)
        if status == "CLOSED":
            made.close(START)
    else:
        made.move(status, START)
    return made


def outcome(status: str, verb: str, *arguments: object) -> str:
    made = ticket(status)
    try:
        getattr(made, verb)(*arguments, LATER)
    except DomainError as error:
        return error.reason if (error.status, made.status) == (409, status) else f"{error.status} {made.status}"
    return made.status


def test_every_written_step() -> None:
    table = {(old, new): outcome(old, "move", new) for old in STATUSES for new in STATUSES}

    assert {pair for pair, found in table.items() if found == pair[1]} == {
        (old, new) for old in STATUSES for new in STATUSES if old == new or new in REACHABLE.get(old, ())
    }
    assert {found for (old, new), found in table.items() if old in ("RESOLVED", "CLOSED") and old != new} == {
        "TICKET_NOT_OPEN"
    }
    assert table["OPEN", "NEW"] == "TICKET_STATUS_NOT_REACHABLE"
    assert table["OPEN", "RESOLVED"] == table["NEW", "CLOSED"] == "TICKET_STATUS_NEEDS_ACTION"


@pytest.mark.parametrize(
    ("verb", "arguments", "expected"),
    [
        ("resolve", ("done",), ["RESOLVED"] * 4 + ["TICKET_NOT_OPEN"] * 2),
        ("reopen", (), ["TICKET_STILL_OPEN"] * 4 + ["OPEN"] * 2),
        ("close", (), ["TICKET_NOT_RESOLVED"] * 4 + ["CLOSED", "TICKET_CLOSED"]),
    ],
)
def test_every_action(verb: str, arguments: tuple[str, ...], expected: list[str]) -> None:
    assert [outcome(status, verb, *arguments) for status in STATUSES] == expected


@pytest.mark.parametrize(
    ("author", "internal", "expected"),
    [
        ("AGENT", False, ["OPEN", "OPEN", "PENDING_CUSTOMER", "PENDING_INTERNAL", "RESOLVED", "TICKET_CLOSED"]),
        ("CUSTOMER", False, ["NEW", "OPEN", "OPEN", "PENDING_INTERNAL", "OPEN", "TICKET_CLOSED"]),
        ("AGENT", True, STATUSES),
        ("AUTOMATION", False, STATUSES),
    ],
)
def test_what_a_message_does_to_each_status(author: str, internal: bool, expected: list[str]) -> None:
    assert [outcome(status, "hear", author, internal) for status in STATUSES] == expected


def test_reopening_is_counted_and_forgets_the_end() -> None:
    made = ticket("CLOSED")
    assert (made.resolved_at, made.closed_at) == (START, START)

    made.reopen(LATER)

    assert (made.reopen_count, made.resolved_at, made.closed_at, made.resolution) == (1, None, None, "done")


def test_resolving_again_without_words_keeps_the_resolution() -> None:
    made = ticket("RESOLVED")
    made.reopen(LATER)
    made.resolve("", LATER)

    assert (made.resolution, made.resolved_at) == ("done", LATER)


def test_pauses_are_noted_once() -> None:
    made = ticket("PENDING_CUSTOMER")
    made.resolve("", LATER)
    made.reopen(LATER)

    assert made.pauses == [{"from": START.isoformat(), "to": LATER.isoformat()}]


def test_a_reference_cannot_be_guessed() -> None:
    references = {new_reference() for _ in range(1000)}

    assert len(references) == 1000
    assert all(len(one) * 5 >= 80 and set(one) <= set("abcdefghijklmnopqrstuvwxyz234567") for one in references)
