"""The small collections of the demo company (samples.yaml)."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from deploy.dev.load.client import Client

SAMPLES = Path(__file__).parent / "samples.yaml"


def load_samples(client: Client) -> Iterator[str]:
    """Creates each row whose name is not there yet; says how many of each kind are there now."""
    for kind, rows in yaml.safe_load(SAMPLES.read_text()).items():
        for number, row in enumerate(rows):
            if client.find(kind, "name", row["name"]) is None:
                client.post(f"/v1/{kind}", row, f"demo:{kind}:{number}")
        yield f"{len(rows)} {kind.replace('_', ' ')}"
