"""Sending to a real mail server: each recipient once, whatever the server says and whatever stops us."""

from __future__ import annotations

from datetime import timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest
from crm.common.v1 import jobs_pb2, standard_pb2
from crm.identity.v1 import users_pb2
from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2, opt_outs_pb2, segments_pb2, templates_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError
from crm_chassis.mail.relay import Mailer
from crm_chassis.testing import unique, user
from crm_marketing.campaigns.model import RETRY
from crm_marketing.sending import sender
from crm_marketing.sending.launchers import NOBODY_ANSWERS
from sqlalchemy import text

ADMIN = user()
State = campaign_members_pb2.CampaignMember.SendState
Status = campaigns_pb2.Campaign.Status


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
    tick("jobs")
    tick("jobs")

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

    tick("jobs")

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
    tick("jobs")
    tick("jobs")
    assert states(members, campaign) == {good: "SENT", later: "QUEUED", never: "FAILED", lost: "QUEUED"}
    failed = members(campaign)[never]
    assert failed.skip_reason == "refused by the mail server (550)"
    (event,) = published(failed.id, "crm.marketing.campaign_member.failed.v1")
    assert people.address(never) not in event.envelope.decode()
    mail.answers.clear()
    mail.dropped.clear()
    clock.advance(seconds=90)
    tick("jobs")

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

    for _ in range(RETRY.attempts):
        assert states(members, campaign) == {contact: "QUEUED"}
        tick("jobs")
        clock.advance(hours=3)

    member = members(campaign)[contact]
    assert (State.Name(member.send_state), member.attempts) == ("FAILED", RETRY.attempts)


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

    def die(self: Mailer, mail: Any) -> Any:
        handed.append(str(mail.recipient))
        if len(handed) == 2:
            if taken:
                original(self, mail)
            raise Killed
        return original(self, mail)

    monkeypatch.setattr(Mailer, "send", die)
    with pytest.raises(Killed):
        tick("jobs")
    assert sorted(states(members, campaign).values()) == ["QUEUED", "SENDING", "SENT"]
    monkeypatch.setattr(Mailer, "send", original)
    tick("jobs")
    assert sorted(states(members, campaign).values()) == ["SENDING", "SENT", "SENT"]
    clock.advance(seconds=90)
    tick("jobs")

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
        tick("jobs")
    monkeypatch.setattr(sender, "record", original)
    assert states(members, campaign) == {contact: "SENDING"}
    clock.advance(seconds=90)
    tick("jobs")

    assert states(members, campaign) == {contact: "SENT"}
    assert len({message["Message-ID"] for message in mail.to(people.address(contact))}) == 1


def test_a_mail_server_that_is_away_costs_no_attempt(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, monkeypatch: Any, clock: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)

    def refuse(self: Mailer) -> Any:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(Mailer, "_connect", refuse)
        sender.current().mailer.close()
        tick("jobs")
    assert (states(members, campaign), members(campaign)[contact].attempts) == ({contact: "QUEUED"}, 0)
    clock.advance(minutes=1)
    tick("jobs")

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
            paused.append(rpc("PauseCampaign", campaigns_pb2.PauseCampaignRequest(id=campaign.id), as_=ADMIN))

    mail.on_message = pause
    tick("jobs")
    tick("jobs")
    assert paused[0].status == Status.PAUSED
    assert sorted(states(members, campaign).values()) == ["QUEUED", "QUEUED", "QUEUED", "SENT"]
    assert len(mail.received) == 1
    rpc("ResumeCampaign", campaigns_pb2.ResumeCampaignRequest(id=campaign.id), as_=ADMIN)
    tick("jobs")

    assert sorted(address for address, _ in mail.received) == sorted(map(people.address, contacts))
    assert get_campaign(campaign).status == Status.DONE


def test_the_audience_is_that_of_the_launch(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any
) -> None:
    stays, leaves, late = (people.contact() for _ in range(3))
    campaign = make_campaign([stays, leaves])
    launch(campaign)
    change = {"id": campaign.segment_id}
    remove = segments_pb2.RemoveSegmentMembersRequest(**change, contact_ids=[leaves])
    rpc("RemoveSegmentMembers", remove, as_=ADMIN)
    rpc("AddSegmentMembers", segments_pb2.AddSegmentMembersRequest(**change, contact_ids=[late]), as_=ADMIN)

    tick("jobs")

    assert states(members, campaign) == {stays: "SENT", leaves: "SENT"}


