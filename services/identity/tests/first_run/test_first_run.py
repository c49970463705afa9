"""The first run: the code that set-up prints makes one administrator, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from crm.identity.v1 import auth_pb2, organisation_pb2, setup_pb2
from crm_chassis.access.actor import ANONYMOUS, SYSTEM
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from crm_identity.runtime import runtime
from crm_identity.setup import setup
from crm_identity.users.model import User
from sqlalchemy import delete, insert, select

PASSWORD = "the very first password"


@pytest.fixture
def nobody(engine: Any) -> Iterator[None]:
    """An installation without users; afterwards those are back that there were."""
    users = User.__table__
    with engine.begin() as connection:
        stashed = [dict(row) for row in connection.execute(select(users)).mappings()]
        connection.execute(delete(users))
    yield
    with engine.begin() as connection:
        connection.execute(delete(users))
        connection.execute(insert(users), stashed)


@pytest.fixture
def print_code(begin: Any, rpc: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets up without the address of an admin; returns the code that is printed, or nothing."""
    monkeypatch.setattr("crm_identity.setup.runtime", lambda: replace(runtime(), first_admin=("", "")))

    def run() -> str:
        capsys.readouterr()
        with begin(as_=SYSTEM) as tx:
            setup(tx)
        printed = re.search(r"code.*: ([a-z2-7-]{19})\n", capsys.readouterr().out)
        return printed[1] if printed else ""

    return run


@pytest.fixture
def complete(rpc: Any) -> Any:
    def run(code: str, **fields: Any) -> Any:
        request = setup_pb2.CompleteSetupRequest(
            **{
                "code": code,
                "email": f"{unique('first')}@crm.example",
                "display_name": "Ada",
                "password": PASSWORD,
                "organisation_name": "Halden",
            }
            | fields
        )
        rpc("CompleteSetup", request, as_=ANONYMOUS)
        return request

    return run


@pytest.fixture
def needed(rpc: Any) -> Any:
    return lambda: rpc("GetSetup", setup_pb2.GetSetupRequest(), as_=ANONYMOUS).needed


def refusal(call: Any, *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value


def test_the_code_makes_an_administrator_and_names_the_organisation(
    nobody: None, print_code: Any, complete: Any, needed: Any, rpc: Any, login: Any, claims: Any
) -> None:
    assert needed()

    request = complete(print_code().upper(), currency="CHF", time_zone="Europe/Zurich", language="de")

    assert not needed()
    ada = user({}, id_=claims(login(request.email, PASSWORD).access_token)["sub"])
    assert list(rpc("GetMe", auth_pb2.GetMeRequest(), as_=ada).roles) == ["admin"]
    organisation = rpc("GetOrganisation", organisation_pb2.GetOrganisationRequest(), as_=ada)
    assert (organisation.name, organisation.currency, organisation.time_zone) == ("Halden", "CHF", "Europe/Zurich")
    assert list(organisation.languages) == ["de", "en"]


def test_the_code_is_worth_something_once(nobody: None, print_code: Any, complete: Any, engine: Any) -> None:
    code = print_code()
    complete(code)

    assert refusal(complete, code).reason == "SETUP_ALREADY_DONE"
    with engine.begin() as connection:
        connection.execute(delete(User.__table__))
    assert list(refusal(complete, code).errors) == ["code"]


def test_only_the_newest_code_is_good(nobody: None, print_code: Any, complete: Any) -> None:
    old, new = print_code(), print_code()

    for wrong in (old, "aaaa-bbbb-cccc-dddd"):
        assert list(refusal(complete, wrong).errors) == ["code"]
    complete(new)


def test_the_code_is_not_in_the_database(nobody: None, print_code: Any, leftovers: Any) -> None:
    code = print_code()

    assert leftovers(code) == leftovers(code.replace("-", "")) == []


def test_what_makes_no_sense_costs_no_code(nobody: None, print_code: Any, complete: Any) -> None:
    code = print_code()

    assert list(refusal(complete, code, password="password").errors) == ["password"]
    assert list(refusal(complete, code, email="nobody").errors) == ["email"]
    assert list(refusal(complete, code, organisation_name="").errors) == ["organisation_name"]
    complete(code)


def test_where_there_are_users_there_is_no_code(make_user: Any, print_code: Any, complete: Any, needed: Any) -> None:
    make_user()

    assert print_code() == ""
    assert not needed()
    assert refusal(complete, "aaaa-bbbb-cccc-dddd").reason == "SETUP_ALREADY_DONE"
