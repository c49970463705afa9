"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Lists what failed for deploy.dev.testing, which tries it once more."""
    if report.failed and (list_ := os.environ.get("CRM_TEST_FAILED")):
        with open(list_, "a", encoding="utf-8") as file:
            file.write(f"{report.nodeid}\n")
