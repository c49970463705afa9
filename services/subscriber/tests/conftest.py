"""A database of each kind, and a broker, for the tests of the subscriber."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest


@pytest.fixture(params=["sqlite3", "psycopg"])
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Opens a connection to an empty database, the same one every time."""
    if request.param == "sqlite3":
        yield lambda: sqlite3.connect(tmp_path / "own.db")
        return
    url = os.environ.get("CRM_TEST_DATABASE_URL", "").replace("+psycopg", "")
    if not url:
        pytest.fail("CRM_TEST_DATABASE_URL is not set; run the tests with `make test`")
    schema = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
    yield lambda: psycopg.connect(url, options=f"-csearch_path={schema}")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(scope="session")
def amqp_url() -> str:
    url = os.environ.get("CRM_TEST_AMQP_URL")
    if not url:
        pytest.fail("CRM_TEST_AMQP_URL is not set; run the tests with `make test`")
    return url
