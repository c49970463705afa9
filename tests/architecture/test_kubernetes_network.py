"""The network policies of deploy/kubernetes, call by call: who may call whom, on which port."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest

from deploy.dev.catalogue import catalogue
from tests.manifests import NAME, PART, Object, container, of_kind, processes

SERVICES = list(catalogue().services.values())
OUTSIDE: dict[str, Object] = {
    "postgres": {"namespace": "crm", "labels": {NAME: "postgres"}},
    "rabbitmq": {"namespace": "crm", "labels": {NAME: "rabbitmq"}},
    "dns": {"namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
    "prometheus": {"namespace": "monitoring", "labels": {}},
    "ingress": {"namespace": "ingress-nginx", "labels": {}},
    "stranger": {"namespace": "elsewhere", "labels": {}},
}
PORTS = (53, 443, 587, 5432, 5671, 5672, 8080, 9100, 9200)


def selects(selector: Object, labels: dict[str, str]) -> bool:
    """A label selector applied."""
    assert set(selector) <= {"matchLabels", "matchExpressions"}
    matched = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    for one in selector.get("matchExpressions", []):
        inside = labels.get(one["key"]) in one["values"]
        matched &= inside if one["operator"] == "In" else not inside
    return matched


def allows(policies: list[Object], side: str, here: Object, there: Object, port: int) -> bool:
    """Whether the policies about `here` let it call (egress) or hear (ingress) `there`; without any, they do."""
    direction, peers = ("Egress", "to") if side == "egress" else ("Ingress", "from")
    about = [
        one["spec"]
        for one in policies
        if here["namespace"] == "crm"
        and direction in one["spec"]["policyTypes"]
        and selects(one["spec"]["podSelector"], here["labels"])
    ]
    serving = there if side == "egress" else here
    for rule in (rule for one in about for rule in one.get(side, [])):
        numbers = {serving.get("ports", {}).get(one["port"], one["port"]) for one in rule["ports"]}
        if port in numbers and any(is_peer(peer, there) for peer in rule[peers]):
            return True
    return not about


def is_peer(peer: Object, there: Object) -> bool:
    if "ipBlock" in peer:
        return peer["ipBlock"]["cidr"] == "0.0.0.0/0" and there["namespace"] == "elsewhere"
    names = {"kubernetes.io/metadata.name": there["namespace"]}
    if "namespaceSelector" in peer:
        return selects(peer["namespaceSelector"], names) and selects(peer.get("podSelector", {}), there["labels"])
    return there["namespace"] == "crm" and selects(peer["podSelector"], there["labels"])


def expected(amqp: int) -> Iterator[tuple[str, str, int]]:
    """Every call that exists: who, whom, port; the broker listens on the port `amqp`."""
    for service in SERVICES:
        api, worker, setup = (f"{service.name}-{role}" for role in ("api", "worker", "setup"))
        yield from ((one, "postgres", 5432) for one in (api, worker, setup))
        yield from ((one, "rabbitmq", amqp) for one in (worker, setup))
        yield from (("prometheus", one, 9200) for one in (api, worker))
        yield "gateway", api, 9100
    yield from (("gateway", "rabbitmq", amqp), ("ingress", "gateway", 8080), ("prometheus", "gateway", 9200))
    yield from ((one, "stranger", 587) for one in ("contacts-worker", "identity-worker", "marketing-worker"))
    yield from ((one, "dns", 53) for one in processes())


@pytest.mark.parametrize(("overlay", "amqp"), [("base", 5672), ("overlays/certificates", 5671)])
def test_the_network_allows_exactly_the_calls_that_exist(overlay: str, amqp: int) -> None:
    pods = dict(OUTSIDE)
    for name, template in processes().items():
        ports = {one["name"]: one["containerPort"] for one in container(template).get("ports", [])}
        pods[name] = {"namespace": "crm", "labels": template["metadata"]["labels"], "ports": ports}
    policies = list(of_kind("NetworkPolicy", overlay).values())
    # Who may be called at PostgreSQL and RabbitMQ is said by whoever runs them: as the dev overlay does, at that port.
    postgres, rabbitmq = (deepcopy(of_kind("NetworkPolicy", "overlays/dev")[name]) for name in ("postgres", "rabbitmq"))
    rabbitmq["spec"]["ingress"][0]["ports"] = [{"protocol": "TCP", "port": amqp}]
    servers = [*policies, postgres, rabbitmq]
    allowed = {
        (caller, called, port)
        for caller, here in pods.items()
        for called, there in pods.items()
        for port in PORTS
        if caller != called
        and (here["namespace"] == "crm" or there["namespace"] == "crm")
        and (here["labels"].get(PART) == "crm" or there["labels"].get(PART) == "crm")
        and allows(policies, "egress", here, there, port)
        and allows(servers, "ingress", there, here, port)
    }
    assert allowed == set(expected(amqp))
