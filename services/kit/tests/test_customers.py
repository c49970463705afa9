"""A timeline is one statement over all that happened, newest first, from any position on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.common.v1 import timelines_pb2
from crm_chassis.db.base import Id, Moment
from crm_chassis.errors import InvalidInput
from crm_chassis.ids import uuid7
from crm_kit.customers import DEFAULT_ENTRIES, concerns, entries, is_contact, parameters, timeline
from sqlalchemy import Select, String, column, insert, select, values

from .tables import Deal

START = datetime(2026, 1, 1, tzinfo=UTC)


def branch(kind: str, *happened: tuple[str, int]) -> Select[Any]:
    """Entries with an id and the day of January 2026 they are of."""
    columns = (column("id", Id), column("at", Moment), column("kind", String))
    rows = [(id_, START + timedelta(days=day - 1), kind) for id_, day in happened]
    table = values(*columns, name=kind.replace(".", "_")).data(rows)
    return select(
        table.c.id.label("id"), table.c.at.label("at"), table.c.kind.label("kind"), table.c.kind.label("title"),
        table.c.kind.label("record_type"), table.c.id.label("record_id"), table.c.kind.label("actor_id"),
    )  # fmt: skip


def before(day: int, id_: str = "", **more: Any) -> timelines_pb2.TimelinePosition:
    position = timelines_pb2.TimelinePosition(before_id=id_, **more)
    position.before.FromDatetime(START + timedelta(days=day - 1))
    return position


def ids(begin: Any, branches: list[Select[Any]], position: timelines_pb2.TimelinePosition | None = None) -> list[str]:
    with begin() as tx:
        return [entry.id for entry in entries(tx.session.execute(timeline(branches, position)), "kit")]


def test_branches_are_merged_newest_first(begin: Any) -> None:
    a, b, c, d = sorted(uuid7() for _ in range(4))
    branches = [branch("call", (a, 1), (b, 3)), branch("ticket.created", (c, 3), (d, 2))]

    assert ids(begin, branches) == [c, b, d, a]


def test_a_position_goes_on_where_the_page_before_ended(begin: Any) -> None:
    a, b, c, d = sorted(uuid7() for _ in range(4))
    branches = [branch("call", (a, 1), (b, 3)), branch("ticket.created", (c, 3), (d, 2))]

    assert ids(begin, branches, before(3, c)) == [b, d, a]
    assert ids(begin, branches, before(3)) == [d, a]
    assert ids(begin, branches, timelines_pb2.TimelinePosition(limit=1)) == [c]
    assert ids(begin, branches, before(3, b, limit=1)) == [d]


def test_only_the_kinds_that_are_asked_for(begin: Any) -> None:
    a, b = uuid7(), uuid7()
    branches = [branch("call", (a, 1)), branch("ticket.created", (b, 2))]

    assert ids(begin, branches, timelines_pb2.TimelinePosition(kinds=["CALL", "email"])) == [a]
    assert ids(begin, branches, timelines_pb2.TimelinePosition(kinds=["email"])) == []


def test_a_page_has_a_length_where_nobody_says_one(begin: Any) -> None:
    many = [(uuid7(), day) for day in range(1, DEFAULT_ENTRIES + 6)]
    newest = [id_ for id_, _ in many[: -DEFAULT_ENTRIES - 1 : -1]]

    assert ids(begin, [branch("call", *many)]) == newest


def test_a_customer_is_a_contact_or_an_account_with_its_people() -> None:
    contact = timelines_pb2.CustomerRef(contact_id="c")
    account = timelines_pb2.CustomerRef(account_id="a", contact_ids=["c"])

    assert (parameters(contact), is_contact(contact)) == ({"contact_id": "c"}, True)
    assert (parameters(account), is_contact(account)) == ({"account_id": "a", "contact_ids": ["c"]}, False)
    with pytest.raises(InvalidInput):
        parameters(timelines_pb2.CustomerRef())


def test_what_concerns_an_account_is_its_own_and_that_of_its_people(begin: Any) -> None:
    account, person, stranger = uuid7(), uuid7(), uuid7()
    of_account, of_person, of_stranger = uuid7(), uuid7(), uuid7()
    rows = [(of_account, account, None), (of_person, None, person), (of_stranger, None, stranger)]

    def concerning(**customer: Any) -> set[str]:
        ref = timelines_pb2.CustomerRef(**customer)
        query = select(Deal.id).where(concerns(Deal, is_contact(ref)))
        with begin() as tx:
            return set(tx.execute(query, **parameters(ref)).scalars())

    with begin() as tx:
        tx.session.execute(
            insert(Deal), [{"id": id_, "name": "", "account_id": a, "contact_id": c} for id_, a, c in rows]
        )
    assert concerning(contact_id=person) == {of_person}
    assert concerning(account_id=account) == {of_account}
    assert concerning(account_id=account, contact_ids=[person]) == {of_account, of_person}
