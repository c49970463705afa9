"""Sharing a record: who may, how far, until when, what is told of it, and why somebody sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from crm.common.v1 import comments_pb2, history_pb2, shares_pb2, standard_pb2
from crm.contacts.v1 import accounts_pb2
from crm.identity.v1 import roles_pb2, teams_pb2, users_pb2
from crm_chassis.envelope import as_published
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.sharing import astray
from crm_chassis.testing import ALL, OWN, SUBTREE, unique, user
from crm_contacts.accounts.model import Account
from sqlalchemy.orm import Session

Share, Access, Ground = shares_pb2.Share, shares_pb2.Access, shares_pb2.AccessGround
SELLER = {f"accounts.{action}": OWN for action in ("create", "read", "update", "delete")}
MORE = {"fields.personal.read": ALL, "fields.financial.read": ALL}


@pytest.fixture
def firm(rpc: Any, deliver: Any) -> Any:
    """A seller with an account, a colleague, the colleague's boss, a team of one, and a stranger; none sees others'."""
    role, team = uuid7(), uuid7()
    people = SimpleNamespace(role=role, team=team)
    grants = [{"permission": name, "scope": scope} for name, scope in SELLER.items()]
    deliver(roles_pb2.RoleCreated(role={"id": role, "name": unique("role"), "grants": grants}))
    deliver(teams_pb2.TeamCreated(team={"id": team, "name": unique("team")}))

    def employ(name: str, scope: int = OWN, **fields: Any) -> None:
        actor = user(dict.fromkeys(SELLER, scope) | MORE)
        setattr(people, name, actor)
        told = {"id": actor.id, "display_name": name, "status": "ACTIVE", "role_ids": [role]} | fields
        deliver(users_pb2.UserCreated(user=told))

    employ("boss", SUBTREE)
    employ("seller")
    employ("colleague", manager_id=people.boss.id)
    employ("mate", team_ids=[team])
    employ("stranger")
    named = {"name": unique("Shared firm"), "industry": unique("industry")}
    people.account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=named), as_=people.seller)
    return people


@pytest.fixture
def share(rpc: Any, firm: Any) -> Callable[..., Any]:
    """Shares the firm's account."""

    def give(whom: Any, level: int = Share.READ, *, as_: Any = None, kind: int = Share.USER, **fields: Any) -> Any:
        principal_id = getattr(whom, "id", whom)
        wanted = {"principal_kind": kind, "principal_id": principal_id, "level": level} | fields
        request = shares_pb2.ShareRecordRequest(resource="accounts", record_id=firm.account.id, share=wanted)
        return rpc("ShareRecord", request, as_=as_ or firm.seller)

    return give


@pytest.fixture
def sees(rpc: Any, firm: Any) -> Callable[[Any], bool]:
    """Whether somebody sees the firm's account, equal by list, count and single read."""

    def look(actor: Any) -> bool:
        request = accounts_pb2.ListAccountsRequest(
            filter=f'industry = "{firm.account.industry}"', include_total_size=True
        )
        listed = rpc("ListAccounts", request, as_=actor)
        assert listed.total_size == len(listed.accounts)
        seen = bool(listed.accounts)
        asked = standard_pb2.GetRequest(id=firm.account.id)
        if seen:
            assert rpc("GetAccount", asked, as_=actor).id == firm.account.id
        else:
            assert refusal(lambda: rpc("GetAccount", asked, as_=actor)) == "NOT_FOUND"
        return seen

    return look


@pytest.fixture
def patch(rpc: Any, firm: Any) -> Callable[..., Any]:
    def change(as_: Any, **fields: Any) -> Any:
        request = accounts_pb2.UpdateAccountRequest(account={"id": firm.account.id} | fields)
        request.update_mask.paths.extend(fields)
        return rpc("UpdateAccount", request, as_=as_)

    return change


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as refused:
        call()
    return str(refused.value.reason)


def test_whoever_it_is_shared_with_sees_it_and_the_boss_too(firm: Any, share: Any, sees: Any) -> None:
    assert not any(map(sees, (firm.colleague, firm.boss, firm.mate, firm.stranger)))
    share(firm.colleague)
    assert sees(firm.colleague)
    assert sees(firm.boss)
    assert not sees(firm.stranger)
    share(firm.team, kind=Share.TEAM)
    assert sees(firm.mate)
    assert not sees(firm.stranger)
    share("", kind=Share.EVERYONE)
    assert sees(firm.stranger)


