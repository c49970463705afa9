"""Records that are judged together once they are written, before anything of them is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from crm_chassis.errors import RuleViolated
from crm_chassis.records.tx import Transaction, Verdict
from crm_chassis.testing import unique, user
from crm_shop.orders import Order

ADMIN = user()


class Judge:
    """Refuses the orders that it is told to, and shows the others something."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, bool]] = []

    def __call__(self, _: Transaction, written: Sequence[tuple[Any, Any]], answered: bool) -> Iterable[Verdict]:
        self.asked.append((len(written), answered))
        for record, about in written:
            if about == "refuse":
                yield Verdict(record, refused=RuleViolated("no"))
            else:
                yield Verdict(record, shows={"shown": about})


def order(tx: Transaction) -> Any:
    return tx.add(Order(name=unique("order")))


def test_all_are_judged_at_once_and_the_answer_shows_what_was_said(begin: Any) -> None:
    judge = Judge()
    with begin(as_=ADMIN) as tx:
        orders = [order(tx) for _ in range(3)]
        for number, one in enumerate(orders):
            tx.await_verdict(judge, one, f"said {number}")
        assert tx.awaiting == orders
        tx.settle()
        assert [one.shown for one in orders] == ["said 0", "said 1", "said 2"]
        assert tx.awaiting == []
    assert judge.asked == [(3, True)]


def test_one_that_may_not_stay_undoes_the_call(begin: Any) -> None:
    judge = Judge()
    with pytest.raises(RuleViolated), begin(as_=ADMIN) as tx:
        tx.await_verdict(judge, order(tx), "refuse")


def test_who_asks_is_told_which_may_not_stay(begin: Any) -> None:
    judge = Judge()
    with begin(as_=ADMIN) as tx:
        good, bad = order(tx), order(tx)
        tx.await_verdict(judge, good, "fine")
        tx.await_verdict(judge, bad, "refuse")
        assert list(tx.verdicts()) == [bad]
        assert tx.verdicts() == {}
        assert not hasattr(good, "shown")
        tx.forget()
        tx.session.rollback()
    assert judge.asked == [(2, False)]
