"""Databases for tests, each with the three roles that an installation gives a service."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import create_engine, make_url, text


@dataclass(frozen=True)
class Database:
    """A database and the URLs of those who connect to it."""

    superuser: str
    owner: str
    processes: str
    sealer: str

    @property
    def role(self) -> str:
        """The role of the processes."""
        return str(make_url(self.processes).username)

    @property
    def sealing_role(self) -> str:
        """The role that seals the audit trail."""
        return str(make_url(self.sealer).username)


@contextmanager
def database(name: str, *, old: bool = False) -> Iterator[Database]:
    """An empty database on the server of CRM_TEST_DATABASE_URL; dropped afterwards.

    An `old` one is as installations of version 0.1.0 were: the processes' role owns it, and there is no other.
    """
    server = os.environ.get("CRM_TEST_DATABASE_URL")
    if not server:
        pytest.fail("CRM_TEST_DATABASE_URL is not set; run the tests with `make test`")
    processes = f"test_{name}_{secrets.token_hex(4)}"
    owner, sealer = f"{processes}_owner", f"{processes}_sealer"
    url = make_url(server).set(database=processes, password=processes)
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for role in (owner, processes, sealer):
            connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD '{processes}'"))
        connection.execute(text(f"CREATE DATABASE {processes} OWNER {processes if old else owner}"))
        connection.execute(text(f"REVOKE ALL ON DATABASE {processes} FROM PUBLIC"))
        if not old:
            connection.execute(text(f"GRANT CONNECT ON DATABASE {processes} TO {processes}, {sealer}"))
    try:
        roles = (url.set(username=role) for role in (owner, processes, sealer))
        urls = (make_url(server).set(database=processes), *roles)
        yield Database(*(url.render_as_string(hide_password=False) for url in urls))
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {processes} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE {owner}, {processes}, {sealer}"))
        admin.dispose()
