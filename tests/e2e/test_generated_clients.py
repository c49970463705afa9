"""Clients that generators make from openapi.json, in two languages, do what an integration does first."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from deploy.dev import console
from deploy.dev.catalogue import REPOSITORY
from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

OPENAPI = REPOSITORY / "proto" / "docs" / "openapi.json"
PROGRAMS = console.DOCUMENTS / "node_modules" / ".bin"


def must(*command: str, cwd: Path) -> str:
    """The output of a program that has to succeed without a warning."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr
    return done.stdout


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Modules of a folder can be imported in the block."""
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


def test_a_client_in_python(suite: Instance, admin: Api, tmp_path: Path) -> None:
    program = str(Path(sys.executable).parent / "openapi-python-client")
    must(program, "generate", "--path", str(OPENAPI), "--output-path", "crm_client", "--meta", "none", cwd=tmp_path)
    with importable(tmp_path):
        call = {name: import_module(f"crm_client.api.{name}").sync for name in (
            "contacts.create_contact", "contacts.update_contact", "contacts.list_contacts",
            "imports.create_import", "imports.get_import",
        )}  # fmt: skip
        models: Any = import_module("crm_client.models")
        client = import_module("crm_client.client").AuthenticatedClient(
            base_url=suite.gateway_url, token=admin.bearer().removeprefix("Bearer "), raise_on_unexpected_status=True
        )
        file = import_module("crm_client.types").File(
            payload=io.BytesIO(b"first_name,last_name\nBen,Pythonist\n"), file_name="people.csv", mime_type="text/csv"
        )
    with client:
        given = models.ContactInput(first_name="Ada", last_name="Pythonist")
        created = call["contacts.create_contact"](client=client, body=given)
        change = models.ContactPatch(title="Engineer")
        changed = call["contacts.update_contact"](created.id, client=client, body=change, if_match=created.etag)
        assert changed.title == "Engineer"
        begun = call["imports.create_import"](client=client, body=models.CreateImportBody(kind="contacts", file=file))
        eventually(lambda: call["imports.get_import"](begun.id, client=client).state == "DONE")
        found = call["contacts.list_contacts"](client=client, filter_='last_name = "Pythonist"')
        assert sorted(contact.first_name for contact in found.contacts) == ["Ada", "Ben"]


def test_a_client_in_typescript(suite: Instance, admin: Api, tmp_path: Path) -> None:
    command = console.node()
    if command is None:
        pytest.skip("there is no Node.js here")
    console.install(print, console.DOCUMENTS)
    shutil.copy(console.DOCUMENTS / "tour.ts", tmp_path)
    (tmp_path / "node_modules").symlink_to(console.DOCUMENTS / "node_modules")
    generator = str(PROGRAMS / "openapi-ts")
    must(generator, "-i", str(OPENAPI), "-o", "client", "-c", "@hey-api/client-fetch", cwd=tmp_path)
    kind = ("--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--module", "commonjs", "--types", "node")
    must(str(PROGRAMS / "tsc"), "--strict", "--skipLibCheck", *kind, "--outDir", "js", "tour.ts", cwd=tmp_path)
    token = admin.bearer().removeprefix("Bearer ")
    told = json.loads(must(str(command[0]), "js/tour.js", suite.gateway_url, token, "Typescripter", cwd=tmp_path))
    assert told == {"title": "Engineer", "state": "DONE", "names": ["Ada", "Ben"]}
