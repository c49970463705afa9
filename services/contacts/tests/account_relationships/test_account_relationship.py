"""What accounts are to each other: said once, of two, to who may read both."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from crm.common.v1 import standard_pb2, timelines_pb2
from crm.contacts.v1 import account_relationships_pb2 as pb
from crm.contacts.v1 import accounts_pb2, merges_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user
from crm_chassis.testing.batches import check_batches
from crm_contacts.account_relationships.model import INVERSE, AccountRelationship
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

ADMIN = user()
KINDS = [name for name, number in pb.AccountRelationship.Kind.items() if number]
RIGHTS = {"account_relationships.*": OWN, "accounts.read": OWN, "accounts.update": OWN, "contacts.read": ALL}


@pytest.fixture
def make(rpc: Any) -> Callable[..., Any]:
    def create(**fields: Any) -> str:
        given = {"name": unique("Acme")} | fields
        return str(rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=given), as_=ADMIN).id)

    return create


@pytest.fixture
def relate(rpc: Any) -> Callable[..., Any]:
    def create(from_id: str, kind: str, to_id: str, as_: Any = ADMIN, **fields: Any) -> Any:
        given = {"from_account_id": from_id, "kind": kind, "to_account_id": to_id} | fields
        request = pb.CreateAccountRelationshipRequest(account_relationship=given)
        return rpc("CreateAccountRelationship", request, as_=as_)

    return create


@pytest.fixture
def of(rpc: Any) -> Callable[..., Any]:
    def read(account_id: str, as_: Any = ADMIN) -> set[tuple[str, str]]:
        """What an account is, and to whom."""
        about = f'from_account_id = "{account_id}" OR to_account_id = "{account_id}"'
        request = pb.ListAccountRelationshipsRequest(filter=about)
        found = rpc("ListAccountRelationships", request, as_=as_).account_relationships
        said = [
            (one.kind, one.to_account_id)
            if one.from_account_id == account_id
            else (one.inverse_kind, one.from_account_id)
            for one in found
        ]
        assert len(set(said)) == len(said)
        return {(pb.AccountRelationship.Kind.Name(kind), other) for kind, other in said}

    return read


def refusal(call: Callable[[], Any]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value


def test_every_kind_has_an_inverse_whose_inverse_it_is() -> None:
    assert set(INVERSE) == set(KINDS)
    assert all(INVERSE[INVERSE[kind]] == kind for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_both_ends_say_what_they_are(of: Any, make: Any, relate: Any, kind: str) -> None:
    one, other = make(), make()
    made = relate(one, kind, other)
    assert pb.AccountRelationship.Kind.Name(made.inverse_kind) == INVERSE[kind]
    assert of(one) == {(kind, other)}
    assert of(other) == {(INVERSE[kind], one)}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_said_twice_from_either_end(make: Any, relate: Any, kind: str) -> None:
    one, other = make(), make()
    first = relate(one, kind, other)
    for again in (lambda: relate(one, kind, other), lambda: relate(other, INVERSE[kind], one)):
        error = refusal(again)
        assert (error.status, error.reason) == (409, "ALREADY_EXISTS")
        assert error.errors["account_relationship.to_account_id"] == [f"is that of account_relationship {first.id}"]


def test_two_may_be_several_things_to_each_other(of: Any, make: Any, relate: Any) -> None:
    one, other = make(), make()
    relate(one, "SUPPLIER", other)
    relate(one, "CUSTOMER", other)
    relate(one, "PARTNER", other)
    assert of(one) == {("SUPPLIER", other), ("CUSTOMER", other), ("PARTNER", other)}


def test_of_two_that_say_the_same_at_once_one_is_refused(of: Any, make: Any, relate: Any) -> None:
    one, other = make(), make()

    def say(from_id: str, to_id: str) -> str:
        try:
            relate(from_id, "PARTNER", to_id)
        except DomainError as error:
            return error.reason
        return "MADE"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(say, (one, other), (other, one)))
    assert sorted(said) == ["ALREADY_EXISTS", "MADE"]
    assert of(one) == {("PARTNER", other)}


def test_the_database_has_no_second_row_that_says_the_same(make: Any, relate: Any, engine: Any) -> None:
    """However it comes there: a call that began before the other one ended sees nothing of it."""
    one, other = make(), make()
    relate(one, "SUPPLIER", other)
    columns = {"id": uuid7(), "version": 1, "created_by": "", "note": ""} | dict.fromkeys(
        ("created_at", "updated_at"), datetime.now(UTC)
    )
    twin = AccountRelationship(**columns, from_account_id=other, kind="CUSTOMER", to_account_id=one)
    twin.settle()
    with Session(engine) as session:
        session.add(twin)
        with pytest.raises(IntegrityError):
            session.flush()


def test_no_account_is_related_to_itself(make: Any, relate: Any) -> None:
    one = make()
    error = refusal(lambda: relate(one, "PARTNER", one))
    assert (error.status, error.reason) == (422, "ACCOUNT_RELATED_TO_ITSELF")


def test_what_has_ended_may_be_said_again(rpc: Any, of: Any, make: Any, relate: Any) -> None:
    one, other = make(), make()
    made = relate(one, "PARTNER", other)
    rpc("DeleteAccountRelationship", standard_pb2.DeleteRequest(id=made.id), as_=ADMIN)
    assert of(one) == set()
    relate(other, "PARTNER", one)
    assert of(one) == {("PARTNER", other)}


def test_note_and_dates_change_and_kind_and_ends_do_not(rpc: Any, make: Any, relate: Any) -> None:
    made = relate(make(), "RESELLER", make(), start_date="2026-01-01")

    def update(**fields: Any) -> Any:
        request = pb.UpdateAccountRelationshipRequest(
            account_relationship={"id": made.id} | fields, update_mask={"paths": list(fields)}
        )
        return rpc("UpdateAccountRelationship", request, as_=ADMIN)

    changed = update(note="since the fair", end_date="2026-12-31")
    assert (changed.note, changed.start_date, changed.end_date) == ("since the fair", "2026-01-01", "2026-12-31")
    assert list(refusal(lambda: update(kind="PARTNER")).errors) == ["kind"]
    assert refusal(lambda: update(start_date="2026-02-01", end_date="2026-01-01")).status == 400


# -- who may ----------------------------------------------------------------------------------------------


def test_nobody_is_told_of_an_account_that_one_may_not_read(rpc: Any, of: Any, make: Any, relate: Any) -> None:
    rep = user(RIGHTS)
    own, mine, hidden = make(owner_id=rep.id), make(owner_id=rep.id), make()
    shown = relate(own, "PARTNER", mine)
    rows = [relate(own, "COMPETITOR", hidden), relate(hidden, "SUPPLIER", own)]
    assert of(own, as_=rep) == {("PARTNER", mine)}
    assert of(own) == {("PARTNER", mine), ("COMPETITOR", hidden), ("CUSTOMER", hidden)}
    for row in rows:
        for name, request in (
            ("Get", standard_pb2.GetRequest(id=row.id)),
            ("Delete", standard_pb2.DeleteRequest(id=row.id)),
        ):
            assert refusal(lambda n=name, r=request: rpc(f"{n}AccountRelationship", r, as_=rep)).status == 404
    request = timelines_pb2.GetCustomerRequest(customer={"account_id": own})
    assert [one.id for one in rpc("GetCustomerProfile", request, as_=rep).relationships] == [shown.id]


def test_who_may_read_all_relationships_is_not_told_of_accounts_beyond_reach(of: Any, make: Any, relate: Any) -> None:
    rep = user(RIGHTS | {"account_relationships.read": ALL})
    own, hidden = make(owner_id=rep.id), make()
    relate(own, "PARTNER", hidden)
    relate(hidden, "SUPPLIER", own)
    assert of(own, as_=rep) == of(hidden, as_=rep) == set()


@pytest.mark.parametrize("end", ["from", "to"])
def test_an_account_that_one_may_not_read_is_not_named(make: Any, relate: Any, end: str) -> None:
    rep = user(RIGHTS)
    own, hidden = make(owner_id=rep.id), make()
    ends = (hidden, own) if end == "from" else (own, hidden)
    error = refusal(lambda: relate(ends[0], "PARTNER", ends[1], as_=rep))
    assert error.reason == "UNKNOWN_REFERENCE"
    assert list(error.errors) == [f"account_relationship.{end}_account_id"]


def test_the_account_of_which_it_is_said_must_be_changeable(rpc: Any, of: Any, make: Any, relate: Any) -> None:
    rep = user(RIGHTS | {"accounts.read": ALL, "account_relationships.read": ALL, "account_relationships.update": ALL})
    own, other = make(owner_id=rep.id), make()
    relate(own, "PARTNER", other, as_=rep)
    assert refusal(lambda: relate(other, "SUPPLIER", own, as_=rep)).status == 403
    theirs = relate(other, "SUPPLIER", own)
    changed = pb.UpdateAccountRelationshipRequest(
        account_relationship={"id": theirs.id, "note": "no"}, update_mask={"paths": ["note"]}
    )
    assert refusal(lambda: rpc("UpdateAccountRelationship", changed, as_=rep)).status == 403
    assert (
        refusal(
            lambda: rpc("DeleteAccountRelationship", standard_pb2.DeleteRequest(id=theirs.id), as_=rep)
        ).status == 403
    )  # fmt: skip
    assert of(own) == {("PARTNER", other), ("CUSTOMER", other)}


# -- accounts that go -------------------------------------------------------------------------------------


def test_with_an_account_its_relationships_go_and_come_back(rpc: Any, of: Any, make: Any, relate: Any) -> None:
    one, other = make(), make()
    made = relate(one, "PARTNER", other)
    rpc("DeleteAccount", standard_pb2.DeleteRequest(id=other), as_=ADMIN)
    assert of(one) == set()
    assert refusal(lambda: rpc("GetAccountRelationship", standard_pb2.GetRequest(id=made.id), as_=ADMIN)).status == 404
    rpc("UndeleteAccount", standard_pb2.UndeleteRequest(id=other), as_=ADMIN)
    assert of(one) == {("PARTNER", other)}


@pytest.fixture
def merge(rpc: Any, tick: Any) -> Callable[..., Any]:
    def do(survivor: str, *losers: str) -> Callable[[], None]:
        answer = rpc("MergeAccounts", merges_pb2.MergeRequest(id=survivor, loser_ids=losers), as_=ADMIN)
        tick("merges")

        def undo() -> None:
            rpc("UndoMerge", merges_pb2.UndoMergeRequest(id=answer.merge.id), as_=ADMIN)
            tick("merges")

        return undo

    return do


def test_relationships_follow_a_merge_and_its_undoing(of: Any, make: Any, relate: Any, merge: Any) -> None:
    survivor, loser, other, third = make(), make(), make(), make()
    relate(loser, "SUPPLIER", other)
    relate(third, "INVESTOR", loser)
    before = {id_: of(id_) for id_ in (survivor, loser, other, third)}

    undo = merge(survivor, loser)
    assert of(survivor) == {("SUPPLIER", other), ("FUNDED_BY", third)}
    assert (of(other), of(third)) == ({("CUSTOMER", survivor)}, {("INVESTOR", survivor)})

    undo()
    assert {id_: of(id_) for id_ in before} == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_that_become_one_one_is_left(
    rpc: Any, of: Any, make: Any, relate: Any, merge: Any, kind: str, turned: bool
) -> None:
    survivor, loser, other = make(), make(), make()
    own = relate(survivor, kind, other)
    if turned:
        relate(other, INVERSE[kind], loser, note="known from the fair", start_date="2026-01-01")
    else:
        relate(loser, kind, other, note="known from the fair", start_date="2026-01-01")

    def read() -> Any:
        return rpc("GetAccountRelationship", standard_pb2.GetRequest(id=own.id), as_=ADMIN)

    undo = merge(survivor, loser)
    assert of(survivor) == {(kind, other)}
    assert of(other) == {(INVERSE[kind], survivor)}
    assert (read().note, read().start_date) == ("known from the fair", "2026-01-01")

    undo()
    assert of(survivor) == of(loser) == {(kind, other)}
    assert (read().note, read().start_date) == ("", "")


@pytest.mark.parametrize("turned", [False, True])
def test_what_two_were_to_each_other_goes_when_they_are_one(
    of: Any, make: Any, relate: Any, merge: Any, turned: bool
) -> None:
    survivor, loser = make(), make()
    ends = (loser, survivor) if turned else (survivor, loser)
    relate(ends[0], "SUPPLIER", ends[1])
    relate(ends[0], "PARTNER", ends[1])

    undo = merge(survivor, loser)
    assert of(survivor) == set()

    undo()
    assert of(ends[0]) == {("SUPPLIER", ends[1]), ("PARTNER", ends[1])}


def test_what_two_losers_were_to_each_other_goes_too(of: Any, make: Any, relate: Any, merge: Any) -> None:
    survivor, one, other = make(), make(), make()
    relate(one, "COMPETITOR", other)
    undo = merge(survivor, one, other)
    assert of(survivor) == set()
    undo()
    assert of(one) == {("COMPETITOR", other)}


def test_what_came_meanwhile_is_not_said_twice_by_an_undoing(of: Any, make: Any, relate: Any, merge: Any) -> None:
    survivor, loser, other = make(), make(), make()
    relate(loser, "PARTNER", other)
    undo = merge(survivor, loser)
    undo()
    relate(survivor, "PARTNER", other)
    assert of(survivor) == of(loser) == {("PARTNER", other)}


# -- many, events, files ----------------------------------------------------------------------------------


def test_many_are_read_and_written_at_once(rpc: Any, make: Any) -> None:
    one = make()
    check_batches(
        rpc, pb.AccountRelationship, lambda: {"from_account_id": one, "kind": "PARTNER", "to_account_id": make()},
        {"note": "new"},
    )  # fmt: skip


def test_every_change_is_published(rpc: Any, make: Any, relate: Any, published: Any) -> None:
    made = relate(make(), "SUPPLIER", make())
    changed = pb.UpdateAccountRelationshipRequest(account_relationship={"id": made.id, "note": "new"})
    rpc("UpdateAccountRelationship", changed, as_=ADMIN)
    rpc("DeleteAccountRelationship", standard_pb2.DeleteRequest(id=made.id), as_=ADMIN)
    told = published(made.id)
    assert [event.action for event in told] == ["created", "updated", "deleted"]


def test_an_account_shows_its_relationships_and_with_whom(rpc: Any, make: Any, relate: Any) -> None:
    one, other, third = make(), make(), make()
    made = {relate(one, "SUPPLIER", other).id, relate(third, "RESELLER", one).id}
    request = timelines_pb2.GetCustomerRequest(customer={"account_id": one})
    shown = rpc("GetCustomerProfile", request, as_=ADMIN)
    assert {row.id for row in shown.relationships} == made
    assert {row.id for row in shown.related_accounts} == {other, third}


def test_the_past_shows_what_was_there_then(rpc: Any, make: Any, relate: Any) -> None:
    one, other, third = make(), make(), make()
    first = relate(one, "SUPPLIER", other)
    moment = datetime.now(UTC)
    relate(one, "PARTNER", third)
    rpc("DeleteAccountRelationship", standard_pb2.DeleteRequest(id=first.id), as_=ADMIN)
    request = timelines_pb2.GetCustomerRequest(customer={"account_id": one}, as_of=moment)
    shown = rpc("GetCustomerProfile", request, as_=ADMIN)
    assert [row.id for row in shown.relationships] == [first.id]
    assert [row.id for row in shown.related_accounts] == [other]


def test_a_file_relates_accounts_by_their_names(rpc: Any, of: Any, import_csv: Any, make: Any) -> None:
    name, key = unique("Initech"), unique()
    one, other, third = make(name=name), make(external_id=key), make()
    lines = (
        f"{name},supplier,{key},,since the fair\n"
        f"{key},CUSTOMER,{name},,\n"  # the same from the other end
        f"{name},Sells through,,{third},\n"
        f"{name},PARTNER,{name},,\n"
        f"{name},FRIEND,{key},,\n"
    )
    done = import_csv("account_relationships", f"from_account,kind,to_account,to_account_id,note\n{lines}", as_=ADMIN)
    assert (done.rows_created, done.rows_updated, done.rows_failed) == (2, 1, 2)
    assert of(one) == {("SUPPLIER", other), ("SELLS_THROUGH", third)}

    again = import_csv(
        "account_relationships", f"from_account,kind,to_account,note\n{key},customer,{name},since May\n", as_=ADMIN
    )
    assert (again.rows_updated, again.rows_failed) == (1, 0)
    request = pb.ListAccountRelationshipsRequest(filter=f'from_account_id = "{one}" AND kind = SUPPLIER')
    (row,) = rpc("ListAccountRelationships", request, as_=ADMIN).account_relationships
    assert row.note == "since May"


def test_a_file_relates_nothing_that_one_may_not_change(rpc: Any, of: Any, import_csv: Any, make: Any) -> None:
    rep = user(RIGHTS | {"accounts.read": ALL, "imports.create": OWN, "imports.read": OWN})
    own, other, hidden = make(owner_id=rep.id), make(), make()
    lines = f"{own},PARTNER,{other}\n{other},SUPPLIER,{own}\n"
    done = import_csv("account_relationships", f"from_account_id,kind,to_account_id\n{lines}", as_=rep)
    assert (done.rows_created, done.rows_failed) == (1, 1)
    assert of(own) == {("PARTNER", other)}
    assert of(hidden) == set()
