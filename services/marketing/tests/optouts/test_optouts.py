"""Opt-outs and unsubscribe links: reading a link does nothing, using it works at once, and nobody can make one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.marketing.v1 import opt_outs_pb2
from crm_chassis.access.actor import ANONYMOUS
from crm_chassis.errors import DomainError, NotFound
from crm_chassis.ids import uuid7
from crm_chassis.mail.addresses import mask
from crm_chassis.testing import ALL, OWN, unique, user
from crm_marketing.backfills import BACKFILLS
from crm_marketing.mail.links import Links
from sqlalchemy import text
from sqlalchemy.orm import Session

ADMIN = user()
LINKS = Links(bytes(range(32)), "https://crm.example")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def sent(people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any) -> Any:
    """A contact that got a message: contact id, campaign and token."""

    def send(**fields: Any) -> tuple[str, Any, str]:
        contact = people.contact()
        campaign = make_campaign([contact], **fields)
        launch(campaign)
        tick("jobs")
        (message,) = mail.to(people.address(contact))
        return contact, campaign, message["List-Unsubscribe"].strip("<>").rpartition("/")[2]

    return send


def get(rpc: Any, token: str) -> Any:
    return rpc("GetUnsubscribe", opt_outs_pb2.GetUnsubscribeRequest(token=token), as_=ANONYMOUS)


def post(rpc: Any, token: str) -> Any:
    return rpc("Unsubscribe", opt_outs_pb2.UnsubscribeRequest(token=token), as_=ANONYMOUS)


def opt_outs_of(rpc: Any, contact: str) -> list[Any]:
    request = opt_outs_pb2.ListOptOutsRequest(filter=f"contact_id = {contact}")
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
        opt_outs_pb2.OptOut.ADDRESS, "one-click", campaign.id,
    )  # fmt: skip
    assert get_campaign(campaign).counts.unsubscribed == 1
    (event,) = published(opt_out.id)
    assert people.address(contact) not in event.envelope.decode()
    launch(make_campaign([contact]))
    tick("jobs")
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
    tick("jobs")

    assert members(campaign)[twin].skip_reason == "opted out"


@pytest.mark.parametrize("wrong", ["x", "", "AAAA" * 15, "ü", "../../etc", "preview"])
def test_a_link_that_was_not_made_here_is_not_found(rpc: Any, wrong: str) -> None:
    for call in (get, post):
        with pytest.raises(DomainError) as refused:
            call(rpc, wrong)
        assert refused.value.status == (404 if wrong else 400)


def token_of(member_id: str) -> str:
    return LINKS.url(member_id).rpartition("/")[2]


def test_links_of_mails_that_were_sent_long_ago_work() -> None:
    token = "65mumVghkj2wsgcTcptpw8kTD74vObx7WYx8r4MMgEdLjtFqpHusyHrBMFo"

    assert LINKS.member_id(token, NOW) == "01a200c7-6a2d-7ff4-8cce-cebf3181a056"


def test_a_token_cannot_be_read_or_changed() -> None:
    member = uuid7()
    token = token_of(member)

    assert LINKS.member_id(token, NOW) == member
    assert member.replace("-", "")[:8] not in base64.urlsafe_b64decode(token + "==").hex()
    assert len(token) < 100
    for position in range(0, len(token), 7):
        changed = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        with pytest.raises(NotFound):
            LINKS.member_id(changed, NOW)
    with pytest.raises(NotFound):
        Links(bytes(32), "").member_id(token, NOW)
    with pytest.raises(NotFound):
        LINKS.member_id(token[:20], NOW)


def test_a_member_that_was_never_sent_to_has_no_link(
    rpc: Any, people: Any, make_campaign: Any, launch: Any, members: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    token = token_of(members(campaign)[contact].id)

    with pytest.raises(DomainError) as refused:
        post(rpc, token)

    assert refused.value.status == 404


def test_a_wish_is_recorded_once_and_can_be_taken_back(rpc: Any, people: Any, sent: Any) -> None:
    contact, _, token = sent()
    wish = opt_outs_pb2.CreateOptOutRequest(opt_out={"email": people.address(contact), "reach": "ADDRESS"})
    made = rpc("CreateOptOut", wish, as_=ADMIN)
    assert (made.source, made.email) == ("manual", "")
    assert rpc("GetOptOut", standard_pb2.GetRequest(id=made.id), as_=ADMIN) == made

    with pytest.raises(DomainError) as refused:
        rpc("CreateOptOut", wish, as_=ADMIN)
    assert refused.value.reason == "OPT_OUT_EXISTS"
    rpc("DeleteOptOut", standard_pb2.DeleteRequest(id=made.id), as_=ADMIN)

    assert not get(rpc, token).unsubscribed
    assert post(rpc, token).unsubscribed


def test_reach_and_segment_belong_together(rpc: Any, make_segment: Any) -> None:
    segment = make_segment().id
    for given in ({"reach": "SEGMENT"}, {"reach": "ADDRESS", "segment_id": segment}):
        request = opt_outs_pb2.CreateOptOutRequest(opt_out={"email": "a@b.example", **given})
        with pytest.raises(DomainError) as refused:
            rpc("CreateOptOut", request, as_=ADMIN)
        assert "opt_out.segment_id" in refused.value.errors


def test_the_address_is_nowhere_in_the_database(rpc: Any, engine: Any) -> None:
    address = f"{unique('hidden')}@nobody.example"
    wish = opt_outs_pb2.CreateOptOutRequest(opt_out={"email": address, "reach": "ADDRESS"})
    made = rpc("CreateOptOut", wish, as_=ADMIN)

    with engine.connect() as connection:
        for table in ("opt_outs", "history"):
            rows = connection.execute(text(f"SELECT {table}::text FROM {table}")).scalars().all()
            assert not any(address in row for row in rows)
        (changes,) = connection.execute(
            text("SELECT changes FROM history WHERE record_id = :id"), {"id": made.id}
        ).scalars()
    assert "address_hash" not in changes


def test_a_wish_holds_for_an_international_address_in_every_spelling(
    rpc: Any, people: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, mail: Any
) -> None:
    name = unique("ann")
    spelled = [f"{name}@bücher.example", f"{name}@xn--bcher-kva.example", f"{name.upper()}@BÜCHER.example"]
    contact = people.contact(email=spelled[1])
    wish = opt_outs_pb2.CreateOptOutRequest(opt_out={"email": spelled[0], "reach": "ADDRESS"})

    assert rpc("CreateOptOut", wish, as_=ADMIN).contact_id == contact
    for one in spelled:
        again = opt_outs_pb2.CreateOptOutRequest(opt_out={"email": one, "reach": "ADDRESS"})
        with pytest.raises(DomainError) as refused:
            rpc("CreateOptOut", again, as_=ADMIN)
        assert refused.value.reason == "OPT_OUT_EXISTS"
    twin = people.contact(email=spelled[0])
    campaign = make_campaign([twin])
    launch(campaign)
    tick("jobs")
    assert members(campaign)[twin].skip_reason == "opted out"


def test_a_wish_that_the_version_before_kept_for_an_address_in_letters_holds() -> None:
    import hashlib
    import hmac

    from crm_chassis.links import derive

    key = derive(bytes(range(32)), "crm_marketing", "opted-out address")
    kept = hmac.new(key, "ann@bücher.example".encode(), hashlib.sha256).hexdigest()

    assert kept in LINKS.address_hashes("ann@xn--bcher-kva.example")
    assert LINKS.address_hashes("ann@plain.example") == {LINKS.address_hash("ANN@plain.example")}


@pytest.fixture
def limited() -> Any:
    """Somebody who may do everything with opt-outs, and sees the own contacts only."""
    return user({"opt_outs.*": ALL, "contacts.read": OWN, "campaigns.read": ALL, "fields.personal.read": ALL})


def listed(rpc: Any, as_: Any, filter: str = "") -> set[str]:
    request = opt_outs_pb2.ListOptOutsRequest(filter=filter, page_size=200)
    return {one.id for one in rpc("ListOptOuts", request, as_=as_).opt_outs}


def test_who_cannot_see_a_contact_does_not_see_its_wishes(rpc: Any, people: Any, limited: Any) -> None:
    hidden, own = people.contact(owner_id=uuid7()), people.contact(owner_id=limited.id)
    made = {}
    for contact in (hidden, own):
        wish = opt_outs_pb2.CreateOptOutRequest(opt_out={"email": people.address(contact), "reach": "ADDRESS"})
        made[contact] = rpc("CreateOptOut", wish, as_=ADMIN)
        assert made[contact].contact_id == contact

    assert listed(rpc, limited) & {one.id for one in made.values()} == {made[own].id}
    assert listed(rpc, limited, f"contact_id = {hidden}") == set()
    assert listed(rpc, limited, f"contact_id = {own}") == {made[own].id}
    for name, request in (("GetOptOut", standard_pb2.GetRequest), ("DeleteOptOut", standard_pb2.DeleteRequest)):
        with pytest.raises(DomainError) as refused:
            rpc(name, request(id=made[hidden].id), as_=limited)
        assert refused.value.status == 404


def test_a_wish_does_not_tell_whose_the_address_is_and_holds(
    rpc: Any, people: Any, limited: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, mail: Any
) -> None:
    hidden = people.contact(owner_id=uuid7())
    address = people.address(hidden)
    answers = []
    for email in (address, f"{unique('nobody')}@people.example"):
        wish = opt_outs_pb2.CreateOptOutRequest(opt_out={"email": email, "reach": "ADDRESS"})
        answers.append(rpc("CreateOptOut", wish, as_=limited))

    assert [one.HasField("contact_id") for one in answers] == [False, False]
    # Neither does what becomes of it: both are there for whoever has written them.
    assert {one.id for one in answers} <= listed(rpc, limited)
    assert {one.id for one in answers} <= listed(rpc, limited, "contact_id = null")
    new = f"{unique()}@people.example"
    people.change_contact(hidden, email=new, emails=[{"address": new, "primary": True}])
    campaign = make_campaign([hidden])
    launch(campaign)
    tick("jobs")
    assert members(campaign)[hidden].skip_reason == "opted out"


def test_wishes_of_before_are_those_of_their_contacts(rpc: Any, people: Any, engine: Any) -> None:
    contact = people.contact()
    wish = opt_outs_pb2.CreateOptOutRequest(opt_out={"email": people.address(contact), "reach": "ADDRESS"})
    made = rpc("CreateOptOut", wish, as_=ADMIN)
    of = {"id": made.id}
    with engine.begin() as connection:
        connection.execute(text("UPDATE opt_outs SET person_id = NULL WHERE id = :id"), of)

    with Session(engine) as session, session.begin():
        step = next(one.step for one in BACKFILLS if one.name == "20261129_71be5d")
        assert step(session, step(session, None)) is None

    with engine.connect() as connection:
        assert str(connection.scalar(text("SELECT person_id FROM opt_outs WHERE id = :id"), of)) == contact
