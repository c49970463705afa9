"""Opt-outs and unsubscribe links: reading a link does nothing, using it works at once, and nobody can make one."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from crm.marketing.v1 import marketing_pb2
from crm_chassis.access.actor import ANONYMOUS
from crm_chassis.errors import DomainError, NotFound
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user
from crm_marketing.optouts.links import Links, mask

ADMIN = user()
LINKS = Links(bytes(range(32)), "https://crm.example")


@pytest.fixture
def sent(people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any) -> Any:
    """A contact that got a message: contact id, campaign and token."""

    def send(**fields: Any) -> tuple[str, Any, str]:
        contact = people.contact()
        campaign = make_campaign([contact], **fields)
        launch(campaign)
        tick("send")
        (message,) = mail.to(people.address(contact))
        return contact, campaign, message["List-Unsubscribe"].strip("<>").rpartition("/")[2]

    return send


def get(rpc: Any, token: str) -> Any:
    return rpc("GetUnsubscribe", marketing_pb2.GetUnsubscribeRequest(token=token), as_=ANONYMOUS)


def post(rpc: Any, token: str) -> Any:
    return rpc("Unsubscribe", marketing_pb2.UnsubscribeRequest(token=token), as_=ANONYMOUS)


def opt_outs_of(rpc: Any, contact: str) -> list[Any]:
    request = marketing_pb2.ListOptOutsRequest(filter=f"contact_id = {contact}")
    return list(rpc("ListOptOuts", request, as_=ADMIN).opt_outs)


def test_reading_a_link_does_nothing(rpc: Any, people: Any, sent: Any) -> None:
    contact, campaign, token = sent()

    for _ in range(2):
        state = get(rpc, token)
        assert (state.unsubscribed, state.campaign_name) == (False, campaign.name)
        assert state.masked_email == mask(people.address(contact))
    assert opt_outs_of(rpc, contact) == []


def test_using_a_link_works_at_once_and_once(
    rpc: Any,
    people: Any,
    mail: Any,
    sent: Any,
    make_campaign: Any,
    launch: Any,
    tick: Any,
    get_campaign: Any,
    published: Any,
) -> None:
    contact, campaign, token = sent()

    first = post(rpc, token)

    assert first.unsubscribed
    assert post(rpc, token) == first == get(rpc, token)
    (opt_out,) = opt_outs_of(rpc, contact)
    assert (opt_out.reach, opt_out.source, opt_out.campaign_id) == (
        marketing_pb2.OptOut.ADDRESS, "one-click", campaign.id,
    )  # fmt: skip
    assert get_campaign(campaign).counts.unsubscribed == 1
    (event,) = published(opt_out.id)
    assert people.address(contact) not in event.envelope.decode()
    launch(make_campaign([contact]))
    tick("send")
    assert len(mail.to(people.address(contact))) == 1


def test_a_link_works_for_the_address_it_was_sent_to(
    rpc: Any, people: Any, mail: Any, sent: Any, make_campaign: Any, launch: Any, tick: Any, members: Any
) -> None:
    contact, _, token = sent()
    old, new = people.address(contact), f"{unique()}@people.example"
    people.change_contact(contact, email=new, emails=[{"address": new, "primary": True}])
    people.delete_contact(contact)
    post(rpc, token)

    twin = people.contact(email=old)
    campaign = make_campaign([twin])
    launch(campaign)
    tick("send")

    assert members(campaign)[twin].skip_reason == "opted out"


@pytest.mark.parametrize("wrong", ["x", "", "AAAA" * 15, "ü", "../../etc", "preview"])
def test_a_link_that_was_not_made_here_is_not_found(rpc: Any, wrong: str) -> None:
    for call in (get, post):
        with pytest.raises(DomainError) as refused:
            call(rpc, wrong)
        assert refused.value.status == (404 if wrong else 400)


def test_a_token_cannot_be_read_or_changed() -> None:
    member = uuid7()
    token = LINKS.token(member)

    assert LINKS.member_id(token) == member
    assert member.replace("-", "")[:8] not in base64.urlsafe_b64decode(token + "==").hex()
    assert len(token) < 100
    for position in range(0, len(token), 7):
        changed = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        with pytest.raises(NotFound):
            LINKS.member_id(changed)
    with pytest.raises(NotFound):
        Links(bytes(32), "").member_id(token)
    with pytest.raises(NotFound):
        LINKS.member_id(token[:20])


def test_a_member_that_was_never_sent_to_has_no_link(
    rpc: Any, people: Any, make_campaign: Any, launch: Any, members: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    token = LINKS.token(members(campaign)[contact].id)

    with pytest.raises(DomainError) as refused:
        post(rpc, token)

    assert refused.value.status == 404


def test_a_wish_is_recorded_once_and_can_be_taken_back(rpc: Any, people: Any, sent: Any) -> None:
    contact, _, token = sent()
    wish = marketing_pb2.CreateOptOutRequest(opt_out={"email": people.address(contact), "reach": "ADDRESS"})
    made = rpc("CreateOptOut", wish, as_=ADMIN)
    assert (made.source, made.email) == ("manual", "")
    assert rpc("GetOptOut", marketing_pb2.GetOptOutRequest(id=made.id), as_=ADMIN) == made

    with pytest.raises(DomainError) as refused:
        rpc("CreateOptOut", wish, as_=ADMIN)
    assert refused.value.reason == "OPT_OUT_EXISTS"
    rpc("DeleteOptOut", marketing_pb2.DeleteOptOutRequest(id=made.id), as_=ADMIN)

    assert not get(rpc, token).unsubscribed
    assert post(rpc, token).unsubscribed


def test_reach_and_segment_belong_together(rpc: Any, make_segment: Any) -> None:
    segment = make_segment().id
    for given in ({"reach": "SEGMENT"}, {"reach": "ADDRESS", "segment_id": segment}):
        request = marketing_pb2.CreateOptOutRequest(opt_out={"email": "a@b.example", **given})
        with pytest.raises(DomainError) as refused:
            rpc("CreateOptOut", request, as_=ADMIN)
        assert "opt_out.segment_id" in refused.value.errors


def test_the_address_is_nowhere_in_the_database(rpc: Any, engine: Any) -> None:
    from sqlalchemy import text

    address = f"{unique('hidden')}@nobody.example"
    wish = marketing_pb2.CreateOptOutRequest(opt_out={"email": address, "reach": "ADDRESS"})
    made = rpc("CreateOptOut", wish, as_=ADMIN)

    with engine.connect() as connection:
        for table in ("opt_outs", "history"):
            rows = connection.execute(text(f"SELECT {table}::text FROM {table}")).scalars().all()
            assert not any(address in row for row in rows)
        (changes,) = connection.execute(
            text("SELECT changes FROM history WHERE record_id = :id"), {"id": made.id}
        ).scalars()
    assert "address_hash" not in changes
