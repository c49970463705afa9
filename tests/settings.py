"""Environments that processes start with, and in which no server answers."""

from __future__ import annotations

from deploy.dev import keys
from deploy.environment import asked_of_operators, environment


def values(name: str, process: str) -> dict[str, str]:
    """What a deployment sets for a process of a service, or of the gateway."""
    examples = {variable: setting.example for variable, setting in asked_of_operators().items()}
    known = {**keys.generate(), **examples, "host": "127.0.0.1", "grpc": "0", "probes": "0", "http": "0"}
    return environment(name, process, lambda what: known.get(what, "127.0.0.1:1"), development=False)
