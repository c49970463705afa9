"""Alerts and dashboards ask for figures that exist, and alerts fire when they should."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml
from crm_chassis import metrics as chassis_metrics
from crm_gateway import metrics as gateway_metrics
from prometheus_client.metrics import MetricWrapperBase

from deploy.dev.catalogue import REPOSITORY
from tests.promql import DASHBOARDS, RULES, alerts, selections

PROMETHEUS = REPOSITORY / "deploy/prometheus"
RUNBOOK = (REPOSITORY / "deploy/README.md").read_text()
# Exposed by every process on Linux, without labels; and by Prometheus and RabbitMQ, which the suite only scrapes.
PROCESS = {
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_open_fds",
    "process_start_time_seconds",
}
FOREIGN = {
    "up": frozenset[str](),
    "rabbitmq_detailed_queue_messages": frozenset({"queue", "vhost"}),
    "rabbitmq_alarms_memory_used_watermark": frozenset[str](),
    "rabbitmq_alarms_free_disk_space_watermark": frozenset[str](),
}


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs promtool, skipping the test when there is none."""
    unpacked = REPOSITORY / ".run/tools/prometheus/usr/bin/promtool"
    program = shutil.which("promtool") or (str(unpacked) if unpacked.exists() else "")
    if not program:
        pytest.skip("promtool is not installed; it is in Debian's package prometheus")
    return subprocess.run([program, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False)


def registered() -> Iterator[tuple[str, frozenset[str]]]:
    """Names of the series the code can expose, with their labels."""
    for module in (chassis_metrics, gateway_metrics):
        for metric in vars(module).values():
            if isinstance(metric, MetricWrapperBase):
                labels = frozenset(metric._labelnames)
                for family in metric.describe():
                    suffixes = {"counter": ("_total",), "histogram": ("_count", "_sum"), "gauge": ("",)}[family.type]
                    yield from ((family.name + suffix, labels) for suffix in suffixes)
                    if family.type == "histogram":
                        yield f"{family.name}_bucket", labels | {"le"}
    replica = SimpleNamespace(service="sales", address="a:1", breaker=SimpleNamespace(state="closed"), in_flight=0)
    upstreams = cast(Any, SimpleNamespace(replicas=lambda: [replica]))
    for family in gateway_metrics.BreakerStates(upstreams).collect():
        yield family.name, frozenset(family.samples[0].labels)


def test_every_query_asks_for_figures_the_code_registers() -> None:
    known = dict(registered()) | dict.fromkeys(PROCESS, frozenset()) | FOREIGN
    wrong = [
        f"{one.where}: {one.metric} {sorted(one.labels)}"
        for one in selections()
        if one.metric not in known or not one.labels <= known[one.metric]
    ]
    assert not wrong


def test_every_figure_is_shown_somewhere() -> None:
    shown = {re.sub("_(bucket|sum|count)$", "", one.metric) for one in selections()}
    assert {re.sub("_(bucket|sum|count)$", "", name) for name, _ in registered()} <= shown


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_can_be_provisioned(path: Path) -> None:
    dashboard = json.loads(path.read_text())
    source = yaml.safe_load((REPOSITORY / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())
    uid = source["datasources"][0]["uid"]
    assert dashboard["uid"] == f"crm-{path.stem}"
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {uid}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, f"{panel['title']} overlaps"
        assert max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells


def test_every_alert_says_how_urgent_it_is_and_what_to_do() -> None:
    headings = {heading.lower() for heading in re.findall(r"^#+ (\w+)$", RUNBOOK, re.MULTILINE)}
    for alert in alerts():
        assert alert["labels"]["severity"] in ("page", "ticket")
        file, _, anchor = alert["annotations"]["runbook_url"].partition("#")
        assert file == "deploy/README.md"
        assert anchor == alert["alert"].lower()
        assert anchor in headings, f"{alert['alert']} has no section in the runbook"


def test_prometheus_accepts_the_configuration() -> None:
    found = promtool("check", "config", "prometheus.yml")
    assert found.returncode == 0, found.stdout + found.stderr


def test_prometheus_accepts_the_configuration_for_kubernetes(tmp_path: Path) -> None:
    """Debian's promtool knows no discovery in Kubernetes, so the targets are replaced."""
    document = yaml.safe_load((PROMETHEUS / "kubernetes.yml").read_text())
    document["rule_files"] = [str(RULES)]
    for job in document["scrape_configs"]:
        if job.pop("kubernetes_sd_configs", None):
            job["static_configs"] = [{"targets": ["pod:9200"]}]
    (tmp_path / "kubernetes.yml").write_text(yaml.safe_dump(document))
    found = promtool("check", "config", str(tmp_path / "kubernetes.yml"))
    assert found.returncode == 0, found.stdout + found.stderr


def test_alerts_fire_when_they_should_and_only_then() -> None:
    found = promtool("test", "rules", "rules_test.yml")
    assert found.returncode == 0, found.stdout + found.stderr
