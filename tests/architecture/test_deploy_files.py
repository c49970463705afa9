"""What follows from the list of services and the settings they declare is in the files that say so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy import files
from deploy.dev.catalogue import REPOSITORY

WRITTEN = files.files()
EVERYWHERE = [
    "README.md", "docker-compose.yml", "gateway/README.md", "deploy/README.md", "deploy/prometheus/prometheus.yml",
    "deploy/kubernetes/base/gateway/gateway.yaml", "services/sales/README.md", "services/chassis/README.md",
    "deploy/kubernetes/base/services/sales/kustomization.yaml", "deploy/kubernetes/overlays/dev/secrets/sales.env",
]  # fmt: skip


@pytest.mark.parametrize("path", WRITTEN, ids=str)
def test_a_generated_file_is_fresh(path: Path) -> None:
    assert (REPOSITORY / path).read_text() == WRITTEN[path], "run `make deploy-files`"


def test_all_of_them_are_looked_at() -> None:
    assert set(map(Path, EVERYWHERE)) <= WRITTEN.keys()
    used = {match["what"].partition(" of ")[0] for text in WRITTEN.values() for match in files._REGION.finditer(text)}
    assert used == files.REGIONS.keys()


def test_every_region_has_its_end() -> None:
    for path, text in WRITTEN.items():
        assert len(re.findall(r"(?:#|<!--) generated: ", text)) == len(files._REGION.findall(text)), path
