"""What administrators see as the budget of a page is what the bench holds it to."""

from __future__ import annotations

from crm.identity.v1 import console_timings_pb2 as messages
from crm_identity.console_timings.model import budget_of

from tests.bench.console import MOST


def test_the_product_and_the_bench_have_the_same_budgets() -> None:
    budgets = {
        "list painted": budget_of(messages.PAINTED, messages.LIST),
        "customer-360 painted": budget_of(messages.PAINTED, messages.CUSTOMER),
        "hit painted after a key": budget_of(messages.SEARCH, messages.HOME),
        "interaction to next paint": budget_of(messages.INTERACTION, messages.HOME),
    }
    assert budgets == {name: MOST[name] for name in budgets}
