"""Shares may not make lists dear: an index leads to what is shared, and nothing reads what is not."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from tests.bench.sharing import measure

ASKED = os.environ.get("CRM_SHARING_RECORDS", "")
RECORDS = int(ASKED or "5000")
MOST = 4.0
"""Far above what is measured, and far below what reading all records would cost."""


@pytest.mark.skipif(not ASKED, reason="times on a machine that does other work say nothing: CRM_SHARING_RECORDS=100000")
def test_a_list_costs_hardly_more_with_shares(engine: Any, owner_engine: Any) -> None:
    costs = measure(engine, owner_engine, RECORDS, RECORDS // 20, calls=30)
    for name, cost in costs.items():
        sys.stdout.write(f"{name}: {cost.before:.2f} -> {cost.after:.2f} ms, x {cost.ratio:.2f}\n")
    assert {name: round(cost.ratio, 1) for name, cost in costs.items() if cost.ratio > MOST} == {}
