"""docker-compose.yml and the scrape configuration say what deploy/services.yaml says."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import broker
from deploy.dev import keys, postgres
from deploy.dev.catalogue import GATEWAY, REPOSITORY, Service, amqp_url_variable, catalogue
from deploy.environment import asked_of_operators

TEXT = (REPOSITORY / "docker-compose.yml").read_text()
ENTRIES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
SERVICES = list(catalogue().services.values())
ONE_SHOT = {f"{service.name}-setup" for service in SERVICES}

# What a deployment must be told beside its secrets.
ADDRESSES = {name: setting.example for name, setting in asked_of_operators().items()}


def compose_command() -> list[str]:
    """A Compose of either kind, skipping the test when there is none."""
    if shutil.which("docker"):
        command = ["docker", "compose"]
        if subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
            return command
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    pytest.skip("neither docker compose nor docker-compose is installed")


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_each_service_has_its_three_entries(service: Service) -> None:
    setup, api, worker = (ENTRIES[f"{service.name}-{role}"] for role in ("setup", "api", "worker"))
    for role, entry in (("setup", setup), ("api", api), ("worker", worker)):
        assert entry["command"] == [service.package, role]
        assert entry["build"]["args"] == {"PACKAGE": service.package}
        assert entry["environment"]["CRM_ENV"] == "production"
        accounts = {name: url for name, url in entry["environment"].items() if "AMQP" in name}
        assert set(accounts) == (set() if role == "api" else {amqp_url_variable(service.name)})
        account = f"amqp://{broker.account(service.name)}:${{{broker.password_variable(service.name)}:?"
        assert all(url.startswith(account) for url in accounts.values())
        urls = {name for name in entry["environment"] if name.startswith("DATABASE_URL_")}
        assert urls == {service.database_url_variable}
        assert f"/{service.database}" in entry["environment"][service.database_url_variable]
        owners = {name for name in entry["environment"] if name.startswith("DATABASE_OWNER_URL_")}
        assert owners == ({service.database_owner_url_variable} if role == "setup" else set())
        sealers = {name for name in entry["environment"] if name.startswith("DATABASE_SEALER_URL_")}
        assert sealers == (set() if role == "api" else {service.database_sealer_url_variable})
    assert f"//{service.sealer}:" in worker["environment"][service.database_sealer_url_variable]
    assert f"//{service.owner}:" in setup["environment"][service.database_owner_url_variable]
    assert api["environment"]["CRM_GRPC_PORT"] == str(service.grpc)
    assert api["environment"]["CRM_PROBES_PORT"] == str(service.probes)
    assert worker["environment"]["CRM_PROBES_PORT"] == str(service.worker)
    for entry in (api, worker):
        assert entry["depends_on"] == {f"{service.name}-setup": {"condition": "service_completed_successfully"}}
    upstream = ENTRIES["gateway"]["environment"][f"CRM_UPSTREAM_{service.name.upper()}"]
    assert upstream == f"{service.name}-api:{service.grpc}"


def test_the_gateway_has_an_account_of_its_own() -> None:
    environment = ENTRIES["gateway"]["environment"]
    account = f"amqp://{broker.account(GATEWAY)}:${{{broker.password_variable(GATEWAY)}:?"
    assert environment[amqp_url_variable(GATEWAY)].startswith(account)
    assert [name for name in environment if "AMQP" in name] == [amqp_url_variable(GATEWAY)]


def test_the_broker_loads_its_definitions_where_they_are_mounted() -> None:
    mounted = {
        volume.split(":")[-2]: volume.split(":")[-3].rpartition("/")[2] for volume in ENTRIES["rabbitmq"]["volumes"][1:]
    }
    settings = (REPOSITORY / "deploy/rabbitmq/definitions.conf").read_text()
    (loaded,) = re.findall(r"^load_definitions = (.+)$", settings, re.MULTILINE)
    assert mounted[loaded].startswith("definitions.json")
    assert mounted["/etc/rabbitmq/conf.d/30-definitions.conf"] == "definitions.conf"


def test_the_databases_sort_and_encode_as_the_launchers_do() -> None:
    assert set(postgres.INITDB) <= set(ENTRIES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split())


def test_no_entry_is_unknown() -> None:
    processes = {f"{service.name}-{role}" for service in SERVICES for role in ("setup", "api", "worker")}
    assert set(ENTRIES) == processes | {"gateway", "postgres", "rabbitmq", "prometheus", "grafana"}


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_is_limited_and_watched(name: str) -> None:
    entry = ENTRIES[name]
    assert entry["cpus"] > 0
    assert re.fullmatch(r"\d+[mg]", entry["mem_limit"])
    assert name in ONE_SHOT or entry["healthcheck"]["test"]


def test_no_secret_has_a_value_or_a_default() -> None:
    secret = re.compile(r"PASSWORD|PEPPER|KEK|_KEY|_PASS$")
    for name, entry in ENTRIES.items():
        for variable, value in entry.get("environment", {}).items():
            if secret.search(variable):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), f"{name}: {variable}"
            elif "://" in value and "@" in value:
                assert re.search(r"://\w+:\$\{\w+:\?[^}]+\}@", value), f"{name}: {variable}"


def test_every_secret_asked_for_is_generated() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert asked - set(ADDRESSES) <= set(keys.generate())


def test_only_the_gateway_is_reachable_from_outside_and_by_default_from_this_machine_only() -> None:
    published = {name: entry["ports"] for name, entry in ENTRIES.items() if "ports" in entry}
    assert set(published) == {"gateway", "prometheus", "grafana"}
    assert published["gateway"] == [
        f"${{CRM_HTTP_ADDRESS:-127.0.0.1}}:{catalogue().gateway_port}:{catalogue().gateway_port}"
    ]
    assert all(port.startswith("127.0.0.1:") for name in ("prometheus", "grafana") for port in published[name])


def test_prometheus_asks_every_process() -> None:
    document = yaml.safe_load((REPOSITORY / "deploy/prometheus/prometheus.yml").read_text())
    jobs = {
        job["job_name"]: {target for group in job["static_configs"] for target in group["targets"]}
        for job in document["scrape_configs"]
    }
    assert jobs.pop("rabbitmq") == jobs.pop("rabbitmq_queues") == {"rabbitmq:15692"}
    assert jobs.pop("gateway") == {f"gateway:{catalogue().gateway_probes}"}
    assert ENTRIES["gateway"]["environment"]["CRM_PROBES_PORT"] == str(catalogue().gateway_probes)
    assert jobs == {
        service.name: {f"{service.name}-api:{service.probes}", f"{service.name}-worker:{service.worker}"}
        for service in SERVICES
    }


def test_files_it_mounts_exist() -> None:
    for entry in ENTRIES.values():
        for volume in entry.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith("./") or (REPOSITORY / source).exists(), source


def test_compose_itself_accepts_the_file(tmp_path: Path) -> None:
    command = compose_command()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    values = {**keys.generate(), **ADDRESSES}
    accepted = subprocess.run(
        [*command, "-f", "docker-compose.yml", "--profile", "monitoring", "config"],
        cwd=REPOSITORY,
        env={**environment, **values},
        capture_output=True,
        text=True,
        check=False,
    )
    assert accepted.returncode == 0, accepted.stderr
    assert set(yaml.safe_load(accepted.stdout)["services"]) == set(ENTRIES)
    del values["POSTGRES_PASSWORD_SALES"]
    refused = subprocess.run(
        [*command, "-f", "docker-compose.yml", "config"],
        cwd=REPOSITORY,
        env={**environment, **values},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert "POSTGRES_PASSWORD_SALES" in refused.stderr


def test_no_process_of_an_image_is_root() -> None:
    (user,) = re.findall(r"^USER (\d+)$", (REPOSITORY / "deploy/docker/service.Dockerfile").read_text(), re.M)
    assert int(user) >= 1000
