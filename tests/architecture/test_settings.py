"""Settings are declared once: what the code reads is declared, what is declared is read, nothing else is accepted."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from crm_chassis.settings import PROCESSES, Setting, processes_of

from deploy.dev.catalogue import GATEWAY, REPOSITORY, catalogue
from deploy.environment import environment, every_setting, settings_of

PACKAGES = {"crm_chassis": "services/chassis"} | {f"crm_{name}": f"services/{name}" for name in catalogue().services}
PACKAGES |= {"crm_gateway": "gateway"}
VARIABLE = re.compile(r"(CRM|DATABASE|AMQP|OTEL)(_[A-Z0-9]+)+(_<SERVICE>)?")
# The first reads settings, the second sets what psycopg reads.
READERS = {"crm_chassis/settings.py", "crm_chassis/bus/worker/patch.py"}


def sources(package: str) -> Iterator[Path]:
    folder = REPOSITORY / PACKAGES[package] / "src" / package
    return (path for path in sorted(folder.rglob("*.py")) if "testing" not in path.relative_to(folder).parts)


def declarations(package: str) -> dict[str, dict[str, Any]]:
    """What a package declares itself, in all its parts."""
    folder = REPOSITORY / PACKAGES[package] / "src" / package
    declared: dict[str, Any] = {}
    for file in sorted(folder.rglob("settings.toml")):
        declared |= tomllib.loads(file.read_text())
    return {name: declaration for name, declaration in declared.items() if name != "uses"}


@pytest.mark.parametrize("package", PACKAGES)
def test_what_the_code_reads_is_what_is_declared(package: str) -> None:
    """A setting is named in full where it is read, and nowhere but in the package that declares it."""
    nodes = (node for path in sources(package) for node in ast.walk(ast.parse(path.read_text())))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    assert {text for text in texts if VARIABLE.fullmatch(text)} == declarations(package).keys()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_declaration_names_processes_and_a_kind_that_exist(package: str) -> None:
    existing = {*PROCESSES, GATEWAY} if package == "crm_chassis" else {*processes_of(package.removeprefix("crm_"))}
    for name, declaration in declarations(package).items():
        assert declaration["kind"] in get_args(get_type_hints(Setting)["kind"]), name
        assert set(declaration.get("for", ())) <= existing, name


@pytest.mark.parametrize("package", PACKAGES)
def test_nobody_else_reads_the_environment(package: str) -> None:
    readers = set()
    for path in sources(package):
        for node in ast.walk(ast.parse(path.read_text())):
            named = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if named in ("environ", "getenv"):
                readers.add(path.as_posix().partition("/src/")[2])
    assert readers <= READERS


def test_every_deployment_knows_what_is_required() -> None:
    unknown = [one.name for one in every_setting() if one.default is None and not (one.value or one.example)]
    assert unknown == []


def test_what_an_operator_must_say_has_a_value_for_the_launcher() -> None:
    assert [one.name for one in every_setting() if one.example and not one.development] == []


def test_a_process_is_given_the_settings_it_reads_and_no_others() -> None:
    for name in (GATEWAY, *catalogue().services):
        settings = settings_of(name)
        for process in {process for setting in settings.values() for process in setting.processes}:
            given = environment(name, process, lambda what: what)
            required = {one.name for one in settings.values() if process in one.processes and one.default is None}
            assert required <= given.keys()
            assert all(process in settings[variable].processes for variable in given)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("command", ["crm-contacts setup", "crm-contacts api", "crm-contacts worker", "crm-gateway"])
def test_a_process_does_not_start_with_a_wrong_environment(command: str) -> None:
    """It says at once what is missing and what it does not know."""
    program, *arguments = command.split()
    name, process = program.removeprefix("crm-"), (*arguments, GATEWAY)[0]
    given = environment(name, process, lambda what: what)
    (missing,) = (one for one in given if one.startswith("AMQP" if process == GATEWAY else "CRM_SUBJECT"))
    env = {key: value for key, value in given.items() if key != missing} | {"CRM_TREADS": "2"}
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{program}: ")
    assert f"{missing} is not set" in line
    assert f"CRM_TREADS is not a setting of {name}" in line
