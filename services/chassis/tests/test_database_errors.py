"""What an error of the database says in logs, in parked events and to operators: never a value of a row."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from crm_chassis.db.faults import as_domain_error, is_outage
from crm_chassis.errors import AlreadyExists, InvalidInput, Unavailable
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

PERSON = "erika.mustermann@example.org"


@pytest.fixture
def people(owner_engine: Any) -> Iterator[Any]:
    with owner_engine.begin() as connection:
        connection.execute(text("CREATE TABLE people (email text PRIMARY KEY CHECK (email <> 'x'), born date)"))
        connection.execute(text("INSERT INTO people VALUES (:email)"), {"email": PERSON})
    yield owner_engine
    with owner_engine.begin() as connection:
        connection.execute(text("DROP TABLE people"))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO people VALUES (:person)",
        "INSERT INTO people (born) VALUES (CAST(:person AS date))",
        "SELECT CAST(:person AS uuid)",
        "SELECT 'a' ~ (:person || '(')",
        "INSERT INTO people VALUES (NULL) RETURNING :person",
        "SELECT nothing, :person FROM people",
    ],
)
def test_no_value_is_in_the_text_of_an_error(people: Any, statement: str) -> None:
    with pytest.raises(DBAPIError) as refused, people.begin() as connection:
        connection.execute(text(statement), {"person": PERSON})
    error = refused.value
    told = repr(error) + str(error.orig) + "".join(traceback.format_exception(error))
    assert PERSON not in told
    assert statement.split(":")[0] in told


def test_no_value_is_in_the_text_of_an_error_before_the_database(people: Any) -> None:
    with pytest.raises(StatementError) as refused, people.begin() as connection:
        connection.execute(text("SELECT :person, :missing"), {"person": PERSON})
    assert PERSON not in "".join(traceback.format_exception(refused.value))


def test_a_value_that_is_too_large_for_its_index_is_no_outage(people: Any) -> None:
    with pytest.raises(DBAPIError) as refused, people.begin() as connection:
        # What does not compress is as large in the index as it is.
        connection.execute(text("INSERT INTO people VALUES (:email)"), {"email": secrets.token_hex(20_000)})
    assert isinstance(as_domain_error(refused.value), InvalidInput)
    assert not is_outage(refused.value)


def test_a_database_that_is_away_is_an_outage(people: Any) -> None:
    with pytest.raises(DBAPIError) as away, people.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert isinstance(as_domain_error(away.value), Unavailable)
    assert is_outage(away.value)


def test_what_the_error_means_is_still_known(people: Any) -> None:
    with pytest.raises(DBAPIError) as twice, people.begin() as connection:
        connection.execute(text("INSERT INTO people VALUES (:person)"), {"person": PERSON})
    found = as_domain_error(twice.value)
    assert isinstance(found, AlreadyExists)
    assert "people_pkey" in found.detail
    with pytest.raises(DBAPIError) as odd, people.begin() as connection:
        connection.execute(text("SELECT CAST(:person AS date)"), {"person": PERSON})
    assert isinstance(as_domain_error(odd.value), InvalidInput)
