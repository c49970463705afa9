"""The objects that kustomize makes of deploy/kubernetes, for tests."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import broker
from deploy.dev import keys
from deploy.dev.catalogue import REPOSITORY, catalogue

FOLDER = REPOSITORY / "deploy/kubernetes"
NAME, PART, COMPONENT = (f"app.kubernetes.io/{key}" for key in ("name", "part-of", "component"))

WITH_CERTIFICATES = {"resources": ["../../base"], "components": ["../../components/tls"]}

Object = dict[str, Any]


@functools.cache
def build(overlay: str) -> tuple[Object, ...]:
    """What `kubectl apply -k` would send. Skips the test where no kubectl of our age is installed."""
    kubectl = shutil.which("kubectl")
    if not kubectl:
        pytest.skip("kubectl is not installed")
    version = subprocess.run([kubectl, "version", "--client"], capture_output=True, text=True, check=False)
    if not re.search(r"Kustomize Version: v[5-9]", version.stdout):
        pytest.skip("this kubectl has a kustomize older than 5")
    with tempfile.TemporaryDirectory() as folder:
        # With what the runbook has an operator add: definitions for the dev overlay's broker, certificates.
        copy = shutil.copytree(FOLDER, Path(folder) / "kubernetes")
        (copy / "overlays/dev/definitions.json").write_text(json.dumps(dev_definitions()))
        (copy / "overlays/certificates").mkdir()
        (copy / "overlays/certificates/kustomization.yaml").write_text(yaml.safe_dump(WITH_CERTIFICATES))
        built = subprocess.run([kubectl, "kustomize", str(copy / overlay)], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return tuple(one for one in yaml.safe_load_all(built.stdout) if one)


def dev_definitions() -> Object:
    """What the dev overlay's broker loads."""
    return broker.definitions(keys.read(FOLDER / "overlays/dev/secrets/broker.env"), catalogue())


def of_kind(kind: str, overlay: str = "base") -> dict[str, Object]:
    return {one["metadata"]["name"]: one for one in build(overlay) if one["kind"] == kind}


def processes(overlay: str = "base") -> dict[str, Object]:
    """The pod template of each process of the suite by name."""
    found = of_kind("Deployment", overlay) | of_kind("Job", overlay)
    templates = {name: one["spec"]["template"] for name, one in found.items()}
    return {name: one for name, one in templates.items() if one["metadata"]["labels"].get(PART) == "crm"}


def container(template: Object) -> Object:
    (one,) = template["spec"]["containers"]
    return dict(one)


def environment(template: Object) -> dict[str, Object]:
    return {one["name"]: one for one in container(template)["env"]}
