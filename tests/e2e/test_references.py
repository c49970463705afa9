"""A reference that was taken while its owner was down: the owner answers by an event once it is back."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crm_chassis.ids import uuid7

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

OWNER = ("marketing.api", "marketing.worker")


@pytest.fixture
def hold_owner(suite: Instance) -> Iterator[Callable[[], Callable[[], None]]]:
    """Stops marketing; what it returns brings it back."""
    held: list[str] = []

    def hold() -> Callable[[], None]:
        for name in OWNER:
            suite.hold(name)
            held.append(name)
        return bring_back

    def bring_back() -> None:
        while held:
            suite.release(held.pop())
        suite.wait_ready(60)

    yield hold
    bring_back()


def listed(suite: Instance) -> str:
    """What `crm-sales references` says."""
    command = suite.command("crm-sales", "references")
    return subprocess.run(command, env=suite.env_for("sales.worker"), capture_output=True, text=True, check=True).stdout


def test_a_reference_taken_while_its_owner_was_down_is_told_when_it_is_back(
    suite: Instance, admin: Api, hold_owner: Callable[[], Callable[[], None]]
) -> None:
    never, name = uuid7(), f"Deal {secrets.token_hex(4)}"
    campaign = admin.post("/v1/campaigns", name=name, channel="EMAIL")

    bring_back = hold_owner()
    good = admin.post("/v1/opportunities", name=name, campaign_id=campaign["id"])
    bad = admin.post("/v1/opportunities", name=name, campaign_id=never)
    assert bad["campaign_id"] == never
    bring_back()

    def told() -> dict[str, dict[str, Any]]:
        page = admin.get("/v1/notifications", page_size=200)["notifications"]
        return {one["record_id"]: one for one in page}

    found = eventually(lambda: told().get(bad["id"]), 60)
    assert (found["kind"], found["resource"]) == ("REFERENCE_DANGLING", "opportunities")
    assert f"crm.sales.opportunity -> crm.marketing.campaign {never}" in listed(suite)
    assert good["id"] not in told()
    assert campaign["id"] not in listed(suite)
