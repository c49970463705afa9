"""Changes that wait for somebody's yes: who may propose, see, decide and undo them, and what they do to records."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from crm.common.v1 import history_pb2, proposals_pb2, standard_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis import proposals, subjects
from crm_chassis.access.actor import Actor
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.tx import transaction
from crm_chassis.testing import ALL, OWN, unique, user
from sqlalchemy import text
from sqlalchemy.orm import Session

State = proposals_pb2.Proposal.State
CLEAR = {"fields.personal.read": ALL, "fields.financial.read": ALL}
OWNER = {"contacts.*": OWN, "accounts.*": OWN, "proposals.create": ALL} | CLEAR
READER = {"contacts.read": ALL, "accounts.read": ALL, "proposals.create": ALL} | CLEAR


@pytest.fixture
def people(rpc: Any) -> Any:
    """An owner with two contacts, a colleague who reads them and changes none, another one, and a stranger."""
    found = SimpleNamespace(owner=user(OWNER), rep=user(READER), other=user(READER), stranger=user(OWNER))
    found.erika = contact(rpc, found.owner, first_name="Erika", title="Buyer")
    found.otto = contact(rpc, found.owner, first_name="Otto")
    return found


def contact(rpc: Any, as_: Any, **fields: Any) -> Any:
    return rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": unique()} | fields), as_=as_)


def read(rpc: Any, as_: Any, id_: str) -> Any:
    return rpc("GetContact", standard_pb2.GetRequest(id=id_), as_=as_)


def change(rpc: Any, as_: Any, id_: str, **fields: Any) -> Any:
    request = contacts_pb2.UpdateContactRequest(contact={"id": id_} | fields)
    request.update_mask.paths.extend(fields)
    return rpc("UpdateContact", request, as_=as_)


def command(record: Any, fields: dict[str, Any], resource: str = "contacts", **more: Any) -> Any:
    found = proposals_pb2.ProposedChange(resource=resource, id=getattr(record, "id", record), **more)
    found.fields.update(fields)
    return found


@pytest.fixture
def propose(rpc: Any, people: Any) -> Callable[..., Any]:
    def run(*commands: Any, as_: Any = None, **more: Any) -> Any:
        request = proposals_pb2.CreateProposalRequest(commands=commands, **more)
        return rpc("CreateProposal", request, as_=as_ or people.rep)

    return run


@pytest.fixture
def approve(rpc: Any) -> Callable[..., Any]:
    def run(proposal: Any, as_: Any, terms_hash: str = "") -> Any:
        request = proposals_pb2.ApproveProposalRequest(id=proposal.id, terms_hash=terms_hash or proposal.terms_hash)
        return rpc("ApproveProposal", request, as_=as_)

    return run


@pytest.fixture
def decline(rpc: Any) -> Callable[..., Any]:
    def run(proposal: Any, as_: Any, reason: str = "") -> Any:
        request = proposals_pb2.DeclineProposalRequest(id=proposal.id, terms_hash=proposal.terms_hash, reason=reason)
        return rpc("DeclineProposal", request, as_=as_)

    return run


@pytest.fixture
def undo(rpc: Any) -> Callable[..., Any]:
    return lambda proposal, as_: rpc("UndoProposal", proposals_pb2.UndoProposalRequest(id=proposal.id), as_=as_)


@pytest.fixture
def withdraw(rpc: Any) -> Callable[..., Any]:
    return lambda one, as_: rpc("WithdrawProposal", proposals_pb2.WithdrawProposalRequest(id=one.id), as_=as_)


@pytest.fixture
def get(rpc: Any) -> Callable[..., Any]:
    return lambda proposal, as_: rpc("GetProposal", proposals_pb2.GetProposalRequest(id=proposal.id), as_=as_)


@pytest.fixture
def listed(rpc: Any) -> Callable[..., list[str]]:
    def run(as_: Any, **more: Any) -> list[str]:
        return [one.id for one in rpc("ListProposals", proposals_pb2.ListProposalsRequest(**more), as_=as_).proposals]

    return run


def refused(call: Callable[[], Any]) -> tuple[int, str, set[str]]:
    with pytest.raises(DomainError) as caught:
        call()
    return caught.value.status, caught.value.reason, set(caught.value.errors)


def told(proposal: Any, place: int = 0) -> dict[str, tuple[Any, Any]]:
    """Old and new value by field of one of the commands."""
    changes = proposal.commands[place].changes
    return {one.field: (plain(one.old_value), plain(one.new_value)) for one in changes}


def plain(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    return None if kind == "null_value" else getattr(value, kind) if kind != "list_value" else list(value.list_value)


# -- proposing ------------------------------------------------------------------------------------------------------


def test_who_may_read_a_record_proposes_a_change_that_its_owner_approves(
    rpc: Any, people: Any, propose: Any, approve: Any, get: Any
) -> None:
    proposal = propose(command(people.erika, {"title": "Head of purchasing"}), reason="She told me at the fair.")
    assert (proposal.state, proposal.created_by, proposal.may_decide) == (State.OPEN, people.rep.id, False)
    assert told(proposal) == {"title": ("Buyer", "Head of purchasing")}
    assert read(rpc, people.owner, people.erika.id).title == "Buyer"

    seen = get(proposal, people.owner)
    assert (seen.may_decide, seen.reason, told(seen)) == (True, "She told me at the fair.", told(proposal))
    applied = approve(seen, people.owner)
    assert (applied.state, applied.decided_by) == (State.APPLIED, people.owner.id)
    assert read(rpc, people.owner, people.erika.id).title == "Head of purchasing"
    assert told(get(proposal, people.rep)) == told(proposal)


def test_the_audit_trail_says_who_decided_and_by_which_proposal(
    rpc: Any, people: Any, propose: Any, approve: Any
) -> None:
    proposal = propose(command(people.erika, {"title": "Head"}))
    approve(proposal, people.owner)
    request = history_pb2.ListRecordHistoryRequest(resource="contacts", id=people.erika.id)
    last = rpc("ListRecordHistory", request, as_=people.rep).changes[0]
    assert (last.actor_id, last.source) == (people.owner.id, "proposal")
    trail = rpc("ListHistory", history_pb2.ListHistoryRequest(filter=f"record_id = {people.erika.id}"), as_=user())
    assert trail.audit_entries[0].source == f"proposal {proposal.id}"
    trail = rpc("ListHistory", history_pb2.ListHistoryRequest(filter=f"record_id = {proposal.id}"), as_=user())
    assert [(one.action, one.actor_id) for one in trail.audit_entries] == [
        ("applied", people.owner.id),
        ("proposed", people.rep.id),
    ]


def test_a_value_is_taken_away_by_null(rpc: Any, people: Any, propose: Any, approve: Any, undo: Any) -> None:
    proposal = propose(command(people.erika, {"title": None}))
    approve(proposal, people.owner)
    assert read(rpc, people.owner, people.erika.id).title == ""
    undo(proposal, people.owner)
    assert read(rpc, people.owner, people.erika.id).title == "Buyer"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (400, "INVALID_INPUT", {"commands.0.fields"})),
        ({"shoe_size": 42}, (400, "INVALID_INPUT", {"commands.0.fields.shoe_size"})),
        ({"created_by": "me"}, (400, "INVALID_INPUT", {"commands.0.fields.created_by"})),
        ({"title": 7}, (400, "INVALID_INPUT", {"commands.0.fields.title"})),
        ({"title": "x" * 5000}, (400, "INVALID_INPUT", {"commands.0.fields.title"})),
        ({"emails": [{"address": "x"}]}, (400, "INVALID_INPUT", {"commands.0.fields.emails.0.address"})),
        ({"account_id": uuid7()}, (422, "UNKNOWN_REFERENCE", {"commands.0.fields.account_id"})),
    ],
)
def test_what_an_update_would_not_take_is_refused_with_the_names_of_the_fields(
    people: Any, propose: Any, fields: dict[str, Any], expected: Any
) -> None:
    assert refused(lambda: propose(command(people.erika, fields))) == expected


def test_nobody_proposes_what_they_may_not_read(people: Any, propose: Any) -> None:
    blind = user({"contacts.read": ALL, "proposals.create": ALL})
    status, _, fields = refused(lambda: propose(command(people.erika, {"title": "x", "emails": []}), as_=blind))
    assert (status, "commands.0.fields.emails" in fields) == (403, True)
    hidden = user({"contacts.read": OWN, "proposals.create": ALL} | CLEAR)
    assert refused(lambda: propose(command(people.erika, {"title": "x"}), as_=hidden))[0] == 404
    none = user({"contacts.read": ALL} | CLEAR)
    assert refused(lambda: propose(command(people.erika, {"title": "x"}), as_=none))[0] == 403
    account = command(uuid7(), {"name": "x"}, "accounts")
    assert refused(lambda: propose(account, as_=user({"contacts.*": ALL, "proposals.create": ALL})))[0] == 403


def test_a_proposal_has_bounds(people: Any, propose: Any, clock: Any) -> None:
    assert refused(lambda: propose())[::2] == (400, {"commands"})
    many = [command(uuid7(), {"title": "x"}) for _ in range(proposals.MOST_COMMANDS + 1)]
    assert refused(lambda: propose(*many))[::2] == (400, {"commands"})
    twice = [command(people.erika, {"title": "x"}) for _ in range(2)]
    assert refused(lambda: propose(*twice))[::2] == (400, {"commands"})
    long = command(people.erika, {"description": "x" * proposals.MOST_BYTES})
    assert refused(lambda: propose(long))[0] == 400
    assert refused(lambda: propose(command(people.erika, {"name": "x"}, "spaceships")))[2] == {"commands.0.resource"}
    for days in (-1, 91):
        late = proposals_pb2.CreateProposalRequest().expires_at
        late.FromDatetime(clock() + timedelta(days=days))
        assert refused(lambda late=late: propose(command(people.erika, {"title": "x"}), expires_at=late))[2] == {
            "expires_at"
        }


def test_only_so_many_wait_for_a_decision(
    people: Any, propose: Any, withdraw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "OPEN_OF_RECORD", 2)
    first = propose(command(people.erika, {"title": "1"}))
    propose(command(people.erika, {"title": "2"}), as_=people.other)
    assert refused(lambda: propose(command(people.erika, {"title": "3"})))[:2] == (409, "TOO_MANY_PROPOSALS")
    withdraw(first, people.rep)
    propose(command(people.erika, {"title": "3"}))
    monkeypatch.setattr(proposals, "OPEN_OF_AUTHOR", 1)
    assert refused(lambda: propose(command(people.otto, {"title": "4"})))[:2] == (409, "TOO_MANY_PROPOSALS")


def test_a_proposal_about_a_former_version_is_refused(rpc: Any, people: Any, propose: Any) -> None:
    change(rpc, people.owner, people.erika.id, title="CEO")
    stale = command(people.erika, {"title": "x"}, etag=people.erika.etag)
    assert refused(lambda: propose(stale))[:2] == (412, "ETAG_MISMATCH")


# -- seeing ---------------------------------------------------------------------------------------------------------


def test_author_and_who_may_change_all_records_see_it_and_nobody_else(
    rpc: Any, people: Any, propose: Any, get: Any, listed: Any, approve: Any, decline: Any, undo: Any, withdraw: Any
) -> None:
    strangers = contact(rpc, people.stranger)
    both = propose(command(people.erika, {"title": "a"}), command(strangers, {"title": "b"}))
    one = propose(command(people.erika, {"title": "c"}))
    assert listed(people.rep) == listed(people.rep, mine=True) == [one.id, both.id]
    assert listed(people.owner) == listed(people.owner, to_decide=True) == [one.id]
    colleague = user(OWNER | {"contacts.*": OWN, "contacts.read": ALL})
    for outsider in (people.other, colleague, people.stranger):
        assert listed(outsider) == []
        for act in (get, approve, decline, undo, withdraw):
            assert refused(lambda act=act, outsider=outsider: act(one, outsider))[0] == 404
    for act in (get, approve, decline, undo, withdraw):
        assert refused(lambda act=act: act(both, people.owner))[0] == 404
    assert get(both, user()).may_decide


def test_lists_are_narrowed_and_paged(rpc: Any, people: Any, propose: Any, listed: Any, decline: Any) -> None:
    made = [propose(command(one, {"title": unique()})) for one in (people.erika, people.otto, people.erika)]
    decline(made[0], people.owner)
    assert listed(people.rep, resource="contacts", record_id=people.erika.id) == [made[2].id, made[0].id]
    assert listed(people.rep, state=State.DECLINED) == [made[0].id]
    assert listed(people.rep, state=State.OPEN) == [made[2].id, made[1].id]
    assert listed(people.rep, resource="accounts") == []
    page = rpc("ListProposals", proposals_pb2.ListProposalsRequest(page_size=2), as_=people.rep)
    rest = rpc(
        "ListProposals",
        proposals_pb2.ListProposalsRequest(page_size=2, page_token=page.next_page_token),
        as_=people.rep,
    )
    assert [one.id for one in (*page.proposals, *rest.proposals)] == [one.id for one in reversed(made)]
    assert rest.next_page_token == ""


def test_values_are_told_by_the_rights_of_now(people: Any, propose: Any, get: Any) -> None:
    address = f"{unique()}@example.org"
    proposal = propose(
        command(people.erika, {"title": "x", "description": "y", "emails": [{"address": address}]}), reason="z"
    )
    blinded = Actor(people.rep.id, "user", {"contacts.read": ALL})
    assert set(told(proposal)) == {"title", "description", "emails"}
    assert address in str(told(proposal))
    seen = get(proposal, blinded)
    assert set(told(seen)) == {"title", "emails"}
    assert address not in str(told(seen))
    left = Actor(people.rep.id, "user", {"contacts.read": OWN} | CLEAR)
    (hidden,) = get(proposal, left).commands
    assert (hidden.id, list(hidden.changes)) == (people.erika.id, [])


def test_an_answer_that_is_given_again_tells_by_the_rights_of_now(rpc: Any, people: Any) -> None:
    wanted = command(people.erika, {"title": "x", "description": unique("Secret")})
    request = proposals_pb2.CreateProposalRequest(commands=[wanted])
    key = unique("key")
    proposal = rpc("CreateProposal", request, as_=people.rep, key=key)
    assert rpc("CreateProposal", request, as_=people.rep, key=key) == proposal
    blinded = Actor(people.rep.id, "user", {"contacts.read": ALL, "proposals.create": ALL})
    assert set(told(rpc("CreateProposal", request, as_=blinded, key=key))) == {"title"}


# -- deciding -------------------------------------------------------------------------------------------------------


def test_it_is_applied_whole_or_not_at_all(
    rpc: Any, people: Any, propose: Any, approve: Any, get: Any, service: Any, engine: Any
) -> None:
    taken = contact(rpc, people.owner, external_id=unique())
    proposal = propose(
        command(people.erika, {"title": "new"}), command(people.otto, {"external_id": taken.external_id})
    )
    assert refused(lambda: approve(proposal, people.owner))[:2] == (409, "ALREADY_EXISTS")
    assert read(rpc, people.owner, people.erika.id).etag == people.erika.etag
    assert get(proposal, people.rep).state == State.OPEN

    proposal = propose(command(people.erika, {"title": "new"}), command(people.otto, {"title": "also"}))
    approve(proposal, people.owner)
    titles = [read(rpc, people.owner, one.id).title for one in (people.erika, people.otto)]
    assert titles == ["new", "also"]


def test_who_decides_needs_the_right_to_each_field(rpc: Any, people: Any, propose: Any, approve: Any) -> None:
    proposal = propose(command(people.erika, {"emails": [{"address": f"{unique()}@example.org"}]}))
    blind = user({"contacts.*": ALL})
    assert refused(lambda: approve(proposal, blind))[0] == 403
    assert read(rpc, people.owner, people.erika.id).etag == people.erika.etag


def test_who_decides_has_seen_the_terms(people: Any, propose: Any, approve: Any, engine: Any) -> None:
    proposal, other = (propose(command(people.erika, {"title": title})) for title in "ab")
    assert refused(lambda: approve(proposal, people.owner, other.terms_hash))[:2] == (412, "TERMS_MISMATCH")
    with engine.begin() as connection:
        forged = text('UPDATE proposal_commands SET new = \'{"title": "c"}\' WHERE proposal_id = :id')
        connection.execute(forged, {"id": proposal.id})
    assert refused(lambda: approve(proposal, people.owner))[:2] == (412, "PROPOSAL_OUTDATED")


def test_a_record_that_has_moved_makes_it_outdated(
    rpc: Any, people: Any, propose: Any, approve: Any, get: Any, listed: Any
) -> None:
    proposal = propose(command(people.erika, {"title": "x"}), command(people.otto, {"title": "y"}))
    change(rpc, people.owner, people.otto.id, title="z")
    assert refused(lambda: approve(proposal, people.owner))[:2] == (412, "PROPOSAL_OUTDATED")
    assert get(proposal, people.rep).state == State.OUTDATED
    assert listed(people.rep, state=State.OUTDATED) == [proposal.id]
    assert listed(people.owner, to_decide=True) == []
    assert read(rpc, people.owner, people.erika.id).title == "Buyer"
    anew = propose(command(people.erika, {"title": "x"}), command(people.otto, {"title": "y"}))
    assert approve(anew, people.owner).state == State.APPLIED


def test_a_deleted_record_makes_it_outdated(rpc: Any, people: Any, propose: Any, get: Any) -> None:
    proposal = propose(command(people.erika, {"title": "x"}))
    rpc("DeleteContact", standard_pb2.DeleteRequest(id=people.erika.id), as_=people.owner)
    assert get(proposal, people.rep).state == State.OUTDATED


def test_it_expires(people: Any, propose: Any, approve: Any, get: Any, clock: Any, listed: Any) -> None:
    proposal = propose(command(people.erika, {"title": "x"}))
    clock.advance(seconds=timedelta(days=14).total_seconds() + 1)
    assert get(proposal, people.rep).state == State.EXPIRED
    assert listed(people.rep, state=State.EXPIRED) == [proposal.id]
    assert refused(lambda: approve(proposal, people.owner))[:2] == (409, "PROPOSAL_DECIDED")


def test_it_is_declined_with_a_reason_and_withdrawn_by_its_author(
    people: Any, propose: Any, decline: Any, withdraw: Any, get: Any
) -> None:
    proposal = propose(command(people.erika, {"title": "x"}))
    assert refused(lambda: decline(proposal, people.rep))[0] == 403
    declined = decline(proposal, people.owner, "She has left.")
    assert (declined.state, declined.decision_reason) == (State.DECLINED, "She has left.")
    assert get(proposal, people.rep).decision_reason == "She has left."
    assert refused(lambda: withdraw(proposal, people.rep))[:2] == (409, "PROPOSAL_DECIDED")

    proposal = propose(command(people.erika, {"title": "x"}))
    assert refused(lambda: withdraw(proposal, people.owner))[0] == 403
    assert withdraw(proposal, people.rep).state == State.WITHDRAWN


def test_the_second_decision_is_refused(people: Any, propose: Any, approve: Any, decline: Any) -> None:
    proposal = propose(command(people.erika, {"title": "x"}))
    approve(proposal, people.owner)
    for act in (approve, decline):
        assert refused(lambda act=act: act(proposal, people.owner))[:2] == (409, "PROPOSAL_DECIDED")


def test_of_two_who_decide_at_once_one_wins(rpc: Any, people: Any, propose: Any, approve: Any, decline: Any) -> None:
    for _ in range(5):
        proposal = propose(command(read(rpc, people.owner, people.erika.id), {"title": unique()}))
        start, outcomes = threading.Barrier(2), list[str]()

        def decide(act: Any, proposal: Any = proposal, start: Any = start, outcomes: Any = outcomes) -> None:
            start.wait()
            try:
                outcomes.append(State.Name(act(proposal, people.owner).state))
            except DomainError as error:
                outcomes.append(error.reason)

        threads = [threading.Thread(target=decide, args=(act,)) for act in (approve, decline)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) in (["APPLIED", "PROPOSAL_DECIDED"], ["DECLINED", "PROPOSAL_DECIDED"])


def test_a_program_proposes_and_a_person_decides(people: Any, propose: Any, approve: Any) -> None:
    key = Actor(people.rep.id, "user", READER, api_key="crm_abc")
    proposal = propose(command(people.erika, {"title": "x"}), as_=key)
    assert refused(lambda: approve(proposal, Actor(people.owner.id, "user", OWNER, api_key="crm_abc")))[0] == 403


# -- undoing --------------------------------------------------------------------------------------------------------


def test_who_may_change_the_records_undoes_the_whole_set(
    rpc: Any, people: Any, propose: Any, approve: Any, undo: Any
) -> None:
    proposal = propose(command(people.erika, {"title": "x"}), command(people.otto, {"first_name": "Ottokar"}))
    assert refused(lambda: undo(proposal, people.owner))[:2] == (409, "PROPOSAL_DECIDED")
    approve(proposal, people.owner)
    assert refused(lambda: undo(proposal, people.rep))[0] == 403
    undone = undo(proposal, people.owner)
    assert (undone.state, undone.undone_by, undone.decided_by) == (State.UNDONE, people.owner.id, people.owner.id)
    assert read(rpc, people.owner, people.erika.id).title == "Buyer"
    assert read(rpc, people.owner, people.otto.id).first_name == "Otto"
    assert refused(lambda: undo(proposal, people.owner))[:2] == (409, "PROPOSAL_DECIDED")


def test_what_has_moved_since_is_not_undone(rpc: Any, people: Any, propose: Any, approve: Any, undo: Any) -> None:
    proposal = propose(command(people.erika, {"title": "x"}), command(people.otto, {"title": "y"}))
    approve(proposal, people.owner)
    change(rpc, people.owner, people.otto.id, title="z")
    assert refused(lambda: undo(proposal, people.owner)) == (412, "PROPOSAL_OUTDATED", {"commands.1"})
    assert read(rpc, people.owner, people.erika.id).title == "x"


# -- what is kept, and told -----------------------------------------------------------------------------------------


def test_it_goes_with_the_person_that_it_is_about(
    rpc: Any, people: Any, propose: Any, get: Any, service: Any, engine: Any, leftovers: Any
) -> None:
    title = unique("Secret")
    proposal = propose(command(people.erika, {"title": title}), command(people.otto, {"title": "x"}), reason=title)
    with Session(engine) as session, session.begin():
        assert subjects.find(session, service.tables, people.erika.id)["proposals"] == 1
        subjects.erase(session, service.tables, people.erika.id)
        assert (
            session.scalar(text("SELECT count(*) FROM proposal_commands WHERE new::text LIKE :t"), {"t": f"%{title}%"})
            == 0
        )
    assert refused(lambda: get(proposal, people.rep))[0] == 404


def test_it_is_forgotten_a_year_after_its_end(people: Any, propose: Any, engine: Any, clock: Any, get: Any) -> None:
    proposal = propose(command(people.erika, {"title": "x"}))

    def forget() -> None:
        with transaction(engine, vault=Vault(bytes(32)), clock=clock) as tx:
            proposals.forget_old(tx)

    clock.advance(seconds=timedelta(days=14 + 364).total_seconds())
    forget()
    assert get(proposal, people.rep).state == State.EXPIRED
    clock.advance(seconds=timedelta(days=2).total_seconds())
    forget()
    assert refused(lambda: get(proposal, people.rep))[0] == 404


def test_events_name_records_and_owners_and_no_value(
    people: Any, propose: Any, approve: Any, undo: Any, published: Any
) -> None:
    secret = unique("Secret")
    proposal = propose(command(people.erika, {"title": secret}), reason=secret)
    approve(proposal, people.owner)
    undo(proposal, people.owner)
    events = published(proposal.id)
    assert [one.type for one in events] == [
        "crm.contacts.proposal.created.v1", "crm.contacts.proposal.decided.v1", "crm.contacts.proposal.decided.v1",
    ]  # fmt: skip
    assert [one.payload["proposal"]["state"] for one in events] == ["OPEN", "APPLIED", "UNDONE"]
    notice = events[0].payload["proposal"]
    assert notice["records"] == [{"resource": "contacts", "id": people.erika.id, "owner_id": people.owner.id}]
    assert notice["created_by"] == people.rep.id
    assert secret not in str([one.payload for one in events])


def test_accounts_too(rpc: Any, people: Any, propose: Any, approve: Any) -> None:
    named = {"name": unique(), "industry": "Steel"}
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=named), as_=people.owner)
    proposal = propose(command(account, {"industry": "Wood"}, "accounts"), command(people.erika, {"title": "x"}))
    approve(proposal, people.owner)
    assert rpc("GetAccount", standard_pb2.GetRequest(id=account.id), as_=people.owner).industry == "Wood"
