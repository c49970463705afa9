"""The arithmetic of sales figures."""

from __future__ import annotations

from decimal import Decimal

from crm_reporting.deals.tally import Tally

SOME = Tally(won=3, lost=1, open=8, priced=3, won_amount=Decimal(600), open_amount=Decimal(50), won_days=60.0)


def test_velocity_is_open_deals_times_win_rate_times_average_deal_by_cycle() -> None:
    assert SOME.win_rate == 0.75
    assert SOME.average_deal == Decimal("200.00")
    assert SOME.cycle_days == 20.0
    assert SOME.velocity == Decimal("60.00")  # 8 x 0.75 x 200 / 20


def test_nothing_is_known_of_no_deals() -> None:
    nothing = Tally(open=5)

    assert (nothing.win_rate, nothing.average_deal, nothing.cycle_days, nothing.velocity) == (None,) * 4


def test_deals_won_in_no_time_have_no_velocity() -> None:
    assert Tally(won=1, open=1, priced=1, won_amount=Decimal(10)).velocity is None


def test_deals_won_within_a_day_have_no_velocity_per_day() -> None:
    assert Tally(won=2, open=1, priced=2, won_amount=Decimal(10), won_days=1.9).velocity is None
    assert Tally(won=2, open=1, priced=2, won_amount=Decimal(10), won_days=2.0).velocity == Decimal("5.00")


def test_only_priced_deals_make_the_average() -> None:
    assert Tally(won=2, priced=1, won_amount=Decimal(100)).average_deal == Decimal("100.00")


def test_tallies_add_up() -> None:
    assert Tally(6, 2, 16, 6, Decimal(1200), Decimal(100), 120.0) == SOME + SOME
    assert SOME.deals == 12
