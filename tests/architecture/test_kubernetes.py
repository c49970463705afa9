"""deploy/kubernetes runs what deploy/services.yaml lists, as tightly as its README says."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml
from crm_chassis import tls
from crm_gateway.settings import GatewaySettings

from deploy import broker, files
from deploy.dev import keys, postgres
from deploy.dev.catalogue import GATEWAY, REPOSITORY, Service, amqp_url_variable, catalogue
from tests import settings
from tests.manifests import COMPONENT, NAME, PART, build, container, environment, of_kind, processes

VERSION = "1.32"
OVERLAYS = ["base", "overlays/dev", "overlays/prod", "overlays/certificates"]
SERVICES = list(catalogue().services.values())
RUNBOOK = (REPOSITORY / "deploy/README.md").read_text()


def secret_keys(overlay: str = "base") -> dict[str, set[str]]:
    """Keys that the processes ask for, by secret."""
    found: dict[str, set[str]] = {}
    for template in processes(overlay).values():
        for name, entry in environment(template).items():
            if "valueFrom" in entry:
                reference = entry["valueFrom"]["secretKeyRef"]
                assert reference["key"] == name
                found.setdefault(reference["name"], set()).add(name)
    return found


# -- the objects ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_fits_the_schema_of_kubernetes(overlay: str) -> None:
    for one in build(overlay):
        kubernetes_validate.validate(one, VERSION, strict=True)


def test_each_service_has_its_processes_and_nothing_else_runs() -> None:
    deployments = {f"{service.name}-{role}" for service in SERVICES for role in ("api", "worker")} | {"gateway"}
    assert set(of_kind("Deployment")) == deployments
    assert set(of_kind("Job")) == {f"{service.name}-setup" for service in SERVICES}
    assert set(of_kind("PodDisruptionBudget")) == deployments
    assert set(of_kind("HorizontalPodAutoscaler")) == {f"{service.name}-api" for service in SERVICES} | {"gateway"}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_each_process_is_the_services_own(service: Service) -> None:
    for role in ("api", "worker", "setup"):
        template = processes()[f"{service.name}-{role}"]
        assert template["metadata"]["labels"] == {NAME: service.name, COMPONENT: role, PART: "crm"}
        one = container(template)
        assert [*one["command"], *one["args"]] == [service.package, role]
        assert one["image"] == service.package
        urls = {name for name in environment(template) if name.startswith("DATABASE_URL_")}
        assert urls == {service.database_url_variable}
        owners = {name for name in environment(template) if name.startswith("DATABASE_OWNER_URL_")}
        assert owners == ({service.database_owner_url_variable} if role == "setup" else set())
        sealers = {name for name in environment(template) if name.startswith("DATABASE_SEALER_URL_")}
        assert sealers == (set() if role == "api" else {service.database_sealer_url_variable})
        accounts = {name for name in environment(template) if name.startswith("AMQP_URL")}
        assert accounts == (set() if role == "api" else {amqp_url_variable(service.name)})
    upstream = environment(processes()["gateway"])[f"CRM_UPSTREAM_{service.name.upper()}"]["value"]
    found = of_kind("Service")[f"{service.name}-api"]["spec"]
    assert upstream == f"{service.name}-api:{found['ports'][0]['port']}"
    assert found["clusterIP"] == "None"
    assert found["selector"] == {NAME: service.name, COMPONENT: "api"}


def test_selectors_find_exactly_their_own_pods() -> None:
    labels = {name: one["metadata"]["labels"] for name, one in processes().items()}
    for kind in ("Deployment", "PodDisruptionBudget"):
        for name, one in of_kind(kind).items():
            wanted = one["spec"]["selector"]["matchLabels"].items()
            assert [pod for pod in labels if wanted <= labels[pod].items()] == [name]
    for name, one in of_kind("HorizontalPodAutoscaler").items():
        assert one["spec"]["scaleTargetRef"]["name"] == name
        assert "replicas" not in of_kind("Deployment")[name]["spec"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_process_is_confined(overlay: str) -> None:
    for name, template in processes(overlay).items():
        pod, one = template["spec"], container(template)
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert set(one["resources"]["limits"]) == set(one["resources"]["requests"]) == {"cpu", "memory"}, name
        assert "emptyDir" in {v["name"]: v for v in pod["volumes"]}["tmp"], name
        assert {"name": "tmp", "mountPath": "/tmp"} in one["volumeMounts"], name


def test_every_server_of_the_dev_overlay_is_limited_and_not_root() -> None:
    servers = of_kind("Deployment", "overlays/dev").keys() - processes("overlays/dev").keys()
    assert servers == {"postgres", "rabbitmq"}
    for name in servers:
        template = of_kind("Deployment", "overlays/dev")[name]["spec"]["template"]
        assert template["spec"]["securityContext"]["runAsNonRoot"] is True
        assert container(template)["resources"]["limits"]
        assert container(template)["readinessProbe"]


def test_the_databases_of_the_dev_overlay_sort_and_encode_as_the_launchers_do() -> None:
    server = of_kind("Deployment", "overlays/dev")["postgres"]["spec"]["template"]
    assert set(postgres.INITDB) <= set(environment(server)["POSTGRES_INITDB_ARGS"]["value"].split())


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_dev_overlay_makes_the_roles_that_its_secrets_name(service: Service) -> None:
    made = (REPOSITORY / "deploy/kubernetes/overlays/dev/databases.sql").read_text()
    for statement in (
        f"CREATE ROLE {service.database} LOGIN PASSWORD '{files.PASSWORD}';",
        f"CREATE ROLE {service.owner} LOGIN PASSWORD '{files.PASSWORD}' IN ROLE {service.database};",
        f"CREATE ROLE {service.sealer} LOGIN PASSWORD '{files.PASSWORD}';",
        f"CREATE DATABASE {service.database} OWNER {service.owner};",
        f"REVOKE ALL ON DATABASE {service.database} FROM PUBLIC;",
        f"GRANT CONNECT ON DATABASE {service.database} TO {service.database}, {service.sealer};",
    ):
        assert f"{statement}\n" in made
    known = keys.read(REPOSITORY / f"deploy/kubernetes/overlays/dev/secrets/{service.name}.env")
    assert f"//{service.database}:{files.PASSWORD}@" in known[service.database_url_variable]
    assert f"//{service.owner}:{files.PASSWORD}@" in known[service.database_owner_url_variable]
    assert f"//{service.sealer}:{files.PASSWORD}@" in known[service.database_sealer_url_variable]


def test_every_process_is_probed_where_it_answers() -> None:
    for name in of_kind("Deployment"):
        one = container(processes()[name])
        port = "http" if name == "gateway" else "probes"
        number = {entry["name"]: entry["containerPort"] for entry in one["ports"]}[port]
        variable = "CRM_HTTP_PORT" if name == "gateway" else "CRM_PROBES_PORT"
        assert environment(processes()[name])[variable]["value"] == str(number)
        paths = {probe: one[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
        assert paths == {
            "startupProbe": {"path": "/healthz", "port": port},
            "livenessProbe": {"path": "/healthz", "port": port},
            "readinessProbe": {"path": "/readyz", "port": port},
        }


def test_a_pod_has_the_time_its_process_takes_to_stop() -> None:
    from crm_chassis.rpc.server import DRAIN_SECONDS, GRACE_SECONDS
    from crm_gateway.main import GRACE_SECONDS as GATEWAY_SECONDS

    for name in of_kind("Deployment"):
        pod = processes()[name]["spec"]
        hook = container(processes()[name]).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        needed = hook + (GATEWAY_SECONDS if name == "gateway" else DRAIN_SECONDS + GRACE_SECONDS)
        assert needed + 5 <= pod["terminationGracePeriodSeconds"], name


# -- secrets ----------------------------------------------------------------------------------------------


def test_no_secret_stands_in_the_manifests() -> None:
    secret = re.compile(r"PASSWORD|PEPPER|KEK|_KEY$|_URL")
    assert not of_kind("Secret")
    assert not of_kind("Secret", "overlays/prod")
    for overlay in ("base", "overlays/prod"):
        for name, template in processes(overlay).items():
            for variable, entry in environment(template).items():
                if secret.search(variable) and variable not in ("CRM_ACTOR_PUBLIC_KEY", "CRM_PUBLIC_URL"):
                    assert "value" not in entry, f"{name}: {variable}"


def test_every_key_of_a_secret_is_documented_and_in_the_dev_overlay() -> None:
    made = {name: set(one["data"]) for name, one in of_kind("Secret", "overlays/dev").items()}
    rows = dict(re.findall(r"^\| `([a-z]+-secrets|<service>-secrets)` \| (.+) \|$", RUNBOOK, re.MULTILINE))
    for name, wanted in secret_keys().items():
        assert made[name] == wanted, name
        service = name.removesuffix("-secrets")
        text = rows.get(name, "") + ("" if name == "gateway-secrets" else rows["<service>-secrets"])
        documented = set(re.findall(r"`([A-Z_<>]+)`", text.replace("<SERVICE>", service.upper())))
        assert documented == wanted, name


def test_every_process_of_the_dev_overlay_has_an_account_that_its_broker_knows() -> None:
    mounted = of_kind("Secret", "overlays/dev")["broker-definitions"]["data"]["definitions.json"]
    loaded = json.loads(base64.b64decode(mounted))
    hashes = {user["name"]: base64.b64decode(user["password_hash"]) for user in loaded["users"]}
    for name in (GATEWAY, *catalogue().services):
        secret = of_kind("Secret", "overlays/dev")[f"{name}-secrets"]["data"]
        url = urlsplit(base64.b64decode(secret[amqp_url_variable(name)]).decode())
        assert url.username == broker.account(name)
        salt, digest = hashes[url.username][:4], hashes[url.username][4:]
        assert hashlib.sha256(salt + (url.password or "").encode()).digest() == digest, name
        assert url.path == f"/{broker.VHOST}"
    server = of_kind("Deployment", "overlays/dev")["rabbitmq"]["spec"]["template"]
    paths = {one["subPath"]: one["mountPath"] for one in container(server)["volumeMounts"] if "subPath" in one}
    settings = of_kind("ConfigMap", "overlays/dev")["broker-settings"]["data"]["definitions.conf"]
    assert settings == f"load_definitions = {paths['definitions.json']}\n"
    assert paths["definitions.conf"].startswith("/etc/rabbitmq/conf.d/")


def test_every_process_is_given_the_certificate_of_its_service_and_no_other() -> None:
    assert "`<service>-certificate`" in RUNBOOK
    for name, template in processes("overlays/certificates").items():
        volumes = {one["name"]: one for one in template["spec"]["volumes"]}
        mounts = {one["mountPath"]: one for one in container(template)["volumeMounts"]}
        given = environment(template)
        paths = [Path(given[variable]["value"]) for variable in tls.VARIABLES]
        assert [path.name for path in paths] == ["ca.crt", "tls.crt", "tls.key"]
        for path in paths:
            volume = volumes[mounts[str(path.parent)]["name"]]
            assert volume["secret"] == {"secretName": f"{template['metadata']['labels'][NAME]}-certificate"}, name
    assert not [name for name, one in processes("overlays/prod").items() if environment(one).keys() & {*tls.VARIABLES}]


# -- what watches and runs them ---------------------------------------------------------------------------


def test_prometheus_finds_every_process_under_the_names_of_the_rules() -> None:
    text = (REPOSITORY / "deploy/prometheus/kubernetes.yml").read_text()
    (job,) = (job for job in yaml.safe_load(text)["scrape_configs"] if job["job_name"] == "crm")
    (kept, *_) = job["relabel_configs"]
    labels = {one["target_label"]: one["source_labels"][0] for one in job["relabel_configs"] if "target_label" in one}
    found = set()
    for template in processes().values():
        meta = {
            "__meta_kubernetes_pod_label_" + re.sub(r"\W", "_", key): value
            for key, value in template["metadata"]["labels"].items()
        }
        for port in container(template).get("ports", []):
            here = {**meta, "__meta_kubernetes_pod_container_port_name": port["name"]}
            if re.fullmatch(kept["regex"], ";".join(here[label] for label in kept["source_labels"])):
                found.add((here[labels["job"]], here[labels["process"]]))
    assert found == {(s.name, role) for s in SERVICES for role in ("api", "worker")} | {("gateway", "api")}


def test_the_gateway_is_given_what_its_settings_require(monkeypatch: pytest.MonkeyPatch) -> None:
    values = settings.values(GATEWAY, GATEWAY)
    for name in [name for name in os.environ if name.startswith(("CRM_", "AMQP_"))]:
        monkeypatch.delenv(name)
    for name, entry in environment(processes()["gateway"]).items():
        monkeypatch.setenv(name, entry.get("value", values.get(name, "")))
    assert set(GatewaySettings.from_environment().upstreams) == {service.name for service in SERVICES}


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", [f"{service.name}-{role}" for service in SERVICES for role in ("api", "worker")])
def test_a_process_starts_with_the_environment_it_is_given(name: str) -> None:
    """Nothing it requires is missing; servers that do not answer are no reason to refuse."""
    values = settings.values(*name.split("-"))
    given = environment(processes()[name])
    env = {key: entry.get("value", values.get(key, "")) for key, entry in given.items()}
    # Free ports of this machine only: the rest is what the manifest says.
    env |= {key: "127.0.0.1" if key.endswith("HOST") else "0" for key in env if key.endswith(("_PORT", "_HOST"))}
    one = container(processes()[name])
    script = Path(sys.executable).with_name(one["command"][0])
    process = subprocess.Popen(
        [script, *one.get("args", [])], env=env, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if line.startswith("{") and json.loads(line).get("event") in ("serving", "working"):
                return
        pytest.fail("".join(lines))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()


@pytest.mark.parametrize("overlay", ["base", "overlays/prod"])
def test_the_gateway_knows_the_proxy_in_front_of_it(overlay: str) -> None:
    networks = environment(processes(overlay)["gateway"])["CRM_TRUSTED_PROXIES"]["value"]
    assert [ip_network(network) for network in networks.split(",")]
