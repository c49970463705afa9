"""Amounts are rounded half up, once per line, to what the currency can pay."""

from __future__ import annotations

from decimal import Decimal

import pytest
from crm_kit.errors import AmountTooLarge
from crm_kit.money import line_total, monies, rounded, share, total
from hypothesis import given
from hypothesis import strategies as st

decimals = st.decimals(min_value=0, max_value=100_000, places=4)
percents = st.decimals(min_value=0, max_value=100, places=2)
currencies = st.sampled_from(["USD", "JPY", "KWD"])
UNITS = {"USD": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}


@pytest.mark.parametrize(
    ("quantity", "unit_price", "discount", "currency", "expected"),
    [
        ("3", "19.99", "0", "USD", "59.97"),
        ("1", "100.00", "12.5", "USD", "87.50"),
        # 3 x 33.35 = 100.05; less 10 % = 90.045, a half, goes up.
        ("3", "33.35", "10", "USD", "90.05"),
        # 0.125 is a half of a cent up to 0.13; binary floating point or banker's rounding gives 0.12.
        ("1", "0.125", "0", "USD", "0.13"),
        ("2.5", "1.01", "0", "USD", "2.53"),
        # 7 x 150 = 1050; less 1 % = 1039.5 goes up to a whole yen.
        ("7", "150", "1", "JPY", "1040"),
        ("1", "999.4", "0", "JPY", "999"),
        # Three digits: 1.2345 goes up to 1.235.
        ("1", "1.2345", "0", "KWD", "1.235"),
        ("1", "1.2345", "0", "BHD", "1.235"),
        ("1", "50.00", "100", "USD", "0.00"),
        ("1", "-0.125", "0", "USD", "-0.13"),
        # Forty digits in between, none lost: 999999999.9999 x 999999999999.9999 x 0.000001.
        ("999999.9999", "999999.9999", "50", "USD", "499999999900.00"),
    ],
)
def test_line_total(quantity: str, unit_price: str, discount: str, currency: str, expected: str) -> None:
    found = line_total(Decimal(quantity), Decimal(unit_price), Decimal(discount), currency)

    assert str(found) == expected


def test_what_no_money_can_hold_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        line_total(Decimal(1_000_000_000), Decimal("999999999999"), Decimal(0), "USD")
    with pytest.raises(AmountTooLarge):
        total([Decimal("999999999999.99"), Decimal(1)])


def test_a_share_is_rounded_too() -> None:
    # 33.33 % of 100.05 is 33.346665.
    assert str(share(Decimal("100.05"), 33.33, "USD")) == "33.35"
    assert str(share(Decimal("1001"), 50.0, "JPY")) == "501"


def test_sums_of_several_currencies_are_told_in_the_order_of_the_currencies() -> None:
    told = monies({"USD": Decimal("2.50"), "EUR": Decimal("1000000"), "JPY": Decimal(0)})

    assert [(one.currency, one.amount) for one in told] == [("EUR", "1000000.00"), ("JPY", "0.00"), ("USD", "2.50")]
    assert monies({}) == []


@given(decimals, decimals, percents, currencies)
def test_a_total_is_whole_units_within_half_a_unit_of_the_exact_value(
    quantity: Decimal, unit_price: Decimal, discount: Decimal, currency: str
) -> None:
    found = line_total(quantity, unit_price, discount, currency)

    assert found % UNITS[currency] == 0
    # Integers of 1e-14 are exact: 4 digits of quantity, 4 of price, 4 of the percentage, 2 of percent itself.
    scaled = int(quantity * 10**4) * int(unit_price * 10**4) * int((100 - discount) * 10**4)
    assert abs(int(found * 1000) * 10**11 - scaled) <= int(UNITS[currency] * 1000) * 10**11 // 2


@given(decimals, decimals, percents, percents, currencies)
def test_more_discount_never_costs_more(
    quantity: Decimal, unit_price: Decimal, one: Decimal, other: Decimal, currency: str
) -> None:
    less, more = sorted((one, other))

    assert line_total(quantity, unit_price, more, currency) <= line_total(quantity, unit_price, less, currency)


@given(st.lists(decimals), currencies)
def test_the_sum_of_rounded_lines_is_whole_units_again(amounts: list[Decimal], currency: str) -> None:
    found = total([rounded(amount, currency) for amount in amounts])

    assert found == rounded(found, currency)
