"""Ranks: there is always one between two, and the newest comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm_chassis.ids import uuid7
from crm_sales.opportunities.ranks import between, entering, spread
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ids = st.builds(uuid7)
moments = st.datetimes(timezones=st.just(UTC))


@given(places=st.lists(st.floats(0, 1), min_size=1, max_size=300))
def test_there_is_room_at_every_place_of_every_order(places: list[float]) -> None:
    order: list[str] = []
    for place in places:
        at = round(place * len(order))
        above = order[at - 1] if at else ""
        below = order[at] if at < len(order) else ""
        order.insert(at, between(above, below, uuid7()))
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_two_in_the_same_gap_get_two_ranks() -> None:
    above, below = entering(NOON, uuid7()), entering(NOON - timedelta(days=1), uuid7())
    found = {between(above, below, uuid7()) for _ in range(100)}
    assert len(found) == 100
    assert all(above < rank < below for rank in found)


def test_what_does_not_stand_in_order_has_nothing_between() -> None:
    rank = entering(NOON, uuid7())
    for above, below in ((rank, rank), (rank, entering(NOON + timedelta(days=1), uuid7()))):
        with pytest.raises(ValueError, match="does not stand before"):
            between(above, below, uuid7())


@given(one=moments, other=moments, id_=ids)
def test_who_enters_later_stands_above(one: datetime, other: datetime, id_: str) -> None:
    assert (one > other) == (entering(one, id_) < entering(other, id_))


@given(moment=moments, id_=ids)
def test_there_is_room_above_and_below_every_entrance(moment: datetime, id_: str) -> None:
    rank = entering(moment, id_)
    assert between("", rank, id_) < rank < between(rank, "", id_)


@given(count=st.integers(0, 250))
def test_what_is_spread_keeps_its_order_and_is_short(count: int) -> None:
    above, below = entering(NOON, uuid7()), entering(NOON - timedelta(hours=1), uuid7())
    for edges in (("", ""), (above, ""), ("", below), (above, below)):
        found = spread(*edges, [uuid7() for _ in range(count)])
        assert found == sorted(set(found))
        assert all(edges[0] < rank and (not edges[1] or rank < edges[1]) for rank in found)
        assert max(map(len, found), default=0) <= 30


def test_the_database_ranks_as_we_do(engine: Any) -> None:
    query = text("SELECT rank_on_entering(:at, CAST(:id AS uuid))")
    with engine.connect() as connection:
        for moment in (NOON, NOON + timedelta(microseconds=1), datetime(1, 1, 1, tzinfo=UTC),
                       datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)):  # fmt: skip
            id_ = uuid7()
            assert connection.scalar(query, {"at": moment, "id": id_}) == entering(moment, id_)
