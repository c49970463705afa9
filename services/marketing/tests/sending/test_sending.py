"""Sending to a real mail server: each recipient once, whatever the server says and whatever stops us."""

from __future__ import annotations

from email.header import decode_header, make_header
from typing import Any

import pytest
from crm.marketing.v1 import marketing_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from crm_marketing.campaigns.model import MAX_ATTEMPTS
from crm_marketing.sending import sender
from crm_marketing.sending.smtp import Mailer

ADMIN = user()
State = marketing_pb2.CampaignMember.SendState
Status = marketing_pb2.Campaign.Status


class Killed(BaseException):
    """The process dies here."""


def states(members: Any, campaign: Any) -> dict[str, str]:
    return {id_: State.Name(member.send_state) for id_, member in members(campaign).items()}


def test_everybody_gets_one_message(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, get_campaign: Any, published: Any
) -> None:
    account = people.account(name="Engines")
    ann, bob = people.contact(first_name="Änn", account_id=account), people.contact(first_name="<Bob>")
    campaign = make_campaign([ann, bob])

    launched = launch(campaign)
    assert (launched.status, launched.counts.members) == (Status.SENDING, 2)
    tick("send")
    tick("send")

    assert states(members, campaign) == {ann: "SENT", bob: "SENT"}
    done = get_campaign(campaign)
    assert (done.status, done.counts.sent, done.HasField("finished_at")) == (Status.DONE, 2, True)
    (message,) = mail.to(people.address(bob))
    html = message.get_payload()[1].get_payload(decode=True).decode()
    assert "&lt;Bob&gt;" in html
    member = members(campaign)[ann]
    assert (member.status, member.attempts, member.HasField("sent_at")) == ("sent", 1, True)
    (sent,) = published(member.id, "crm.marketing.campaign_member.sent.v1")
    assert (sent.data.campaign_member.contact_id, sent.version) == (ann, 2)
    assert [e.action for e in published(campaign.id)] == ["created", "launched", "finished"]


