"""The same cell means the same in every import."""

from __future__ import annotations

from typing import Any

import pytest
from crm_chassis.errors import InvalidInput, UnknownReference
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, unique, user
from crm_kit.naming import Names, accounts_named, cells, contacts_named
from crm_kit.normalise import company_key
from sqlalchemy import insert

from .tables import Account, Contact


def account(name: str, **values: Any) -> dict[str, Any]:
    return {
        "id": uuid7(), "name": name, "key": company_key(name), "external_id": "", "deleted": False, "owner_id": None,
    } | values  # fmt: skip


def test_a_number_goes_before_a_name_and_a_name_before_a_spelling() -> None:
    names = Names(
        company_key, [(1, "n1", "Acme GmbH"), (2, "acme", "ACME LLC"), (3, "", "C++"), (4, "", "C#"), (5, "", "")]
    )

    assert [names.find(name) for name in ("n1", "acme", "acme gmbh", "Acme LLC", "c++", "C#")] == [
        [1], [2], [1], [2], [3], [4],
    ]  # fmt: skip
    assert [names.find(name) for name in ("Acme, Inc.", "C", "x", "", "?")] == [[1, 2], [3, 4], [], [], []]
    names.put(6, "x", "")
    names.put(1, "n1", "Acme GmbH")
    assert (names.find("x"), names.find("n1"), names.all()) == ([6], [1], {1, 2, 3, 4, 6})


def test_a_cell_names_something_nothing_or_is_refused() -> None:
    names = Names(str.lower, [("id", "", "Acme")])

    assert names.cell({"account": "ACME"}, "account") == "id"
    assert names.cell({"account": ""}, "account") is None
    assert names.cell({}, "account") is None
    with pytest.raises(UnknownReference) as refused:
        names.cell({"parent": "Nobody"}, "parent", "account")
    assert refused.value.errors == {"parent": ["no such account 'Nobody'"]}
    names.put("other", "", "acme")
    with pytest.raises(InvalidInput) as several:
        names.cell({"account": "Acme"}, "account")
    assert several.value.errors == {"account": ["2 are called 'Acme'; give the one that is meant its number"]}


def test_what_a_column_names() -> None:
    assert cells([{"a": "x"}, {"a": ""}, {"b": "y"}, {"a": "x"}], "a") == {"x"}


def test_an_account_is_called_by_external_id_or_in_any_spelling(begin: Any) -> None:
    name, number = unique("Engines"), unique("A")
    first, second = sorted((uuid7(), uuid7()))
    oldest, younger = account(f"{name} Ltd", id=first), account(name.upper(), id=second)
    numbered = account(unique("Other"), external_id=number)
    gone = account(unique("Gone"), deleted=True)
    with begin() as tx:
        tx.session.execute(insert(Account), [younger, oldest, numbered, gone])

        names = accounts_named(tx, Account, {f"{name}, Inc.", number, gone["name"]})

    assert sorted(names.find(f"{name} GmbH")) == [oldest["id"], younger["id"]]
    assert names.find(f"{name.lower()} ltd") == [oldest["id"]]
    assert names.find(number) == [numbered["id"]]
    assert names.find(gone["name"]) == []


def test_a_file_that_names_nothing_asks_nothing() -> None:
    no_database: Any = None

    assert accounts_named(no_database, Account, set()).find("Acme") == []
    assert contacts_named(no_database, Contact, set()).find("ada@engines.example") == []


def test_nobody_names_what_they_may_not_see(begin: Any) -> None:
    seller = user({"accounts.read": OWN})
    mine, other = account(unique("Mine"), owner_id=seller.id), account(unique("Other"), owner_id=uuid7())
    with begin(seller) as tx:
        tx.session.execute(insert(Account), [mine, other])

        names = accounts_named(tx, Account, {mine["name"], other["name"]})

    assert (names.find(mine["name"]), names.find(other["name"])) == ([mine["id"]], [])


def test_a_contact_is_called_by_primary_address_in_any_case(begin: Any) -> None:
    address = f"{unique('ada')}@engines.example"
    with begin() as tx:
        row = {"display_name": "Ada", "email": address, "tags": [], "created_at": tx.now, "deleted": False}
        oldest, younger = sorted((uuid7(), uuid7()))
        tx.session.execute(insert(Contact), [row | {"id": younger}, row | {"id": oldest}])

        names = contacts_named(tx, Contact, {f" {address.upper()}"})

    assert sorted(names.find(address)) == [oldest, younger]