def test_a_role_is_everybody_who_has_it(firm: Any, share: Any, sees: Any) -> None:
    share(firm.role, kind=Share.ROLE)
    assert sees(firm.stranger)
    assert not sees(user(SELLER | MORE))


def test_a_share_grants_no_permission(firm: Any, share: Any, rpc: Any) -> None:
    share(firm.colleague, Share.FULL)
    reader = user({"contacts.read": ALL}, id_=firm.colleague.id)
    assert (
        refusal(lambda: rpc("GetAccount", standard_pb2.GetRequest(id=firm.account.id), as_=reader))
        == "PERMISSION_DENIED"
    )


def test_each_level_reaches_so_far(firm: Any, share: Any, patch: Any, rpc: Any, deliver: Any) -> None:
    delete = standard_pb2.DeleteRequest(id=firm.account.id)
    assert refusal(lambda: patch(firm.colleague, website="https://a.example")) == "NOT_FOUND"
    share(firm.colleague, Share.READ)
    assert refusal(lambda: patch(firm.colleague, website="https://a.example")) == "PERMISSION_DENIED"
    share(firm.colleague, Share.UPDATE)
    assert patch(firm.colleague, website="https://a.example").website == "https://a.example"
    assert refusal(lambda: rpc("DeleteAccount", delete, as_=firm.colleague)) == "PERMISSION_DENIED"
    share(firm.colleague, Share.FULL)
    assert rpc("DeleteAccount", delete, as_=firm.colleague).HasField("deleted_at")


def test_who_may_only_change_it_gives_it_to_nobody(firm: Any, share: Any, patch: Any) -> None:
    share(firm.colleague, Share.UPDATE)
    assert refusal(lambda: patch(firm.colleague, owner_id=firm.colleague.id)) == "PERMISSION_DENIED"
    share(firm.colleague, Share.FULL)
    assert patch(firm.colleague, owner_id=firm.colleague.id).owner_id == firm.colleague.id


def test_a_share_ends_to_the_second_and_is_tidied_away(
    firm: Any, share: Any, sees: Any, clock: Any, tick: Any, published: Any, engine: Any
) -> None:
    clock.now = clock()
    share(firm.colleague, expires_at=clock() + timedelta(seconds=2))
    share(firm.mate)
    clock.advance(seconds=1.999)
    assert sees(firm.colleague)
    clock.advance(seconds=0.001)
    assert not sees(firm.colleague)
    assert not sees(firm.boss)
    assert sees(firm.mate)
    tick("shares")
    last = [event for event in published(firm.account.id) if event.record == "crm.contacts.share"][-1]
    assert (last.action, last.data.sharing.changed.principal_id) == ("revoked", firm.colleague.id)
    assert (last.readers, last.former_readers) == ({firm.mate.id}, {firm.mate.id, firm.colleague.id})
    assert sees(firm.mate)
    with Session(engine) as session:
        assert astray(session, Account) == []


def test_a_share_that_was_prolonged_stays(firm: Any, share: Any, sees: Any, clock: Any, tick: Any) -> None:
    clock.now = clock()
    share(firm.colleague, expires_at=clock() + timedelta(seconds=2))
    share(firm.colleague, expires_at=clock() + timedelta(days=2))
    clock.advance(seconds=5)
    tick("shares")
    assert sees(firm.colleague)


def test_taking_it_back_ends_it(firm: Any, share: Any, sees: Any, rpc: Any, published: Any) -> None:
    given = share(firm.colleague, reason="holiday cover")
    version = rpc("GetAccount", standard_pb2.GetRequest(id=firm.account.id), as_=firm.seller).etag
    listed = rpc(
        "GetShares", shares_pb2.GetSharesRequest(resource="accounts", record_id=firm.account.id), as_=firm.colleague
    )
    assert [(one.id, one.reason) for one in listed.shares] == [(given.id, "holiday cover")]
    assert listed.may_share == Share.LEVEL_UNSPECIFIED
    request = shares_pb2.UnshareRecordRequest(resource="accounts", record_id=firm.account.id, id=given.id)
    assert refusal(lambda: rpc("UnshareRecord", request, as_=firm.colleague)) == "PERMISSION_DENIED"
    rpc("UnshareRecord", request, as_=firm.seller)
    assert not sees(firm.colleague)
    assert refusal(lambda: rpc("UnshareRecord", request, as_=firm.seller)) == "NOT_FOUND"
    events = [event for event in published(firm.account.id) if event.record == "crm.contacts.share"]
    assert [(event.action, event.version, len(event.data.sharing.shares)) for event in events] == [
        ("granted", 1, 1),
        ("revoked", 2, 0),
    ]
    assert "holiday" not in events[0].envelope.decode()
    assert rpc("GetAccount", standard_pb2.GetRequest(id=firm.account.id), as_=firm.seller).etag == version