def test_the_text_is_that_of_the_launch(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    changed = {"id": campaign.template_id, "subject": "Another"}
    rpc("UpdateTemplate", templates_pb2.UpdateTemplateRequest(template=changed), as_=ADMIN)

    tick("jobs")

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

    tick("jobs")

    found = {id_: member.skip_reason for id_, member in members(campaign).items()}
    assert found == {
        good: "", gone: "contact deleted", without: "no address", nameless: "missing value: contact.first_name",
    }  # fmt: skip
    (event,) = published(members(campaign)[nameless].id, "crm.marketing.campaign_member.skipped.v1")
    assert event.data.campaign_member.send_state == State.SKIPPED
    counts = get_campaign(campaign).counts
    assert (counts.members, counts.sent, counts.skipped) == (4, 1, 3)
    assert [address for address, _ in mail.received] == [people.address(good)]


def test_an_address_gets_one_message_of_a_campaign(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, get_campaign: Any
) -> None:
    first, other = people.contact(), people.contact()
    twin = people.contact(email=people.address(first).upper())
    campaign = make_campaign([first, other, twin])
    launch(campaign)

    tick("jobs")

    assert len(mail.received) == 2
    (skipped,) = (member for member in members(campaign).values() if member.send_state == State.SKIPPED)
    assert skipped.contact_id in (first, twin)
    assert skipped.skip_reason == "another member has the same address"
    assert (get_campaign(campaign).counts.sent, get_campaign(campaign).counts.skipped) == (2, 1)


def test_whoever_has_opted_out_stays_so_with_another_address(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any
) -> None:
    by_link, by_telephone, second_address = (people.contact() for _ in range(3))
    launch(make_campaign([by_link]))
    tick("jobs")
    link = mail.to(people.address(by_link))[0]["List-Unsubscribe"].strip("<>")
    rpc("Unsubscribe", opt_outs_pb2.UnsubscribeRequest(token=link.rpartition("/")[2]), as_=Actor("", "anonymous"))
    wish = {"email": people.address(by_telephone), "reach": "ADDRESS"}
    rpc("CreateOptOut", opt_outs_pb2.CreateOptOutRequest(opt_out=wish), as_=ADMIN)
    former = f"{unique('old')}@people.example"
    rpc("CreateOptOut", opt_outs_pb2.CreateOptOutRequest(opt_out={"email": former, "reach": "ADDRESS"}), as_=ADMIN)
    for contact in (by_link, by_telephone, second_address):
        address = f"{unique('new')}@people.example"
        emails = [{"address": address, "primary": True}, {"address": former}][: 1 + (contact == second_address)]
        people.change_contact(contact, emails=emails, email=address)
    mail.received.clear()
    campaign = make_campaign([by_link, by_telephone, second_address])
    launch(campaign)

    tick("jobs")

    assert {member.skip_reason for member in members(campaign).values()} == {"opted out"}
    assert not mail.received


def test_a_template_that_some_values_break_holds_up_nobody(
    people: Any, mail: Any, make_campaign: Any, make_template: Any, launch: Any, tick: Any, members: Any,
    get_campaign: Any,
) -> None:  # fmt: skip
    breaks, suits, other = people.contact(department="R&D"), people.contact(), people.contact()
    poison = make_template(
        body_text="{% if contact.department and contact.title > 'A' %}x{% endif %}{{ unsubscribe_url }}"
    )
    poisoned, good = make_campaign([breaks, suits], template_id=poison.id), make_campaign([other])
    launch(poisoned)
    launch(good)

    tick("jobs")
    tick("jobs")

    assert states(members, poisoned) == {breaks: "SKIPPED", suits: "SENT"}
    assert members(poisoned)[breaks].skip_reason == "the template cannot be rendered for this contact"
    assert states(members, good) == {other: "SENT"}
    assert get_campaign(poisoned).status == get_campaign(good).status == Status.DONE


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
    made = rpc("CreateOptOut", opt_outs_pb2.CreateOptOutRequest(opt_out=wish), as_=ADMIN)
    assert made.contact_id == contact

    tick("jobs")

    member = members(campaign)[contact]
    assert State.Name(member.send_state) == expected
    assert len(mail.received) == (expected == "SENT")


def test_an_opt_out_from_another_segment_does_not_count(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, make_segment: Any, launch: Any, tick: Any, members: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    wish = {"email": people.address(contact), "reach": "SEGMENT", "segment_id": make_segment().id}
    rpc("CreateOptOut", opt_outs_pb2.CreateOptOutRequest(opt_out=wish), as_=ADMIN)
    launch(campaign)

    tick("jobs")

    assert states(members, campaign) == {contact: "SENT"}


def test_a_member_taken_out_is_not_sent_to(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, get_campaign: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    request = standard_pb2.DeleteRequest(id=members(campaign)[contact].id)
    rpc("DeleteCampaignMember", request, as_=ADMIN)

    tick("jobs")

    assert not mail.received
    assert (get_campaign(campaign).status, get_campaign(campaign).counts.members) == (Status.DONE, 0)


def test_who_got_many_campaigns_can_be_segmented_on(
    people: Any, mail: Any, make_campaign: Any, make_segment: Any, launch: Any, tick: Any, members_of: Any
) -> None:
    contact = people.contact(department=(department := unique("dep")))
    segment = make_segment(f'department = "{department}" AND campaigns_sent >= 1')
    launch(make_campaign([contact]))

    tick("jobs")
    tick("segments")

    assert members_of(segment) == {contact}


def test_an_answer_to_an_attempt_given_up_is_passed_over(
    engine: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, clock: Any,
    get_campaign: Any, monkeypatch: Any,
) -> None:  # fmt: skip
    """The first attempt hangs so long that a second one is made; the late answer to the first does not count."""
    from crm_chassis.db.vault import Vault
    from crm_chassis.records.tx import transaction

    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    original = sender.record
    late: list[Any] = []
    monkeypatch.setattr(sender, "record", lambda tx, *given: late.append(given))
    tick("jobs")
    monkeypatch.setattr(sender, "record", original)
    clock.advance(seconds=90)
    tick("jobs")
    assert states(members, campaign) == {contact: "SENT"}

    with transaction(engine, vault=Vault(b"\x05" * 32)) as tx:
        sender.record(tx, *late[0])

    assert get_campaign(campaign).counts.sent == 1


def test_a_campaign_that_cannot_be_sent_is_paused_and_holds_up_no_other(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, get_campaign: Any,
    engine: Any,
) -> None:  # fmt: skip
    mine, other = people.contact(), people.contact()
    broken, good = make_campaign([mine]), make_campaign([other])
    launch(broken)
    launch(good)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM campaign_texts WHERE campaign_id = :id"), {"id": broken.id})

    tick("jobs")

    assert states(members, good) == {other: "SENT"}
    assert states(members, broken) == {mine: "QUEUED"}
    paused = get_campaign(broken)
    assert (paused.status, paused.pause_reason) == (
        Status.PAUSED,
        "it cannot be sent: an error of the suite, see its log",
    )


def test_a_sending_that_an_operator_cancels_is_paused(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, get_campaign: Any
) -> None:
    campaign = make_campaign([people.contact()])
    launch(campaign)
    waiting = rpc("ListJobs", jobs_pb2.ListJobsRequest(service="marketing", kind="campaign.send"), as_=ADMIN).jobs
    (job,) = (job for job in waiting if job.key == campaign.id)

    rpc("CancelJob", jobs_pb2.CancelJobRequest(service="marketing", id=job.id, reason="too early"), as_=ADMIN)

    assert get_campaign(campaign).status == Status.PAUSED
    assert get_campaign(campaign).pause_reason == "its sending was cancelled by an operator"


def test_a_campaign_without_a_job_is_sent_too(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, engine: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    launch(campaign)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM jobs WHERE key = :id"), {"id": campaign.id})

    tick("campaigns")
    tick("campaigns")
    tick("jobs")

    assert states(members, campaign) == {contact: "SENT"}


def test_a_domain_gets_its_rate_from_all_campaigns_together_and_others_do_not_wait(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, clock: Any, monkeypatch: Any
) -> None:
    slow = unique("slow") + ".example"
    crowd = [people.contact(email=f"{unique('p')}@{slow}") for _ in range(6)]
    other = people.contact()
    campaigns = [make_campaign(crowd[:3]), make_campaign([*crowd[3:], other])]
    monkeypatch.setattr(sender.current().pace, "_share", timedelta(seconds=0.5))
    clock.now = clock.now
    for campaign in campaigns:
        launch(campaign)

    sent = []
    for _ in range(3):
        tick("jobs")
        sent.append(sum(address.endswith(slow) for address, _ in mail.received))
        assert len(mail.to(people.address(other))) == 1
        clock.advance(seconds=0.5)
    assert sent == [2, 3, 4]
    clock.advance(seconds=100)
    for _ in range(4):
        tick("jobs")
        clock.advance(seconds=1)

    assert len(mail.received) == 7


def test_launching_twice_is_refused(rpc: Any, people: Any, make_campaign: Any, launch: Any) -> None:
    campaign = make_campaign([people.contact()])
    launch(campaign)

    with pytest.raises(DomainError) as refused:
        launch(campaign)

    assert (refused.value.status, refused.value.reason) == (409, "CAMPAIGN_ALREADY_LAUNCHED")


def deactivated(user_id: str, successor_id: str = "") -> Any:
    return users_pb2.UserDeactivated(user={"id": user_id, "status": "DEACTIVATED"}, reassign_to_id=successor_id)


@pytest.fixture
def launched_by(people: Any, make_campaign: Any, rpc: Any, tick: Any) -> Any:
    """A campaign with one recipient that somebody has launched and that has not been sent yet."""

    def start(launcher: Actor) -> tuple[Any, str]:
        contact = people.contact(first_name="Ann")
        campaign = make_campaign([contact])
        rpc("LaunchCampaign", campaigns_pb2.LaunchCampaignRequest(id=campaign.id, everybody=True), as_=launcher)
        return campaign, contact

    return start


def test_a_campaign_goes_on_when_its_launcher_loses_the_right(
    launched_by: Any, mail: Any, people: Any, tick: Any, deliver: Any, get_campaign: Any
) -> None:
    launcher = user()
    campaign, contact = launched_by(launcher)
    deliver(users_pb2.UserUpdated(user={"id": launcher.id, "status": "ACTIVE", "role_ids": []}))

    tick("jobs")

    assert get_campaign(campaign).status == Status.DONE
    assert len(mail.to(people.address(contact))) == 1


def test_and_when_a_successor_takes_over_from_a_launcher_who_leaves(
    launched_by: Any, mail: Any, people: Any, tick: Any, deliver: Any, get_campaign: Any
) -> None:
    launcher, successor = user(), user()
    campaign, contact = launched_by(launcher)
    deliver(deactivated(launcher.id, successor.id))

    tick("jobs")

    assert get_campaign(campaign).status == Status.DONE
    assert len(mail.to(people.address(contact))) == 1


def test_it_is_paused_when_nobody_takes_over_and_goes_on_when_somebody_says_so(
    launched_by: Any, mail: Any, people: Any, tick: Any, deliver: Any, get_campaign: Any, rpc: Any
) -> None:
    launcher, another = user(), user()
    (campaign, contact), (other, _) = launched_by(launcher), launched_by(another)
    deliver(deactivated(launcher.id))
    assert get_campaign(other).status == Status.SENDING
    tick("jobs")

    paused = get_campaign(campaign)
    assert (paused.status, paused.pause_reason) == (Status.PAUSED, NOBODY_ANSWERS)
    assert mail.to(people.address(contact)) == []

    rpc("ResumeCampaign", campaigns_pb2.ResumeCampaignRequest(id=campaign.id), as_=another)
    deliver(deactivated(launcher.id), version=2)  # Somebody else answers for it now.
    tick("jobs")
    assert get_campaign(campaign).status == Status.DONE
    assert len(mail.to(people.address(contact))) == 1
