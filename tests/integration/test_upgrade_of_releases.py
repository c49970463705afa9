"""Databases that a release has filled become what a new installation has, and lose nothing."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import psycopg
import pytest
from crm_chassis.db.engine import make_engine
from crm_chassis.db.migrations import CHASSIS, line_of, upgrade
from sqlalchemy import make_url

from deploy.dev import postgres
from deploy.dev.catalogue import REPOSITORY, Service, catalogue
from tests.integration.golden import FOLDER, dumps

VERSIONS = sorted(path.name.removesuffix(".tar.xz") for path in FOLDER.glob("*.tar.xz"))
read_dumps = cache(dumps)


class Installation:
    """A service's database on the test server, with roles named as an installation names them."""

    def __init__(self) -> None:
        server = os.environ.get("CRM_TEST_DATABASE_URL", "")
        if not server:
            pytest.fail("CRM_TEST_DATABASE_URL is not set; run the tests with `make test`")
        self._server = make_url(server)
        self.service = Service(f"released_{secrets.token_hex(4)}", "", 0, 0, 0)
        suffix = self.service.name.upper()
        self._secrets = {
            f"POSTGRES_PASSWORD_{suffix}": "old",
            f"POSTGRES_OWNER_PASSWORD_{suffix}": "owner",
            f"POSTGRES_SEALER_PASSWORD_{suffix}": "sealer",
        }
        self.superuser = self._url(str(self._server.username), str(self._server.password))
        self.processes = self._url(self.service.database, "old")
        self.owner = self._url(self.service.owner, "owner")

    def _url(self, role: str, password: str) -> str:
        url = self._server.set(drivername="postgresql", username=role, password=password)
        return url.set(database=self.service.database).render_as_string(hide_password=False)

    @property
    def admin(self) -> psycopg.Connection:
        server = self._server.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(server, autocommit=True)

    def fill(self, dump: bytes) -> None:
        """Makes the database as the launcher of version 0.1.0 did, and loads what that version left."""
        name = self.service.database
        with self.admin as admin:
            admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'old'")
            admin.execute(f"CREATE DATABASE {name} OWNER {name}")
            admin.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        _load(self.processes, dump)

    def set_up(self, name: str) -> None:
        """What the launcher and the set-up of today do for a service."""
        postgres.provision(
            self._server.set(drivername="postgresql").render_as_string(hide_password=False),
            self._secrets,
            [self.service],
        )
        engine = make_engine(self.owner.replace("postgresql", "postgresql+psycopg", 1), "test", 1)
        upgrade(engine, REPOSITORY / "services" / name / "migrations", self.service.database, self.service.sealer)
        engine.dispose()

    def rights(self, right: str, table: str) -> bool:
        """Whether the processes have the right to a table."""
        ((has,),) = self.query(f"SELECT has_table_privilege('{self.service.database}', '{table}', '{right}')")
        return bool(has)

    def drop(self) -> None:
        with self.admin as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {self.service.database} WITH (FORCE)")
            admin.execute(f"DROP ROLE IF EXISTS {self.service.owner}, {self.service.database}, {self.service.sealer}")

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.superuser) as connection:
            return connection.execute(statement).fetchall()

    def schema(self) -> list[str]:
        """Everything that the catalogue says, with its owners and rights; of the outbox this month alone.

        Read, loaded and read again: an expression that was loaded once is printed in another way than a new one.
        """
        month = f"outbox_{datetime.now(UTC):%Y_%m}"
        months = self.query("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'outbox'::regclass")
        read = _dump(self.superuser, *(f"--exclude-table={other}" for (other,) in months if other != month))
        scratch = f"{self.service.database}_scratch"
        with self.admin as admin:
            admin.execute(f"CREATE DATABASE {scratch} TEMPLATE template0")
            try:
                url = self._server.set(drivername="postgresql", database=scratch).render_as_string(hide_password=False)
                _load(url, read.encode())
                read = _dump(url)
            finally:
                admin.execute(f"DROP DATABASE {scratch}")
        return read.replace(self.service.database, "crm").splitlines()

    def rows(self) -> dict[str, tuple[list[str], int, str]]:
        """By table its columns, the number of its rows and a digest of them."""
        columns: dict[str, list[str]] = {}
        for table, column in self.query(
            "SELECT c.oid::regclass::text, quote_ident(attname) FROM pg_class c JOIN pg_attribute ON attrelid = c.oid "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition "
            "AND relname NOT LIKE 'alembic_version%' AND attnum > 0 AND NOT attisdropped ORDER BY 1, attnum"
        ):
            columns.setdefault(str(table), []).append(str(column))
        return {table: (names, *self.digest(table, names)) for table, names in columns.items()}

    def digest(self, table: str, columns: list[str]) -> tuple[int, str]:
        ((count, digest),) = self.query(
            f"SELECT count(*), md5(coalesce(string_agg(r::text, ',' ORDER BY r::text), '')) "
            f"FROM (SELECT {', '.join(columns)} FROM {table}) r"
        )
        return int(str(count)), str(digest)


def _load(url: str, dump: bytes) -> None:
    command = [str(postgres.programs() / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", url]
    done = subprocess.run(command, input=dump, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def _dump(url: str, *options: str) -> str:
    command = [str(postgres.programs() / "pg_dump"), "--schema-only", *options, "--dbname", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return re.sub(r"^\\(un)?restrict .*$", "", text, flags=re.MULTILINE)


@contextmanager
def installation() -> Iterator[Installation]:
    made = Installation()
    try:
        yield made
    finally:
        made.drop()


@pytest.mark.parametrize("name", catalogue().services)
@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_upgraded(version: str, name: str) -> None:
    with installation() as released, installation() as new:
        released.fill(read_dumps(version)[name])
        before = released.rows()
        assert sum(count for _, count, _ in before.values()) > 100
        released.set_up(name)
        new.set_up(name)

        # Processes of the release may be running still: they write to the history directly until the next set-up.
        direct = released.rights("INSERT", "history")
        released.set_up(name)
        assert direct
        assert not released.rights("INSERT", "history")
        assert released.schema() == new.schema()
        for table, (columns, *content) in before.items():
            assert list(released.digest(table, columns)) == content, table
        for line in (CHASSIS, line_of(REPOSITORY / "services" / name / "migrations")):
            (heads,) = zip(*released.query(f"SELECT version_num FROM {line.version_table}"), strict=True)
            assert list(heads) == line.script().get_heads()
        # Nothing is left to do.
        released.set_up(name)
        assert released.schema() == new.schema()


def test_version_0_1_0_is_there() -> None:
    assert "0.1.0" in VERSIONS