def test_headers_let_mail_programs_unsubscribe(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any
) -> None:
    contact = people.contact(first_name="Ada\r\nBcc: evil@x.example", last_name="Ö")
    campaign = make_campaign([contact])
    launch(campaign)

    tick("send")

    (message,) = mail.to(people.address(contact))
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://crm.example/v1/unsubscribe/")
    assert message["Precedence"] == "bulk"
    assert message["Message-ID"] == f"<{members(campaign)[contact].id}@sender.example>"
    assert message["Bcc"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert str(make_header(decode_header(message["From"]))).replace('"', "") == "Näws, Inc. <news@sender.example>"


def test_the_server_says_later_never_and_nothing(
    people: Any,
    mail: Any,
    make_campaign: Any,
    launch: Any,
    tick: Any,
    members: Any,
    clock: Any,
    published: Any,
    get_campaign: Any,
) -> None:
    good, later, never, lost = (people.contact() for _ in range(4))
    mail.answers = {
        people.address(later): "451 4.7.1 greylisted",
        people.address(never): f"550 5.1.1 <{people.address(never)}> unknown",
    }
    mail.dropped = {people.address(lost)}
    campaign = make_campaign([good, later, never, lost])
    launch(campaign)

    clock.now = clock.now
    tick("send")
    tick("send")
    assert states(members, campaign) == {good: "SENT", later: "QUEUED", never: "FAILED", lost: "QUEUED"}
    failed = members(campaign)[never]
    assert failed.skip_reason == "refused by the mail server (550)"
    (event,) = published(failed.id, "crm.marketing.campaign_member.failed.v1")
    assert people.address(never) not in event.envelope.decode()
    mail.answers.clear()
    mail.dropped.clear()
    clock.advance(seconds=90)
    tick("send")

    assert states(members, campaign) == {good: "SENT", later: "SENT", never: "FAILED", lost: "SENT"}
    assert len(mail.to(people.address(good))) == len(mail.to(people.address(later))) == 1
    assert len({message["Message-ID"] for message in mail.to(people.address(lost))}) == 1
    done = get_campaign(campaign)
    assert (done.status, done.counts.sent, done.counts.failed) == (Status.DONE, 3, 1)


def test_later_for_ever_is_given_up(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, clock: Any
) -> None:
    contact = people.contact()
    mail.answers = {people.address(contact): "451 later"}
    campaign = make_campaign([contact])
    launch(campaign)

    for _ in range(MAX_ATTEMPTS):
        assert states(members, campaign) == {contact: "QUEUED"}
        tick("send")
        clock.advance(hours=3)

    member = members(campaign)[contact]
    assert (State.Name(member.send_state), member.attempts) == ("FAILED", MAX_ATTEMPTS)


@pytest.mark.parametrize("taken", [True, False])
def test_a_crash_between_sending_and_sent_does_not_lose_or_double(
    people: Any,
    mail: Any,
    make_campaign: Any,
    launch: Any,
    tick: Any,
    members: Any,
    clock: Any,
    monkeypatch: Any,
    taken: bool,
) -> None:
    contacts = [people.contact() for _ in range(3)]
    campaign = make_campaign(contacts)
    launch(campaign)
    original = Mailer.send
    handed: list[str] = []

    def die(self: Mailer, *given: Any) -> Any:
        handed.append(given[1])
        if len(handed) == 2:
            if taken:
                original(self, *given)
            raise Killed
        return original(self, *given)

    monkeypatch.setattr(Mailer, "send", die)
    with pytest.raises(Killed):
        tick("send")
    assert sorted(states(members, campaign).values()) == ["QUEUED", "SENDING", "SENT"]
    monkeypatch.setattr(Mailer, "send", original)
    tick("send")
    assert sorted(states(members, campaign).values()) == ["SENDING", "SENT", "SENT"]
    clock.advance(seconds=90)
    tick("send")

    assert set(states(members, campaign).values()) == {"SENT"}
    for contact in contacts:
        messages = mail.to(people.address(contact))
        assert len({message["Message-ID"] for message in messages}) == 1
        assert len(messages) == (2 if taken and people.address(contact) == handed[1] else 1)


def test_a_crash_while_the_answer_is_written_down_is_a_crash_too(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, clock: Any, monkeypatch: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    original = sender.record

    def die(*given: Any) -> None:
        original(*given)
        raise Killed

    monkeypatch.setattr(sender, "record", die)
    with pytest.raises(Killed):
        tick("send")
    monkeypatch.setattr(sender, "record", original)
    assert states(members, campaign) == {contact: "SENDING"}
    clock.advance(seconds=90)
    tick("send")

    assert states(members, campaign) == {contact: "SENT"}
    assert len({message["Message-ID"] for message in mail.to(people.address(contact))}) == 1


def test_a_mail_server_that_is_away_costs_no_attempt(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, monkeypatch: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)

    def refuse(self: Mailer) -> Any:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(Mailer, "_connect", refuse)
        sender.current().mailer.close()
        tick("send")
    assert (states(members, campaign), members(campaign)[contact].attempts) == ({contact: "QUEUED"}, 0)
    tick("send")

    assert states(members, campaign) == {contact: "SENT"}


def test_nothing_is_sent_after_the_pause_but_what_is_under_way(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, get_campaign: Any
) -> None:
    contacts = [people.contact() for _ in range(4)]
    campaign = make_campaign(contacts)
    launch(campaign)
    paused = []

    def pause(address: str) -> None:
        if not paused:
            paused.append(rpc("PauseCampaign", marketing_pb2.PauseCampaignRequest(id=campaign.id), as_=ADMIN))

    mail.on_message = pause
    tick("send")
    tick("send")
    assert paused[0].status == Status.PAUSED
    assert sorted(states(members, campaign).values()) == ["QUEUED", "QUEUED", "QUEUED", "SENT"]
    assert len(mail.received) == 1
    rpc("ResumeCampaign", marketing_pb2.ResumeCampaignRequest(id=campaign.id), as_=ADMIN)
    tick("send")

    assert sorted(address for address, _ in mail.received) == sorted(map(people.address, contacts))
    assert get_campaign(campaign).status == Status.DONE


def test_the_audience_is_that_of_the_launch(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any
) -> None:
    stays, leaves, late = (people.contact() for _ in range(3))
    campaign = make_campaign([stays, leaves])
    launch(campaign)
    change = {"id": campaign.segment_id}
    remove = marketing_pb2.RemoveSegmentMembersRequest(**change, contact_ids=[leaves])
    rpc("RemoveSegmentMembers", remove, as_=ADMIN)
    rpc("AddSegmentMembers", marketing_pb2.AddSegmentMembersRequest(**change, contact_ids=[late]), as_=ADMIN)

    tick("send")

    assert states(members, campaign) == {stays: "SENT", leaves: "SENT"}


def test_the_text_is_that_of_the_launch(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    changed = {"id": campaign.template_id, "subject": "Another"}
    rpc("UpdateTemplate", marketing_pb2.UpdateTemplateRequest(template=changed), as_=ADMIN)

    tick("send")

    (message,) = mail.to(people.address(contact))
    assert message["Subject"] == "Hello Ada"


def test_who_cannot_be_written_to_is_skipped_and_told_why(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, published: Any, get_campaign: Any
) -> None:
    good, gone, without, nameless = (
        people.contact(),
        people.contact(),
        people.contact(email=""),
        people.contact(first_name=""),
    )
    campaign = make_campaign([good, gone, without, nameless])
    launch(campaign)
    people.delete_contact(gone)

    tick("send")

    found = {id_: member.skip_reason for id_, member in members(campaign).items()}
    assert found == {
        good: "", gone: "contact deleted", without: "no address", nameless: "missing value: contact.first_name",
    }  # fmt: skip
    (event,) = published(members(campaign)[nameless].id, "crm.marketing.campaign_member.skipped.v1")
    assert event.data.campaign_member.send_state == State.SKIPPED
    counts = get_campaign(campaign).counts
    assert (counts.members, counts.sent, counts.skipped) == (4, 1, 3)
    assert [address for address, _ in mail.received] == [people.address(good)]


@pytest.mark.parametrize(
    ("reach", "informational", "expected"),
    [
        ("ADDRESS", False, "SKIPPED"),
        ("ADDRESS", True, "SKIPPED"),
        ("SEGMENT", False, "SKIPPED"),
        ("SEGMENT", True, "SENT"),
    ],
)
def test_an_opt_out_between_launch_and_sending_counts(
    rpc: Any,
    people: Any,
    mail: Any,
    make_campaign: Any,
    launch: Any,
    tick: Any,
    members: Any,
    reach: str,
    informational: bool,
    expected: str,
) -> None:
    contact = people.contact(email=f"{unique('Mixed')}@people.example".lower())
    campaign = make_campaign([contact], informational=informational)
    launch(campaign)
    wish = {"email": people.address(contact).upper(), "reach": reach}
    if reach == "SEGMENT":
        wish["segment_id"] = campaign.segment_id
    made = rpc("CreateOptOut", marketing_pb2.CreateOptOutRequest(opt_out=wish), as_=ADMIN)
    assert made.contact_id == contact

    tick("send")

    member = members(campaign)[contact]
    assert State.Name(member.send_state) == expected
    assert len(mail.received) == (expected == "SENT")


def test_an_opt_out_from_another_segment_does_not_count(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, make_segment: Any, launch: Any, tick: Any, members: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    wish = {"email": people.address(contact), "reach": "SEGMENT", "segment_id": make_segment().id}
    rpc("CreateOptOut", marketing_pb2.CreateOptOutRequest(opt_out=wish), as_=ADMIN)
    launch(campaign)

    tick("send")

    assert states(members, campaign) == {contact: "SENT"}


def test_a_member_taken_out_is_not_sent_to(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, get_campaign: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    request = marketing_pb2.DeleteCampaignMemberRequest(id=members(campaign)[contact].id)
    rpc("DeleteCampaignMember", request, as_=ADMIN)

    tick("send")

    assert not mail.received
    assert (get_campaign(campaign).status, get_campaign(campaign).counts.members) == (Status.DONE, 0)


def test_who_got_many_campaigns_can_be_segmented_on(
    people: Any, mail: Any, make_campaign: Any, make_segment: Any, launch: Any, tick: Any, members_of: Any
) -> None:
    contact = people.contact(department=(department := unique("dep")))
    segment = make_segment(f'department = "{department}" AND campaigns_sent >= 1')
    launch(make_campaign([contact]))

    tick("send")
    tick("segments")

    assert members_of(segment) == {contact}


def test_an_answer_to_an_attempt_given_up_is_passed_over(
    engine: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, clock: Any,
    get_campaign: Any, monkeypatch: Any,
) -> None:  # fmt: skip
    """The first attempt hangs so long that a second one is made; the late answer to the first does not count."""
    from crm_chassis.db.tx import Transaction
    from crm_chassis.db.vault import Vault
    from sqlalchemy.orm import Session

    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    original = sender.record
    late: list[Any] = []
    monkeypatch.setattr(sender, "record", lambda tx, *given: late.append(given))
    tick("send")
    monkeypatch.setattr(sender, "record", original)
    clock.advance(seconds=90)
    tick("send")
    assert states(members, campaign) == {contact: "SENT"}

    with Session(engine) as session, session.begin():
        tx = Transaction(session, vault=Vault(b"\x05" * 32))
        sender.record(tx, *late[0])
        tx.settle()
        tx.close()

    assert get_campaign(campaign).counts.sent == 1


def test_launching_twice_is_refused(rpc: Any, people: Any, make_campaign: Any, launch: Any) -> None:
    campaign = make_campaign([people.contact()])
    launch(campaign)

    with pytest.raises(DomainError) as refused:
        launch(campaign)

    assert (refused.value.status, refused.value.reason) == (409, "CAMPAIGN_ALREADY_LAUNCHED")
