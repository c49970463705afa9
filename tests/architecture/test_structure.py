"""The shape of the house: who may import whom, and what every RPC, field and service must have."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import crm_contracts
import pytest
import yaml

from deploy.dev.catalogue import catalogue

GENERATE = "run `make deploy-files`"
ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(yaml.safe_load((ROOT / "deploy" / "services.yaml").read_text())["services"])


@cache
def asked(about: str) -> dict[str, Any]:
    """What facts.py says of each service: its "facts", or what its "api" or "worker" imports."""
    command = [sys.executable, str(ROOT / "tests" / "architecture" / "facts.py"), about, *SERVICES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def facts(name: str) -> dict[str, Any]:
    found: dict[str, Any] = asked("facts")[name]
    return found


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("name", SERVICES)
def test_every_rpc_has_a_function_and_every_function_an_rpc(name: str) -> None:
    assert facts(name)["rpcs"]


@pytest.mark.parametrize("name", SERVICES)
def test_the_broker_is_asked_for_what_the_service_follows(name: str) -> None:
    """The list gives the account its rights; a right that no subscription uses is one too many."""
    assert facts(name)["follows"] == [f"crm.{kind}" for kind in catalogue().services[name].follows], GENERATE


@pytest.mark.parametrize("name", SERVICES)
def test_a_right_to_personal_events_is_one_that_is_used(name: str) -> None:
    carrying = {event.record.removeprefix("crm.") for event in crm_contracts.events().values() if event.personal}
    service = catalogue().services[name]
    assert set(service.personal) == carrying & set(service.follows)


@pytest.mark.parametrize("name", sorted({*SERVICES} - {"identity"}))
def test_identity_is_told_of_the_anchors_of_the_audit_trail(name: str) -> None:
    assert f"crm.{name}.audit_trail.anchored.v1" in crm_contracts.events(), f"proto/crm/{name}/v1/audit_trail.proto"
    assert f"crm.{name}.audit_trail" in facts("identity")["follows"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_field_of_a_resource_is_mapped(name: str) -> None:
    """A field without column or property of its name must be input only."""
    assert facts(name)["unmapped"] == []


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_found_by_words_is_said_alike_by_model_and_contract(name: str) -> None:
    """The model keeps the words, the contract tells programs where `:` may be used."""
    assert facts(name)["missearched"] == []


@pytest.mark.parametrize("name", SERVICES)
def test_what_no_history_tells_is_not_told_as_of_a_time(name: str) -> None:
    assert facts(name)["mistold"] == []


@pytest.mark.parametrize("name", SERVICES)
def test_who_sees_a_row_is_said_alike_by_model_and_contract(name: str) -> None:
    """The model limits queries, the contract the stream of changes."""
    assert facts(name)["mislimited"] == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_sortable_filterable_and_groupable_field_has_an_index(name: str) -> None:
    assert facts(name)["unindexed"] == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_backfill_has_a_name_of_its_own_or_that_of_its_migration(name: str) -> None:
    revisions = {path.name[:15] for path in (ROOT / "services" / name / "migrations" / "versions").glob("*.py")}
    named = {one for one in facts(name)["backfills"] if re.fullmatch(r"\d{8}_[0-9a-f]{6}", one)}
    assert named <= revisions
    assert len(facts(name)["backfills"]) == len(set(facts(name)["backfills"]))


def test_every_record_kind_of_the_contract_is_served() -> None:
    served = {kind for name in SERVICES for kind in facts(name)["kinds"]}
    declared = {
        f"crm.{package}.{resource.name}"
        for message in crm_contracts.messages()
        if (resource := crm_contracts.resource_of(message.DESCRIPTOR))
        and (package := message.DESCRIPTOR.file.package.split(".")[1]) != "common"
    }
    assert declared <= served


def test_the_chassis_knows_no_service() -> None:
    """No import and no string names one; docstrings may, for an example."""
    for path in sources("services/chassis/src"):
        tree = ast.parse(path.read_text())
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        said = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs]
        said += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        said += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        named = [s for s in said if isinstance(s, str) and re.search(rf"\bcrm[._]({'|'.join(SERVICES)})\b", s)]
        assert named == [], path


@pytest.mark.parametrize("command", ["api", "worker"])
@pytest.mark.parametrize("name", SERVICES)
def test_what_a_process_imports(name: str, command: str) -> None:
    """An api never reaches eventlet or nameko; a worker never reaches grpc."""
    forbidden = {
        "api": {"eventlet", "nameko", "kombu"},
        "worker": {"grpc", "grpc_health", "grpc_status", "starlette"},
    }[command]
    loaded = set(asked(command)[name])
    assert not loaded & forbidden
    assert not {module for module in loaded if module in {f"crm_{n}" for n in SERVICES if n != name}}


def test_the_subscriber_of_other_teams_brings_the_contracts_and_kombu_only() -> None:
    project = tomllib.loads((ROOT / "services/subscriber/pyproject.toml").read_text())["project"]
    brought = {re.split(r"[<>=]", one)[0] for one in project["dependencies"]}
    assert brought == {"crm-contracts", "kombu", "protobuf"}
    code = "import sys, crm_subscriber; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {module.split(".")[0] for module in done.stdout.split()}
    assert {module for module in loaded if module.startswith("crm")} == {"crm", "crm_contracts", "crm_subscriber"}
    assert not loaded & {"sqlalchemy", "psycopg", "grpc", "nameko", "eventlet"}


def test_services_are_listed_in_one_place_only() -> None:
    """Whoever adds a service adds a folder and a line; these files may name services because they are checked."""
    members = {path.name for path in (ROOT / "services").iterdir() if path.is_dir()} - {"chassis", "kit", "subscriber"}
    assert members == set(SERVICES)


def test_the_workspace_names_every_service() -> None:
    """What uv, mypy and the import rules must be told; the members are found by their folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tool = project["tool"]
    packages = {f"crm-{name}" for name in SERVICES}
    assert packages <= set(project["project"]["dependencies"])
    assert packages <= set(tool["uv"]["sources"])
    assert {f"services/{name}/src" for name in SERVICES} <= set(tool["mypy"]["mypy_path"])
    modules = {f"crm_{name}" for name in SERVICES}
    rules = tool["importlinter"]["contracts"]
    named = [one for rule in rules for one in (rule.get("modules"), rule.get("source_modules")) if one]
    named += [
        tool["importlinter"]["root_packages"],
        *(rule["layers"][0].split(" | ") for rule in rules if "layers" in rule and "containers" not in rule),
        *(rule["ancestors"] for rule in rules if "ancestors" in rule),
    ]
    named = [one for one in named if one != ["crm_subscriber"]]
    assert len(named) == 7
    for one in named:
        assert modules <= set(one)
