"""What is shared elsewhere is seen here too: copies follow the shares of their records, whichever comes first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from crm.common.v1 import shares_pb2, standard_pb2
from crm.contacts.v1 import accounts_pb2
from crm.contacts.v1 import shares_pb2 as told
from crm.identity.v1 import roles_pb2, users_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.sharing import astray
from crm_chassis.testing import OWN, unique, user
from crm_sales.people.model import Account
from sqlalchemy.orm import Session

Share = shares_pb2.Share
SELLER = dict.fromkeys(("accounts.read", "opportunities.create", "opportunities.read"), OWN)


def sharing(account_id: str, *user_ids: str, expires_at: Any = None, resource: str = "accounts") -> shares_pb2.Sharing:
    found = shares_pb2.Sharing(record_id=account_id, resource=resource, owner_id=uuid7())
    for user_id in user_ids:
        share = found.shares.add(
            id=uuid7(), principal_kind=Share.USER, principal_id=user_id, level=Share.READ, cause=Share.MANUAL
        )
        share.granted_at.GetCurrentTime()
        if expires_at is not None:
            share.expires_at.FromDatetime(expires_at)
    return found


@pytest.fixture
def sold(rpc: Any, make_pipeline: Any) -> Any:
    """The account of a deal that somebody makes with one, or why that is refused."""
    pipeline = make_pipeline()

    def tried(actor: Any, account_id: str) -> str:
        deal = {"name": unique("Deal"), "account_id": account_id, "pipeline_id": pipeline.id}
        request = opportunities_pb2.CreateOpportunityRequest(opportunity=deal)
        try:
            answer = rpc("CreateOpportunity", request, as_=actor)
        except DomainError as error:
            return str(error.reason)
        return str(answer.account_id)

    return tried


def test_an_account_that_is_shared_can_be_sold_to(deliver: Any, sold: Any, engine: Any) -> None:
    seller, id_ = user(SELLER), uuid7()
    deliver(accounts_pb2.AccountCreated(account={"id": id_, "name": "Acme", "owner_id": uuid7()}))
    assert sold(seller, id_) == "UNKNOWN_REFERENCE"
    deliver(told.ContactsShareGranted(sharing=sharing(id_, seller.id)))
    assert sold(seller, id_) == id_
    # A later event of the account says nothing of its shares, and takes none away.
    deliver(accounts_pb2.AccountUpdated(account={"id": id_, "name": "Acme Inc.", "owner_id": uuid7()}), version=2)
    assert sold(seller, id_) == id_
    deliver(told.ContactsShareRevoked(sharing=sharing(id_)), version=2)
    assert sold(seller, id_) == "UNKNOWN_REFERENCE"
    with Session(engine) as session:
        assert astray(session, Account) == []


def test_a_share_may_come_before_the_account(deliver: Any, sold: Any) -> None:
    seller, id_ = user(SELLER), uuid7()
    deliver(told.ContactsShareGranted(sharing=sharing(id_, seller.id)))
    deliver(accounts_pb2.AccountCreated(account={"id": id_, "name": "Acme", "owner_id": uuid7()}))
    assert sold(seller, id_) == id_


def test_it_ends_here_too_to_the_second(deliver: Any, sold: Any, clock: Any) -> None:
    clock.now = clock()
    seller, id_ = user(SELLER), uuid7()
    deliver(accounts_pb2.AccountCreated(account={"id": id_, "name": "Acme", "owner_id": uuid7()}))
    until = sharing(id_, seller.id, expires_at=clock() + timedelta(seconds=2))
    deliver(told.ContactsShareGranted(sharing=until))
    clock.advance(seconds=1)
    assert sold(seller, id_) == id_
    clock.advance(seconds=1)
    assert sold(seller, id_) == "UNKNOWN_REFERENCE"


def test_shares_of_what_is_not_copied_are_passed_over(deliver: Any, engine: Any) -> None:
    id_ = uuid7()
    deliver(told.ContactsShareGranted(sharing=sharing(id_, uuid7(), resource="leads")))
    deliver(told.ContactsShareGranted(sharing=sharing(uuid7(), uuid7(), resource="nothing")))
    with Session(engine) as session:
        assert astray(session, Account) == []


def test_a_deal_is_shared_with_what_belongs_to_it(rpc: Any, make_opportunity: Any, deliver: Any) -> None:
    role, seller = uuid7(), user(SELLER)
    grants = [{"permission": name, "scope": scope} for name, scope in SELLER.items()]
    deliver(roles_pb2.RoleCreated(role={"id": role, "name": unique("role"), "grants": grants}))
    known = {"id": seller.id, "display_name": "Seller", "status": "ACTIVE", "role_ids": [role]}
    deliver(users_pb2.UserCreated(user=known))
    deal = make_opportunity()
    steps = opportunities_pb2.ListStageChangesRequest(opportunity_id=deal.id)
    with pytest.raises(DomainError):
        rpc("ListStageChanges", steps, as_=seller)
    wanted = {"principal_kind": Share.USER, "principal_id": seller.id, "level": Share.READ}
    request = shares_pb2.ShareRecordRequest(resource="opportunities", record_id=deal.id, share=wanted)
    rpc("ShareRecord", request, as_=user())
    assert rpc("GetOpportunity", standard_pb2.GetRequest(id=deal.id), as_=seller).id == deal.id
    assert rpc("ListStageChanges", steps, as_=seller).stage_changes
