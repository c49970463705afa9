"""Links without log-in: each for one purpose, until its time is over, and once if it says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from crm_chassis.errors import LinkExpired, LinkSpent, NotFound
from crm_chassis.ids import uuid7
from crm_chassis.links import Links
from hypothesis import given
from hypothesis import strategies as st

KEY = bytes(range(32))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
RESETS, INVITATIONS = Links(KEY, "crm_identity", "reset"), Links(KEY, "crm_identity", "invitation")


def test_a_link_says_what_it_is_about_for_its_purpose_only() -> None:
    record_id = uuid7()
    token = RESETS.token(record_id)

    assert RESETS.read(token, NOW).record_id == record_id
    assert RESETS.token(record_id) == token
    for others in (INVITATIONS, Links(KEY, "crm_marketing", "reset"), Links(bytes(32), "crm_identity", "reset")):
        with pytest.raises(NotFound):
            others.read(token, NOW)


def test_a_link_ends_with_its_time() -> None:
    token = RESETS.token(uuid7(), expires_at=NOW + timedelta(hours=1))

    assert RESETS.read(token, NOW + timedelta(minutes=59))
    with pytest.raises(LinkExpired):
        RESETS.read(token, NOW + timedelta(hours=1))


def test_a_link_ends_with_the_state_that_it_was_made_in() -> None:
    token = RESETS.token(uuid7(), expires_at=NOW + timedelta(hours=1), state=b"hash of the old password")
    link = RESETS.read(token, NOW)

    link.check(b"hash of the old password")
    with pytest.raises(LinkSpent):
        link.check(b"hash of the new password")
    with pytest.raises(LinkSpent):
        RESETS.read(RESETS.token(uuid7(), expires_at=NOW + timedelta(hours=1)), NOW).check(b"hash of the old password")
    with pytest.raises(LinkSpent):
        RESETS.read(RESETS.token(uuid7()), NOW).check(b"")


@given(st.text(max_size=100))
def test_anything_else_is_not_one_of_ours(token: str) -> None:
    with pytest.raises(NotFound):
        RESETS.read(token, NOW)


@given(st.integers(0, 50), st.integers(0, 7))
def test_a_changed_link_is_not_one_of_ours(place: int, bit: int) -> None:
    token = bytearray(RESETS.token("01a200c7-6a2d-7ff4-8cce-cebf3181a056", state=b"x").encode())
    token[place] ^= 1 << bit

    with pytest.raises(NotFound):
        RESETS.read(token.decode("latin-1"), NOW)
