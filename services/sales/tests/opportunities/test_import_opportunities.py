"""Opportunities from a file, with their past: one event each, and the same file twice changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.identity.v1 import users_pb2
from crm.sales.v1 import opportunities_pb2, pipelines_pb2
from crm_chassis.ids import uuid7
from crm_chassis.imports import work
from crm_chassis.testing import unique, user

Opportunity = opportunities_pb2.Opportunity
HEADER = "external_id,account,product,owner,stage,engaged_at,close_date,amount"


@pytest.fixture
def world(deliver: Any, make_product: Any) -> dict[str, str]:
    """An account, a product and a user with names nobody else has."""
    tag = unique("w")
    found = {"account": f"Acme {tag}", "product": f"GTX Pro {tag}", "owner": f"Moses Frase {tag}"}
    found["account_id"], found["owner_id"] = uuid7(), uuid7()
    account = {"id": found["account_id"], "name": found["account"], "external_id": f"A-{tag}"}
    deliver(accounts_pb2.AccountCreated(account=account))
    person = {"id": found["owner_id"], "display_name": found["owner"], "status": "ACTIVE"}
    deliver(users_pb2.UserCreated(user=person))
    found["product_id"] = make_product("4821.00", name=found["product"]).id
    found["tag"] = tag
    return found


@pytest.fixture
def imported(rpc: Any, admin: Any, import_csv: Any) -> Any:
    """Imports rows under HEADER; returns the finished import and the opportunities by external id."""

    def run(*rows: str, header: str = HEADER) -> Any:
        done = import_csv("opportunities", "\n".join([header, *rows]) + "\n", as_=admin)
        found = {}
        for row in rows:
            key = row.split(",", 1)[0]
            request = opportunities_pb2.ListOpportunitiesRequest(filter=f'external_id = "{key}"')
            found |= {one.external_id: one for one in rpc("ListOpportunities", request, as_=admin).opportunities}
        return done, found

    return run


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_won_row_has_its_past(world: Any, imported: Any, steps: Any, published: Any) -> None:
    key = unique("ext")
    spelt = world["product"].replace("GTX Pro", "GTXPro")
    row = f"{key},{world['account'].upper()},{spelt},{world['owner'].lower()},Won,2016-10-25,2017-03-11,4514"

    done, found = imported(row)

    assert (done.rows_created, done.rows_failed) == (1, 0)
    won = found[key]
    assert (won.status, won.account_id, won.owner_id) == (Opportunity.WON, world["account_id"], world["owner_id"])
    assert (won.probability, won.forecast_category) == (100, pipelines_pb2.CLOSED)
    assert won.name == f"{world['account'].upper()}: {world['product']}"
    assert (won.amount.amount, won.amount.currency, won.amount_overridden) == ("4514.00", "USD", False)
    assert (won.lines[0].product_id, won.lines[0].unit_price.amount) == (world["product_id"], "4514.00")
    assert (won.created_at.ToDatetime(UTC), won.closed_at.ToDatetime(UTC), won.close_date) == (
        at("2016-10-25T00:00"),
        at("2017-03-11T12:00"),
        "2017-03-11",
    )
    assert steps(won) == [
        ("", "Prospecting", 0),
        ("Prospecting", "Engaging", 0),
        # 137 days and a half.
        ("Engaging", "Won", 11_880_000),
    ]
    (event,) = published(won.id)
    told = event.data.opportunity
    assert (event.type, told.status) == ("crm.sales.opportunity.created.v1", Opportunity.WON)
    assert (told.closed_at, told.created_at) == (won.closed_at, won.created_at)


def test_lost_engaging_and_prospecting_rows(world: Any, imported: Any, steps: Any) -> None:
    lost, engaging, prospecting, bare = (unique("ext") for _ in range(4))
    shared = f"{world['account']},{world['product']},{world['owner']}"

    done, found = imported(
        f"{lost},{shared},Lost,2016-11-04,2017-03-18,0",
        f"{engaging},{shared},Engaging,2016-11-10,,",
        f"{prospecting},,{world['product']},{world['owner']},Prospecting,,,",
        f"{bare},,,,,,,",
    )

    assert (done.rows_created, done.rows_failed) == (4, 0)
    assert (found[lost].status, found[lost].lost_reason, found[lost].amount.amount) == (
        Opportunity.LOST,
        "imported",
        "0.00",
    )
    assert [step[1] for step in steps(found[lost])] == ["Prospecting", "Engaging", "Lost"]
    assert (found[engaging].status, found[engaging].amount.amount) == (Opportunity.OPEN, "4821.00")
    assert found[engaging].stage_entered_at.ToDatetime(UTC) == at("2016-11-10T00:00")
    assert [step[1] for step in steps(found[engaging])] == ["Prospecting", "Engaging"]
    assert found[prospecting].name == world["product"]
    assert [step[1] for step in steps(found[prospecting])] == ["Prospecting"]
    assert (found[bare].name, found[bare].probability) == (bare, 10)


def test_the_same_file_again_changes_nothing(world: Any, imported: Any, published: Any) -> None:
    keys = [unique("ext") for _ in range(3)]
    shared = f"{world['account']},{world['product']},{world['owner']}"
    rows = [
        f"{keys[0]},{shared},Won,2016-10-25,2017-03-11,4514",
        f"{keys[1]},{shared},Lost,2016-10-25,2017-03-11,0",
        f"{keys[2]},{shared},Engaging,2016-10-25,,",
    ]
    imported(*rows)

    again, found = imported(*rows)

    assert (again.rows_created, again.rows_updated, again.rows_unchanged) == (0, 0, 3)
    assert all(len(published(one.id)) == 1 for one in found.values())


def test_a_later_file_moves_what_is_open_and_leaves_what_is_closed(
    world: Any, imported: Any, steps: Any, published: Any
) -> None:
    key, closed = unique("ext"), unique("ext")
    shared = f"{world['account']},{world['product']},{world['owner']}"
    imported(f"{key},{shared},Engaging,2016-10-25,,", f"{closed},{shared},Won,2016-10-25,2017-01-01,10")

    done, found = imported(
        f"{key},{shared},Won,2016-10-25,2017-03-11,4000", f"{closed},{shared},Won,2016-10-25,2017-01-01,99"
    )

    assert (done.rows_updated, done.rows_failed) == (1, 1)
    assert "reopen" in done.errors[0].message
    assert (found[key].status, found[key].close_date, found[key].amount.amount) == (
        Opportunity.WON,
        "2017-03-11",
        "4000.00",
    )
    assert steps(found[key])[-1] == ("Engaging", "Won", 11_880_000)
    assert [event.action for event in published(found[key].id)] == ["created", "won"]
    assert found[closed].amount.amount == "10.00"


def test_two_rows_of_one_record_in_one_file(imported: Any, published: Any) -> None:
    key = unique("ext")

    done, found = imported(f"{key},,,,Prospecting,,,5", f"{key},,,,Won,,,5")

    assert (done.rows_created, done.rows_updated) == (1, 1)
    (event,) = published(found[key].id)
    assert (event.action, event.data.opportunity.status) == ("created", Opportunity.WON)


def test_created_at_dates_a_record_and_stages_may_be_anywhere(imported: Any, make_pipeline: Any, steps: Any) -> None:
    pipeline = make_pipeline(currency="EUR")
    first, second, third = (unique("ext") for _ in range(3))

    _, found = imported(
        f"{first},One,{pipeline.name},second,2020-01-01,2020-02-01,,7.5",
        f"{second},Two,{pipeline.name},won,2020-01-01T08:00:00Z,2020-01-03,,1",
        f"{third},Three,{pipeline.name},lost,2020-01-01,2020-01-01,no budget,1",
        header="external_id,name,pipeline,stage,created_at,close_date,lost_reason,amount",
    )

    assert (found[first].name, found[first].close_date, found[first].amount.currency) == (
        "One",
        "2020-02-01",
        "EUR",
    )
    assert steps(found[first]) == [("", "Second", 0)]
    # From 1 January 08:00 to 3 January 12:00 are 52 hours.
    assert steps(found[second]) == [("", "First", 0), ("First", "Won", 187_200)]
    assert found[third].lost_reason == "no budget"
    assert found[third].closed_at.ToDatetime(UTC) == at("2020-01-01T12:00")


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ("Nobody Ltd,,,,,,", "account"),
        (",No such thing,,,,,", "product"),
        (",,Nobody,,,,", "owner"),
        (",,,Nowhere,,,", "stage"),
        (",,,Won,,2999-01-01,", "close_date"),
        (",,,Won,2020-01-02,2020-01-01,", "close_date"),
        (",,,,,,much", "opportunity.amount"),
    ],
)
def test_wrong_rows_are_reported_with_their_column(imported: Any, monkeypatch: Any, cells: str, field: str) -> None:
    monkeypatch.setattr(work, "PATIENCE", timedelta(0))

    done, found = imported(f"{unique('ext')},{cells}")

    assert (done.rows_created, done.rows_failed, found) == (0, 1, {})
    assert done.errors[0].field.rpartition(".")[2] == field.rpartition(".")[2]


def test_requirements_of_stages_hold_for_files(imported: Any, make_pipeline: Any) -> None:
    pipeline = make_pipeline(
        [{"name": "Open", "type": "OPEN"}, {"name": "Offer", "type": "OPEN", "required_fields": ["amount"]},
         {"name": "Won", "type": "WON"}, {"name": "Lost", "type": "LOST"}]
    )  # fmt: skip

    done, _ = imported(f"{unique('ext')},{pipeline.name},Offer", header="external_id,pipeline,stage")

    assert (done.rows_failed, done.errors[0].field) == (1, "amount")


def test_a_contact_is_named_by_address_and_an_account_by_external_id(world: Any, imported: Any, deliver: Any) -> None:
    key, contact_id = unique("ext"), uuid7()
    email = f"ada@{key}.example"
    deliver(contacts_pb2.ContactCreated(contact={"id": contact_id, "email": email}))

    _, found = imported(f"{key},A-{world['tag']},{email.upper()}", header="external_id,account,contact")

    assert (found[key].account_id, found[key].contact_id) == (world["account_id"], contact_id)


def test_two_users_of_one_name_are_not_guessed_between(imported: Any, deliver: Any) -> None:
    name = unique("Twin")
    for _ in range(2):
        person = {"id": user().id, "display_name": name, "status": "ACTIVE"}
        deliver(users_pb2.UserCreated(user=person))

    done, _ = imported(f"{unique('ext')},{name}", header="external_id,owner")

    assert (done.rows_failed, done.errors[0].field) == (1, "owner")


def test_a_dry_run_writes_nothing(rpc: Any, admin: Any, import_csv: Any) -> None:
    key = unique("ext")

    done = import_csv("opportunities", f"external_id,stage\n{key},Won\n", as_=admin, dry_run=True)

    assert done.rows_created == 1
    request = opportunities_pb2.ListOpportunitiesRequest(filter=f'external_id = "{key}"')
    assert not rpc("ListOpportunities", request, as_=admin).opportunities
