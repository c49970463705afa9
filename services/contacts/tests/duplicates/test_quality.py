"""The built-in rules find people who were written down twice, and few others, among people of real names."""

from __future__ import annotations

import pytest

from tests.bench.duplicates import DATA, Population, measure

needs_data = pytest.mark.skipif(
    not (DATA / "support_tickets.csv").is_file(), reason=f"the real files are not in {DATA}"
)


@needs_data
@pytest.mark.parametrize("seed", [1, 7])
def test_the_built_in_rules_find_most_and_little_else(seed: int) -> None:
    found = measure(Population(2_000, 300, seed))
    assert found.recall >= 0.90, found
    assert found.precision >= 0.95, found


@needs_data
def test_few_pairs_are_compared() -> None:
    """Those without a common key are not: of two million pairs, one in fifty is looked at."""
    found = measure(Population(2_000, 300))
    assert found.compared < 2_000 * 1_999 / 2 / 50
