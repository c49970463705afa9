"""The queries of the alert rules and dashboards, and what they ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import promql_parser
import yaml

from deploy.dev.catalogue import REPOSITORY

RULES = REPOSITORY / "deploy/prometheus/rules.yml"
DASHBOARDS = sorted((REPOSITORY / "deploy/grafana/dashboards").glob("*.json"))
# Labels that Prometheus gives to every series it scrapes, see deploy/prometheus/prometheus.yml.
TARGET_LABELS = frozenset({"job", "process", "instance"})


@dataclass(frozen=True)
class Selection:
    """A metric in a query with the labels it must have."""

    where: str
    metric: str
    labels: frozenset[str]

    @property
    def of_the_suite(self) -> bool:
        """Exposed by the suite's processes; the others come from Prometheus or the broker."""
        return self.metric.startswith(("crm_", "process_"))


def alerts() -> list[dict[str, Any]]:
    """The alert rules."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def queries() -> Iterator[tuple[str, str]]:
    """(where it stands, PromQL) of every alert, panel and dashboard variable."""
    for alert in alerts():
        yield alert["alert"], alert["expr"]
    for path in DASHBOARDS:
        dashboard = json.loads(path.read_text())
        variables = [variable["name"] for variable in dashboard["templating"]["list"]]
        for variable in dashboard["templating"]["list"]:
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["definition"])
            assert found, variable["definition"]
            yield f"{path.name}: ${variable['name']}", f"count by ({found[2]}) ({found[1]})"
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                query = target["expr"].replace("$__rate_interval", "5m")
                for name in variables:
                    query = query.replace(f"${name}", ".+")
                yield f"{path.name}: {panel['title']}", query


def selections() -> list[Selection]:
    """What all queries select."""
    return [one for where, query in queries() for one in _selected(where, promql_parser.parse(query), frozenset())]


def _selected(where: str, node: Any, grouped: frozenset[str]) -> Iterator[Selection]:
    """The selectors below a node; labels an aggregation keeps must come from what it aggregates."""
    match node:
        case promql_parser.AggregateExpr():
            labels = frozenset(node.modifier.labels) if node.modifier else frozenset()
            yield from _selected(where, node.expr, labels)
        case promql_parser.Call():
            if node.func.name == "label_replace":
                made, source = node.args[1].val, node.args[3].val
                grouped = grouped - {made} | {source}
            for argument in node.args:
                yield from _selected(where, argument, grouped)
        case promql_parser.BinaryExpr():
            yield from _selected(where, node.lhs, grouped)
            yield from _selected(where, node.rhs, grouped)
        case promql_parser.ParenExpr() | promql_parser.UnaryExpr():
            yield from _selected(where, node.expr, grouped)
        case promql_parser.MatrixSelector():
            yield from _selected(where, node.vector_selector, grouped)
        case promql_parser.VectorSelector():
            matched = {matcher.name for matcher in node.matchers.matchers}
            yield Selection(where, node.name or "", frozenset(matched | grouped) - TARGET_LABELS)
        case promql_parser.NumberLiteral() | promql_parser.StringLiteral():
            return
        case _:
            raise AssertionError(f"{where}: cannot read {type(node).__name__}")
