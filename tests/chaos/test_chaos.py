"""The promises of docs/reliability.md hold under ten kills; `make chaos PROFILE=full` does the same at length."""

from __future__ import annotations

import os

import pytest

from tests.chaos.suite import run


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_promises_hold_while_processes_die() -> None:
    told: list[str] = []
    report = run("quick", int(os.environ.get("CRM_CHAOS_SEED", "1")), told.append)
    assert not report.broken, "\n".join([*told, report.text()])
