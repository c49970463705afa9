"""What alerts and dashboards ask for is what the running processes expose."""

from __future__ import annotations

import os
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually
from tests.promql import selections

pytestmark = pytest.mark.slow

Exposed = dict[str, set[frozenset[str]]]


def exposed(url: str) -> Exposed:
    """Names of the series a process exposes, each with the sets of labels seen: none where it has no series yet."""
    answer = httpx.get(url)
    assert answer.status_code == 200
    found: Exposed = {}
    for family in text_string_to_metric_families(answer.text):
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        for suffix in suffixes:
            found.setdefault(family.name + suffix, set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).add(frozenset(sample.labels))
    return found


@pytest.fixture(scope="module")
def processes(suite: Instance, admin: Api) -> dict[str, Exposed]:
    """What every process exposes after a little work: a page with all sections, and events applied from it."""
    account = admin.post("/v1/accounts", name="Observed Ltd")
    admin.get(f"/v1/accounts/{account['id']}/customer360")
    urls = {status.name: status.metrics for status in suite.processes() if status.metrics}
    eventually(lambda: exposed(urls["sales.worker"])["crm_inbox_applied_total"])
    return {name: exposed(url) for name, url in urls.items()}


def test_every_process_answers(processes: dict[str, Exposed], suite: Instance) -> None:
    asked = {status.name for status in suite.processes()} - {"postgres", "epmd", "rabbitmq", "mail"}
    assert set(processes) == asked
    assert all("process_start_time_seconds" in found for found in processes.values())


def test_workers_step_back_behind_requests(suite: Instance) -> None:
    nice = {status.name: os.getpriority(os.PRIO_PROCESS, status.pid) for status in suite.processes() if status.pid}
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert {name for name, value in nice.items() if value > ours} == {name for name in nice if ".worker" in name}


def test_every_figure_of_a_query_is_there(processes: dict[str, Exposed]) -> None:
    wrong: list[Any] = []
    for one in selections():
        seen = [found[one.metric] for found in processes.values() if one.metric in found]
        labels = set().union(*seen)
        if one.of_the_suite and (not seen or (labels and not any(one.labels <= found for found in labels))):
            wrong.append((one.where, one.metric, sorted(one.labels)))
    assert not wrong


def test_figures_of_alerts_begin_at_zero(processes: dict[str, Exposed]) -> None:
    """A counter that appears with its first failure shows no increase."""
    assert frozenset({"kind", "state"}) in processes["contacts.worker"]["crm_imports_finished_total"]
    assert frozenset({"reason"}) in processes["contacts.worker"]["crm_inbox_refused_total"]
