"""The containers' databases and roles are those of the launcher."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from deploy.dev import postgres
from deploy.dev.catalogue import REPOSITORY, Service


@pytest.fixture
def admin() -> Iterator[psycopg.Connection]:
    url = os.environ.get("CRM_TEST_DATABASE_URL", "").replace("+psycopg", "")
    if not url:
        pytest.fail("CRM_TEST_DATABASE_URL is not set; run the tests with `make test`")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def services(admin: psycopg.Connection) -> Iterator[list[Service]]:
    """Two services whose databases are removed afterwards."""
    made = [Service(f"trial{secrets.token_hex(4)}", "", 0, 0, 0) for _ in range(2)]
    yield made
    for service in made:
        admin.execute(f"DROP DATABASE {service.database} WITH (FORCE)")
        admin.execute(f"DROP ROLE {service.owner}, {service.database}, {service.sealer}")


STATE = ["crm crm_owner", "crm_owner {crm_owner=CTc/crm_owner,crm=c/crm_owner,crm_sealer=c/crm_owner}"]


def passwords(service: Service) -> dict[str, str]:
    suffix = service.name.upper()
    return {
        f"POSTGRES_PASSWORD_{suffix}": "it's",
        f"POSTGRES_OWNER_PASSWORD_{suffix}": 'an "owner"',
        f"POSTGRES_SEALER_PASSWORD_{suffix}": "a $sealer",
    }


def create(service: Service) -> None:
    """Runs the script as the container does."""
    server = make_url(os.environ["CRM_TEST_DATABASE_URL"])
    environment = {
        "PATH": f"{postgres.programs()}:{os.environ['PATH']}", "PGHOST": str(server.host), "PGPORT": str(server.port),
        "PGPASSWORD": str(server.password), "POSTGRES_USER": str(server.username), "POSTGRES_PASSWORD": "superuser",
    }  # fmt: skip
    subprocess.run(
        ["bash", str(REPOSITORY / "deploy/postgres/create-databases.sh")],
        env=environment | passwords(service), check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def state(admin: psycopg.Connection, service: Service) -> list[str]:
    """Who owns the database, who may do what with it, and which role is part of which."""
    rows = admin.execute(
        "SELECT pg_get_userbyid(datdba), datacl::text FROM pg_database WHERE datname = %(name)s UNION ALL "
        "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members WHERE roleid = %(name)s::regrole",
        {"name": service.database},
    )
    return sorted(" ".join(row).replace(service.database, "crm") for row in rows)


def test_a_database_has_an_owner_that_is_not_its_processes(admin: psycopg.Connection, services: list[Service]) -> None:
    by_launcher, by_script = services
    url = os.environ["CRM_TEST_DATABASE_URL"].replace("+psycopg", "")
    postgres.provision(url, passwords(by_launcher), [by_launcher])
    create(by_script)
    assert state(admin, by_script) == state(admin, by_launcher)
    assert state(admin, by_script) == STATE
    server = make_url(url)
    known = {by_script.database: "it's", by_script.owner: 'an "owner"', by_script.sealer: "a $sealer"}
    for role, password in known.items():
        psycopg.connect(
            host=server.host, port=server.port, user=role, password=password, dbname=by_script.database
        ).close()


def test_it_may_be_run_again_and_takes_the_database_of_version_0_1_0(
    admin: psycopg.Connection, services: list[Service]
) -> None:
    for service in services:
        admin.execute(f"CREATE ROLE {service.database} LOGIN PASSWORD 'old'")
        admin.execute(f"CREATE DATABASE {service.database} OWNER {service.database}")
        admin.execute(f"REVOKE ALL ON DATABASE {service.database} FROM PUBLIC")
        create(service)
        create(service)
        assert state(admin, service) == STATE
