"""Reads the six databases as they are, behind the services' backs and without changing anything."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import psycopg
from psycopg.rows import dict_row

from deploy.dev.catalogue import catalogue
from deploy.dev.instance import Instance

Row = dict[str, Any]


class Databases:
    """One read-only connection per database, as the superuser."""

    def __init__(self, instance: Instance) -> None:
        server = instance.superuser_url.replace("+psycopg", "").removesuffix("/postgres")
        self._connections = {
            service.name: psycopg.connect(
                f"{server}/{service.database}", autocommit=True, row_factory=dict_row, application_name="chaos-checks",
                connect_timeout=10, options="-c default_transaction_read_only=on -c statement_timeout=60000",
            )
            for service in catalogue().services.values()
        }  # fmt: skip

    @property
    def services(self) -> Sequence[str]:
        return list(self._connections)

    def rows(self, service: str, query: str, **values: Any) -> list[Row]:
        """The answer of one query."""
        return self._connections[service].execute(query, values).fetchall()

    def one(self, service: str, query: str, **values: Any) -> Any:
        """The first column of the first row."""
        return next(iter(self.rows(service, query, **values)[0].values()))

    def columns(self, service: str, table: str) -> set[str]:
        """Names of a table's columns."""
        query = (
            "SELECT column_name FROM information_schema.columns WHERE table_name = %(t)s AND table_schema = 'public'"
        )
        return {row["column_name"] for row in self.rows(service, query, t=table)}

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()


@cache
def subscriptions(service: str) -> dict[str, list[str]]:
    """Name of each subscription of a service to the kinds of records it follows.

    Asked in a process of its own: two services do not fit into one.
    """
    package = catalogue().services[service].package.replace("-", "_")
    program = (
        f"import json; from {package}.service import service\n"
        "print(json.dumps({one.name: sorted(one.records) for one in service.every_subscription}))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(answer.stdout.splitlines()[-1])
    return found