def test_who_may_share(firm: Any, share: Any, rpc: Any) -> None:
    sharer = user(SELLER | MORE | {"accounts.share": OWN}, id_=firm.colleague.id)
    assert refusal(lambda: share(firm.mate, as_=firm.stranger)) == "NOT_FOUND"
    share(firm.colleague, Share.UPDATE)
    assert refusal(lambda: share(firm.mate, as_=firm.colleague)) == "PERMISSION_DENIED"
    assert refusal(lambda: share(firm.mate, as_=sharer)) == "PERMISSION_DENIED"
    share(firm.colleague, Share.FULL)
    assert refusal(lambda: share(firm.mate, as_=firm.colleague)) == "PERMISSION_DENIED"
    assert share(firm.mate, Share.FULL, as_=sharer).granted_by == firm.colleague.id


def test_nobody_shares_more_than_they_hold(firm: Any, share: Any) -> None:
    clerk = user(MORE | {f"accounts.{action}": ALL for action in ("read", "update", "share")})
    share(firm.mate, Share.UPDATE, as_=clerk)
    assert refusal(lambda: share(firm.mate, Share.FULL, as_=clerk)) == "PERMISSION_DENIED"


def test_whom_it_can_be_shared_with(firm: Any, share: Any, clock: Any, deliver: Any) -> None:
    assert refusal(lambda: share(uuid7())) == "UNKNOWN_REFERENCE"
    assert refusal(lambda: share("", kind=Share.TEAM)) == "UNKNOWN_REFERENCE"
    assert refusal(lambda: share(firm.team, kind=Share.EVERYONE)) == "INVALID_INPUT"
    assert refusal(lambda: share(firm.mate, expires_at=clock() - timedelta(seconds=1))) == "INVALID_INPUT"
    assert refusal(lambda: share(firm.team, kind=Share.TEAM, role="Engineer")) == "INVALID_INPUT"
    left = {"id": firm.mate.id, "display_name": "mate", "status": "DEACTIVATED", "role_ids": [firm.role]}
    deliver(users_pb2.UserUpdated(user=left), version=2)
    assert refusal(lambda: share(firm.mate)) == "UNKNOWN_REFERENCE"


def test_a_member_of_the_records_team_has_a_role_there(firm: Any, share: Any, rpc: Any, sees: Any) -> None:
    share(firm.mate, Share.UPDATE, role="Solution engineer")
    share(firm.mate, Share.READ)
    listed = rpc(
        "GetShares", shares_pb2.GetSharesRequest(resource="accounts", record_id=firm.account.id), as_=firm.seller
    )
    assert {(one.cause, one.role, one.level) for one in listed.shares} == {
        (Share.MEMBER, "Solution engineer", Share.UPDATE), (Share.MANUAL, "", Share.READ)
    }  # fmt: skip
    assert listed.may_share == Share.FULL
    assert sees(firm.mate)


def test_comments_are_seen_with_the_record(firm: Any, share: Any, rpc: Any, published: Any) -> None:
    asked = comments_pb2.ListCommentsRequest(record_id=firm.account.id)
    assert refusal(lambda: rpc("ListAccountComments", asked, as_=firm.colleague)) == "NOT_FOUND"
    share(firm.colleague)
    said = comments_pb2.CreateCommentRequest(record_id=firm.account.id, comment={"body": "Call them."})
    written = rpc("CreateAccountComment", said, as_=firm.colleague)
    assert len(rpc("ListAccountComments", asked, as_=firm.colleague).comments) == 1
    # The stream tells those of it whom the record is shared with.
    assert published(written.id)[0].readers == {firm.colleague.id}


