"""Rows are limited in the query, by the same rule in every read; fields one may not read open no side door."""

from __future__ import annotations

from typing import Any

import crm_contracts
import pytest
from crm.common.v1 import search_pb2, standard_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.identity.v1 import territories_pb2, users_pb2
from crm_chassis.access.reach import Standing, place_of, reaches
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, SUBTREE, TEAM, TERRITORY, unique, user

ADMIN = user()
BOTH = {"fields.personal.read": ALL, "fields.financial.read": ALL}


@pytest.fixture
def company(rpc: Any, deliver: Any) -> Any:
    """A boss with two reports in two teams, a territory with a part, and one account of each report."""

    class Company:
        boss, ann, bob, eve = (uuid7() for _ in range(4))
        team, other_team, region, district = (uuid7() for _ in range(4))
        industry = unique("industry")

    def employ(id_: str, manager_id: str | None, team_id: str, territory_ids: list[str]) -> None:
        fields = {
            "id": id_,
            "display_name": id_,
            "manager_id": manager_id,
            "team_ids": [team_id],
            "territory_ids": territory_ids,
            "status": "ACTIVE",
        }
        deliver(users_pb2.UserCreated(user={key: value for key, value in fields.items() if value is not None}))

    employ(Company.boss, None, Company.other_team, [])
    employ(Company.ann, Company.boss, Company.team, [Company.region])
    employ(Company.bob, Company.ann, Company.team, [])
    employ(Company.eve, None, Company.other_team, [])
    for id_, parent in ((Company.region, None), (Company.district, Company.region)):
        territory = {"id": id_, "name": id_} | ({"parent_id": parent} if parent else {})
        deliver(territories_pb2.TerritoryCreated(territory=territory))
    Company.accounts = {  # type: ignore[attr-defined]
        owner: rpc(
            "CreateAccount",
            accounts_pb2.CreateAccountRequest(
                account={
                    "name": unique("Account"),
                    "owner_id": owner,
                    "industry": Company.industry,
                    "territory_id": Company.district if owner == Company.eve else uuid7(),
                }
            ),
            as_=ADMIN,
        ).id
        for owner in (Company.boss, Company.ann, Company.bob, Company.eve)
    }
    return Company


def seen(rpc: Any, company: Any, actor: Any) -> set[str]:
    """Owners of the company's accounts that the actor sees, equal by list, count and single read."""
    request = accounts_pb2.ListAccountsRequest(filter=f'industry = "{company.industry}"', include_total_size=True)
    listed = rpc("ListAccounts", request, as_=actor)
    owners = {account.owner_id for account in listed.accounts}
    assert listed.total_size == len(owners)
    for owner, id_ in company.accounts.items():
        request_ = standard_pb2.GetRequest(id=id_)
        if owner in owners:
            assert rpc("GetAccount", request_, as_=actor).owner_id == owner
        else:
            with pytest.raises(DomainError) as refused:
                rpc("GetAccount", request_, as_=actor)
            assert refused.value.status == 404
    return owners


def reader(scope: int, id_: str) -> Any:
    return user({"accounts.read": scope, **BOTH}, id_=id_)


def test_scopes(rpc: Any, company: Any) -> None:
    boss, ann, bob, eve = company.boss, company.ann, company.bob, company.eve
    assert seen(rpc, company, reader(OWN, ann)) == {ann}
    assert seen(rpc, company, reader(TEAM, bob)) == {ann, bob}
    assert seen(rpc, company, reader(SUBTREE, boss)) == {boss, ann, bob}
    assert seen(rpc, company, reader(SUBTREE, ann)) == {ann, bob}
    assert seen(rpc, company, reader(TERRITORY, ann)) == {ann, eve}
    assert seen(rpc, company, reader(ALL, uuid7())) == {boss, ann, bob, eve}
    assert seen(rpc, company, user({"accounts.read": OWN, **BOTH})) == set()


def test_events_are_judged_like_rows(rpc: Any, company: Any) -> None:
    """Whoever reaches a record in the database reaches it in the stream of changes, and nobody else."""
    people = {
        company.boss: Standing(frozenset({company.other_team}), frozenset({company.boss})),
        company.ann: Standing(
            frozenset({company.team}),
            frozenset({company.ann, company.boss}),
            frozenset({company.region, company.district}),
        ),
        company.bob: Standing(frozenset({company.team}), frozenset({company.bob, company.ann, company.boss})),
        company.eve: Standing(frozenset({company.other_team}), frozenset({company.eve})),
    }
    rules = crm_contracts.resource_of(accounts_pb2.Account.DESCRIPTOR)
    records = {
        owner: place_of(rules, {"owner_id": owner, "territory_id": company.district if owner == company.eve else None})
        for owner in people
    }
    for scope in (OWN, TEAM, SUBTREE, TERRITORY, ALL):
        for id_, standing in people.items():
            actor = reader(scope, id_)
            judged = {
                owner for owner, place in records.items() if reaches(actor, standing, rules, place, people[owner])
            }
            assert judged == seen(rpc, company, actor), (scope, id_)


