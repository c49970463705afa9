"""The list of services (deploy/services.yaml) and the ports of one instance."""

import os
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
import yaml

from deploy.dev import LauncherError

REPOSITORY = Path(__file__).resolve().parents[2]
FOLLOWS = REPOSITORY / "deploy" / "follows.yaml"
HOST = "127.0.0.1"
GATEWAY = "gateway"
RESERVED = (GATEWAY, "crm", "amq")
"""What queues of the suite and of the broker begin with."""

# Ports of the launcher's own servers; the services' ports are in services.yaml.
SERVER_PORTS = {
    "postgres": 9432,
    "rabbitmq": 9672,
    "distribution": 9673,
    "epmd": 9674,
    "smtp": 9675,
    "mail": 9676,
}

# Where instances other than `dev` may live: below the ephemeral ports, with room for replicas (+1000 each).
OFFSETS = tuple(block + step for block in (14000, 18000) for step in range(0, 100, 10))


@dataclass(frozen=True)
class Service:
    """One service: its console script is named like its package."""

    name: str
    package: str
    grpc: int
    probes: int
    worker: int
    replicas: int = 1
    """Api processes, where nobody says another number."""
    follows: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()

    @property
    def database(self) -> str:
        """Name of the service's database and of the role that its api and worker connect as."""
        return f"crm_{self.name}"

    @property
    def owner(self) -> str:
        """Name of the role that owns the database and migrates it."""
        return f"{self.database}_owner"

    @property
    def sealer(self) -> str:
        """Name of the role that seals the audit trail."""
        return f"{self.database}_sealer"

    @property
    def database_url_variable(self) -> str:
        return f"DATABASE_URL_{self.name.upper()}"

    @property
    def database_owner_url_variable(self) -> str:
        return f"DATABASE_OWNER_URL_{self.name.upper()}"

    @property
    def database_sealer_url_variable(self) -> str:
        return f"DATABASE_SEALER_URL_{self.name.upper()}"


@dataclass(frozen=True)
class Subscriber:
    """A program outside the suite that follows its events; its queues are named `<name>.*`."""

    name: str
    follows: tuple[str, ...]
    personal: bool


@dataclass(frozen=True)
class Catalogue:
    """What deploy/services.yaml and deploy/follows.yaml say."""

    gateway_package: str
    gateway_port: int
    gateway_probes: int
    gateway_replicas: int
    services: dict[str, Service]
    subscribers: dict[str, Subscriber]

    def select(self, names: Iterable[str] | None) -> list[Service]:
        """The named services, or all of them for None."""
        if names is None:
            return list(self.services.values())
        unknown = sorted(set(names := list(names)) - set(self.services))
        if unknown:
            raise LauncherError(f"No such service: {', '.join(unknown)}. Known: {', '.join(self.services)}.")
        return [self.services[name] for name in names]


@cache
def catalogue() -> Catalogue:
    """Read the one list of services, and what they follow."""
    document = yaml.safe_load((REPOSITORY / "deploy" / "services.yaml").read_text())
    follows = yaml.safe_load(FOLLOWS.read_text())
    services = {name: _service(name, fields, follows.get(name, ())) for name, fields in document["services"].items()}
    gateway = document["gateway"]
    subscribers = {name: _subscriber(name, fields) for name, fields in (document.get("subscribers") or {}).items()}
    if taken := {*services, *RESERVED} & subscribers.keys():
        raise LauncherError(f"deploy/services.yaml: a subscriber cannot be called {', '.join(sorted(taken))}.")
    return Catalogue(
        gateway["package"], gateway["http"], gateway["probes"], gateway.get("replicas", 1), services, subscribers
    )


def _service(name: str, fields: dict[str, Any], follows: Iterable[str]) -> Service:
    return Service(name=name, **{**fields, "follows": tuple(follows), "personal": tuple(fields.get("personal", ()))})


def _subscriber(name: str, fields: dict[str, Any]) -> Subscriber:
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        raise LauncherError(f"deploy/services.yaml: {name} is no name: use small letters, digits and underscores.")
    return Subscriber(name, tuple(fields["follows"]), fields["personal"])


def amqp_url_variable(name: str) -> str:
    """Where a service or the gateway finds the URL of its account at the broker."""
    return f"AMQP_URL_{name.upper()}"


def replica(port: int, number: int) -> int:
    """Port of the given replica; replica 0 listens on the port itself."""
    return port + 1000 * number


def all_ports(offset: int) -> set[int]:
    """Every port an instance with the listed replicas uses at this offset."""
    ports = [catalogue().gateway_port, *SERVER_PORTS.values()]
    ports += [replica(catalogue().gateway_probes, number) for number in range(catalogue().gateway_replicas)]
    for service in catalogue().services.values():
        apis = range(service.replicas)
        ports += [
            service.worker,
            *(replica(port, number) for port in (service.grpc, service.probes) for number in apis),
        ]
    return {port + offset for port in ports}


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """Who listens on a port, as far as the system tells us."""
    try:
        for connection in psutil.net_connections("tcp"):
            listening = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
            if listening and connection.pid:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        pass
    return f"another process (`lsof -i :{port}` or `ss -ltnp` as its owner tells which)"


def require_free(ports: dict[int, str]) -> None:
    """Refuse to start when somebody else listens on one of our ports (port -> what we want it for)."""
    taken = [port for port in sorted(ports) if not is_free(port)]
    if taken:
        who = "; ".join(f"port {port} (for {ports[port]}) is held by {holder(port)}" for port in taken)
        raise LauncherError(
            f"{who[0].upper()}{who[1:]}. Stop that process, or move the whole instance to other ports by "
            f"setting CRM_PORT_OFFSET, for example CRM_PORT_OFFSET=2000."
        )


def choose_offset(taken: Iterable[int], first: int = 0) -> int:
    """An offset whose ports are all free and that no other instance has claimed; looks from the `first` one on.

    Checkouts do not know of each other's claims, so each looks from another one on.
    """
    claimed = {port for offset in taken for port in all_ports(offset)}
    turn = first % len(OFFSETS)
    for offset in [*OFFSETS[turn:], *OFFSETS[:turn]]:
        ports = all_ports(offset)
        if not ports & claimed and all(is_free(port) for port in ports):
            return offset
    raise LauncherError(
        "No free block of ports is left below 32768 for one more instance. Stop an instance that is "
        "not needed, "
        "or remove the folders of old ones under .run/."
    )


def offset_from_environment() -> int:
    """CRM_PORT_OFFSET: added to every port of the `dev` instance."""
    text = os.environ.get("CRM_PORT_OFFSET", "0")
    if not text.isdecimal() or int(text) > 20000:
        raise LauncherError(f"CRM_PORT_OFFSET must be a number between 0 and 20000, not {text!r}.")
    return int(text)
