"""The filter language: its grammar, and that its two back ends mean the same."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from crm_chassis.contracts.filtering import And, Comparison, Field, Not, Or, comparisons, matches, parse
from crm_chassis.errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

CATALOGUE = {
    "name": Field("text", has_words=lambda _: None),
    "stage": Field("enum", names={"WON": "WON", "LOST": "LOST"}),
    "amount": Field("number"),
    "tags": Field("list"),
    "at": Field("time"),
    "open": Field("bool"),
    "owner_id": Field("id"),
}


def holds(text: str, **values: object) -> bool:
    return matches(parse(text), CATALOGUE, values)


def test_or_binds_tighter_than_and() -> None:
    a, b, c = (Comparison(name, "=", Decimal(1)) for name in "abc")
    assert parse("a = 1 OR b = 1 AND c = 1") == And((Or((a, b)), c))


def test_terms_side_by_side_are_a_conjunction() -> None:
    assert parse("a = 1 -b = 1") == And((Comparison("a", "=", Decimal(1)), Not(Comparison("b", "=", Decimal(1)))))


@pytest.mark.parametrize(
    ("text", "position"), [("name =", "6"), ("name", "1"), ("(a = 1", "6"), ("a = 1)", "6"), ("a == 1", "4")]
)
def test_a_mistake_is_named_by_its_position(text: str, position: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(text)
    assert "filter" in refused.value.errors
    assert f"character {position}" in refused.value.detail


def test_depth_and_length_are_bounded() -> None:
    with pytest.raises(InvalidInput, match="nested"):
        parse("(" * 200 + "a = 1" + ")" * 200)
    with pytest.raises(InvalidInput, match="comparisons"):
        parse(" AND ".join(["a = 1"] * 60))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('name : "acme"', True),
        ('name : "corp ac"', True),
        ('name : "cme"', False),
        ('name = "Acme Corp"', True),
        ("stage = won", True),
        ("stage != lost", True),
        ("amount >= 1000.5", True),
        ("amount < 1000", False),
        ('tags : "vip"', True),
        ("at > 2026-01-01", True),
        ("at <= 2026-01-01T00:00:00Z", False),
        ("open = true", True),
        ("NOT (open = true AND stage = lost)", True),
        ("owner_id = null", True),
        ("owner_id != null", False),
    ],
)
def test_python_back_end(text: str, expected: bool) -> None:
    values = {
        "name": "Acme Corp",
        "stage": "WON",
        "amount": Decimal("1000.50"),
        "tags": ["vip", "new"],
        "at": datetime(2026, 3, 1, tzinfo=UTC),
        "open": True,
        "owner_id": None,
    }
    assert holds(text, **values) is expected


@pytest.mark.parametrize(
    "text", ["stage = nowhere", "amount = many", "open = maybe", "at > soon", "stage > won", "tags = x", "secret = 1"]
)
def test_values_and_operators_must_fit_the_field(text: str) -> None:
    with pytest.raises(InvalidInput):
        holds(text, amount=Decimal(1), stage="WON", open=True, at=datetime.now(UTC), tags=["x"])


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        expression = parse(text)
    except InvalidInput:
        return
    assert expression is None or comparisons(expression)
