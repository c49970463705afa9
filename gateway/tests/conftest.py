"""Fixtures: the gateway in front of stand-ins for its services."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# The test modules share gateway_harness, which is part of no package.
sys.path.insert(0, str(Path(__file__).parent))

from gateway_harness import Client, Suite


@pytest.fixture(scope="session")
def _suite() -> Iterator[Suite]:
    suite = Suite()
    yield suite
    suite.stop()


@pytest.fixture
def suite(_suite: Suite) -> Iterator[Suite]:
    """The gateway with its services; what a test sets is forgotten after it."""
    _suite.reset()
    yield _suite
    _suite.reset()


@pytest.fixture
def admin(suite: Suite) -> Client:
    """A client that may do everything."""
    return suite.client()


@pytest.fixture
def make_suite() -> Iterator[Callable[..., Suite]]:
    """Builds gateways with settings of their own."""
    made: list[Suite] = []

    def make(**settings: Any) -> Suite:
        made.append(Suite(**settings))
        return made[-1]

    yield make
    for suite in made:
        suite.stop()
