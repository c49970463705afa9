"""Workers die in the middle of jobs, and nothing is lost, done twice or out of order."""

from __future__ import annotations

import secrets
from typing import Any

from tests.chaos import jobs


def test_a_thousand_jobs_and_twenty_kills(engine: Any, owner_engine: Any) -> None:
    seed = secrets.randbelow(10_000)
    said: list[str] = []
    url = engine.url.render_as_string(hide_password=False)

    faults = jobs.examine(owner_engine, url, 1_000, 20, seed, said.append)

    assert faults == [], f"seed {seed}: {said}"