def test_who_moves_in_the_hierarchy_sees_at_once_what_belongs_there(rpc: Any, company: Any, deliver: Any) -> None:
    moved = {"id": company.eve, "display_name": "Eve", "manager_id": company.bob, "status": "ACTIVE"}
    deliver(users_pb2.UserUpdated(user=moved), version=2)
    assert company.eve in seen(rpc, company, reader(SUBTREE, company.boss))


def test_reading_reaches_further_than_writing(rpc: Any, company: Any) -> None:
    actor = user({"accounts.read": ALL, "accounts.update": OWN, **BOTH}, id_=company.ann)
    request = accounts_pb2.UpdateAccountRequest(account={"id": company.accounts[company.eve], "website": ""})
    request.update_mask.paths.append("website")
    with pytest.raises(DomainError) as refused:
        rpc("UpdateAccount", request, as_=actor)
    assert refused.value.status == 403


def test_records_are_not_given_out_of_reach(rpc: Any, company: Any) -> None:
    actor = user({"accounts.read": TEAM, "accounts.create": TEAM, **BOTH}, id_=company.ann)
    mate = accounts_pb2.CreateAccountRequest(account={"name": unique(), "owner_id": company.bob})
    assert rpc("CreateAccount", mate, as_=actor).owner_id == company.bob
    stranger = accounts_pb2.CreateAccountRequest(account={"name": unique(), "owner_id": company.eve})
    with pytest.raises(DomainError) as refused:
        rpc("CreateAccount", stranger, as_=actor)
    assert refused.value.status == 403


def test_an_invisible_parent_cannot_be_linked_to(rpc: Any, company: Any) -> None:
    actor = user({"accounts.read": OWN, "contacts.create": OWN, **BOTH}, id_=company.ann)
    request = contacts_pb2.CreateContactRequest(
        contact={"last_name": "Lee", "account_id": company.accounts[company.eve]}
    )
    with pytest.raises(DomainError) as refused:
        rpc("CreateContact", request, as_=actor)
    assert refused.value.reason == "UNKNOWN_REFERENCE"


def test_a_search_finds_only_what_may_be_seen(rpc: Any, company: Any) -> None:
    name = rpc("GetAccount", standard_pb2.GetRequest(id=company.accounts[company.eve]), as_=ADMIN).name
    query = search_pb2.SearchRecordsRequest(query=name)
    actor = user({"contacts.read": ALL, "accounts.read": OWN, **BOTH}, id_=company.ann)
    assert rpc("SearchRecords", query, as_=ADMIN).hits
    assert not rpc("SearchRecords", query, as_=actor).hits


@pytest.mark.parametrize(
    "request_",
    [
        contacts_pb2.ListContactsRequest(filter='last_name = "Lee"'),
        contacts_pb2.ListContactsRequest(filter='NOT (title = "x" AND email = "a@b.example")'),
        contacts_pb2.ListContactsRequest(order_by="last_name"),
    ],
)
def test_a_field_one_may_not_read_cannot_be_filtered_or_sorted_by(rpc: Any, request_: Any) -> None:
    with pytest.raises(DomainError) as refused:
        rpc("ListContacts", request_, as_=user({"contacts.read": ALL}))
    assert refused.value.status == 403


def test_a_field_one_may_not_read_cannot_be_written(rpc: Any) -> None:
    actor = user({"contacts.*": ALL})
    with pytest.raises(DomainError) as refused:
        rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": "Lee"}), as_=actor)
    assert (refused.value.status, list(refused.value.errors)) == (403, ["last_name"])


def test_nor_can_one_inside_a_field_that_may_be_written(rpc: Any) -> None:
    actor = user({"contacts.*": ALL})
    request = contacts_pb2.CreateContactRequest(contact={"emails": [{"address": "a@b.example"}]})
    with pytest.raises(DomainError) as refused:
        rpc("CreateContact", request, as_=actor)
    assert (refused.value.status, list(refused.value.errors)) == (403, ["emails"])


def test_a_denied_request_has_not_written(rpc: Any, company: Any, published: Any) -> None:
    actor = user({"accounts.read": ALL, "accounts.delete": OWN}, id_=company.ann)
    id_ = company.accounts[company.eve]
    with pytest.raises(DomainError):
        rpc("DeleteAccount", standard_pb2.DeleteRequest(id=id_), as_=actor)
    assert [event.version for event in published(id_)] == [1]