def test_events_of_the_record_say_whom_it_is_shared_with_and_nobody_outside(
    firm: Any, share: Any, patch: Any, published: Any
) -> None:
    share(firm.colleague)
    patch(firm.seller, website="https://b.example")
    event = next(one for one in published(firm.account.id) if one.action == "updated")
    assert event.readers == {firm.colleague.id}
    assert firm.colleague.id.encode() in event.envelope
    assert firm.colleague.id.encode() not in as_published(event.envelope)


def test_the_audit_trail_says_who_shared_with_whom(firm: Any, share: Any, rpc: Any) -> None:
    share(firm.colleague, Share.UPDATE, reason="holiday cover")
    request = history_pb2.ListHistoryRequest(filter=f'record_id = {firm.account.id} AND action = "shared"')
    (entry,) = rpc("ListHistory", request, as_=user()).audit_entries
    changes = {one.field: one.new_value.string_value for one in entry.changes}
    assert entry.actor_id == firm.seller.id
    assert (changes["principal_id"], changes["level"]) == (firm.colleague.id, "UPDATE")


def test_shares_stay_when_the_owner_leaves_or_the_record_is_deleted(
    firm: Any, share: Any, sees: Any, rpc: Any, deliver: Any
) -> None:
    share(firm.colleague)
    left = {"id": firm.seller.id, "display_name": "seller", "status": "DEACTIVATED", "role_ids": [firm.role]}
    deliver(users_pb2.UserUpdated(user=left), version=2)
    assert sees(firm.colleague)
    rpc("DeleteAccount", standard_pb2.DeleteRequest(id=firm.account.id), as_=user())
    assert not sees(firm.colleague)
    rpc("UndeleteAccount", standard_pb2.UndeleteRequest(id=firm.account.id), as_=user())
    assert sees(firm.colleague)


def explained(rpc: Any, firm: Any, who: Any, *, as_: Any) -> dict[str, Any]:
    request = shares_pb2.ExplainAccessRequest(resource="accounts", id=firm.account.id, user_id=who.id)
    return {one.permission.partition(".")[2]: one for one in rpc("ExplainAccess", request, as_=as_).access}


def test_it_says_why_somebody_sees_it_or_what_is_missing(firm: Any, share: Any, rpc: Any) -> None:
    own = explained(rpc, firm, firm.seller, as_=firm.seller)
    assert [one.kind for one in own["read"].grounds] == [Ground.OWNER]
    assert own["share"].missing == Access.PERMISSION
    hidden = explained(rpc, firm, firm.colleague, as_=firm.seller)["read"]
    assert (hidden.allowed, hidden.missing) == (False, Access.REACH)
    given = share(firm.colleague, Share.READ, reason="knows them")
    seen = explained(rpc, firm, firm.colleague, as_=firm.seller)
    assert [(one.kind, one.share.id, one.share.reason) for one in seen["read"].grounds] == [
        (Ground.SHARED, given.id, "knows them")
    ]
    assert (seen["update"].allowed, seen["update"].missing) == (False, Access.HIGHER_LEVEL)
    assert refusal(lambda: explained(rpc, firm, firm.mate, as_=firm.colleague)) == "PERMISSION_DENIED"
    assert explained(rpc, firm, firm.colleague, as_=firm.colleague)["read"].allowed
    assert refusal(lambda: explained(rpc, firm, firm.colleague, as_=firm.stranger)) == "NOT_FOUND"


def test_it_says_who_can_see_it(firm: Any, share: Any, rpc: Any) -> None:
    share(firm.colleague)
    readers: dict[str, list[int]] = {}
    request = shares_pb2.ListReadersRequest(resource="accounts", id=firm.account.id, page_size=200)
    while True:
        page = rpc("ListReaders", request, as_=firm.seller)
        readers |= {one.user_id: [ground.kind for ground in one.grounds] for one in page.readers}
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    ours = {firm.seller.id: [Ground.OWNER], firm.colleague.id: [Ground.SHARED]}
    assert readers.items() >= ours.items()
    assert readers.keys().isdisjoint({firm.mate.id, firm.stranger.id})
    assert refusal(lambda: rpc("ListReaders", request, as_=firm.colleague)) == "PERMISSION_DENIED"


def test_of_what_cannot_be_shared_there_are_no_shares(firm: Any, rpc: Any) -> None:
    for resource in ("users", "affiliations", "nothing"):
        request = shares_pb2.GetSharesRequest(resource=resource, record_id=firm.account.id)
        assert refusal(lambda asked=request: rpc("GetShares", asked, as_=user())) == "NOT_FOUND"
