"""What happened is told, and an operator checks with one command that nobody has changed it."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

pytestmark = pytest.mark.slow

ANCHORED = 150
"""Seconds until identity has an anchor for certain: they are made every minute."""


def run(suite: Instance, service: str, *arguments: str, given: str = "") -> tuple[int, list[dict[str, Any]]]:
    """How a command of a service ends, and the lines that it prints."""
    done = subprocess.run(
        suite.command(f"crm-{service}", *arguments), env=suite.env_for(f"{service}.worker"), input=given,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_a_trail_is_compared_with_the_anchors_in_identity(suite: Instance, admin: Api) -> None:
    admin.post("/v1/accounts", name="Anchored")

    def kept() -> list[dict[str, Any]]:
        return [one for one in run(suite, "identity", "history", "anchors")[1] if one["service"] == "contacts"]

    anchors = eventually(kept, ANCHORED)
    given = "".join(f"{json.dumps(one)}\n" for one in anchors)
    ended, (verdict,) = run(suite, "contacts", "history", "verify", "--anchors", "-", given=given)
    assert (ended, verdict["fault"]) == (0, "")
    longer = anchors[-1] | {"seq": verdict["checked"] + 1000}
    ended, (verdict,) = run(suite, "contacts", "history", "verify", "--anchors", "-", given=json.dumps(longer))
    assert (ended, verdict["fault"]) == (1, f"anchor {longer['seq']} does not match the chain")
