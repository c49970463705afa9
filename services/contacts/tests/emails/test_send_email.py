"""E-mails to one person: kept, sent once to a real mail server, and told what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.header import decode_header, make_header
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import activities_pb2, contacts_pb2, leads_pb2
from crm.identity.v1 import api_keys_pb2, roles_pb2, users_pb2
from crm_chassis import subjects
from crm_chassis.access.actor import Actor
from crm_chassis.db.tables import JobRow
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.jobs.kinds import Retry
from crm_chassis.jobs.queue import cancel
from crm_chassis.mail.relay import Mailer
from crm_chassis.records.onbehalf import KEY_HAS_ENDED
from crm_chassis.testing import ALL, OWN, unique, user
from crm_contacts.activities.model import EMAIL_PROBLEMS, OTHER, Activity
from crm_contacts.emails.jobs import SENDING
from sqlalchemy import select, text
from sqlalchemy.orm import Session

ADMIN = user()
RIGHTS = {
    "contacts.read": ALL, "contacts.update": OWN, "contacts.send_email": OWN, "leads.read": ALL, "leads.update": OWN,
    "leads.send_email": OWN, "activities.read": OWN, "fields.personal.read": ALL,
}  # fmt: skip
State = activities_pb2.Activity.EmailState
Problem = activities_pb2.Activity.EmailProblem


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def tell(deliver: Any) -> Callable[..., None]:
    """Tells the service, as identity does, what a user is called and may do; again with something changed."""
    versions: dict[str, int] = {}

    def event(actor: Actor, **fields: Any) -> None:
        versions[actor.id] = versions.get(actor.id, 0) + 1
        role_id = str(uuid7())
        given = {
            "id": actor.id, "display_name": "Zoë Sällig", "email": f"zoe-{actor.id}@crm.example", "status": "ACTIVE",
            "role_ids": [role_id],
        } | fields  # fmt: skip
        grants = [{"permission": name, "scope": scope} for name, scope in actor.grants.items()]
        deliver(roles_pb2.RoleCreated(role={"id": role_id, "name": unique("r"), "grants": grants}))
        message = users_pb2.UserUpdated if versions[actor.id] > 1 else users_pb2.UserCreated
        deliver(message(user=given), version=versions[actor.id])

    return event


@pytest.fixture
def seller(tell: Any) -> Actor:
    """Somebody who may write to the own people, and whom the service knows."""
    actor = user(RIGHTS)
    tell(actor)
    return actor


@pytest.fixture
def person(rpc: Any) -> Callable[..., Any]:
    def make(owner: Actor, **fields: Any) -> Any:
        emails = [{"address": f"{unique('p')}@people.example"}, {"address": f"{unique('q')}@home.example"}]
        given = {"first_name": "Ada", "last_name": "Lövelace", "emails": emails, "owner_id": owner.id} | fields
        return rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=ADMIN)

    return make


@pytest.fixture
def write(rpc: Any) -> Callable[..., str]:
    """Writes to a contact; returns the id of the activity."""

    def send(person: Any, as_: Actor, *, key: str = "", **fields: Any) -> str:
        given = {"subject": "Your order", "body": "Dear Ada,\n\nit is on its way."} | fields
        request = activities_pb2.SendEmailRequest(id=person.id, **given)
        return str(rpc("SendContactEmail", request, as_=as_, key=key).activity_id)

    return send


@pytest.fixture
def read(rpc: Any) -> Callable[[str], Any]:
    return lambda id_: rpc("GetActivity", standard_pb2.GetRequest(id=id_), as_=ADMIN)


def shown(header: str) -> str:
    return str(make_header(decode_header(header.replace("\r\n", "").replace("\n", "")))).replace('"', "")


def refused(call: Callable[..., Any], *arguments: Any, **named: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(*arguments, **named)
    return caught.value


def test_an_email_is_kept_and_then_sent(
    person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any, published: Any
) -> None:
    ada = person(seller)
    id_ = write(ada, seller)

    kept = read(id_)
    assert (kept.type, kept.email_state, kept.done) == (activities_pb2.Activity.EMAIL, State.QUEUED, False)
    assert (kept.contact_id, kept.owner_id, kept.email_to) == (ada.id, seller.id, ada.email)
    assert (kept.subject, kept.body) == ("Your order", "Dear Ada,\n\nit is on its way.")
    assert inbox.to(ada.email) == []
    tick("jobs")

    sent = read(id_)
    assert (sent.email_state, sent.done, sent.email_error) == (State.SENT, True, "")
    assert sent.email_problem == Problem.EMAIL_PROBLEM_UNSPECIFIED
    (message,) = inbox.to(ada.email)
    assert shown(message["From"]) == "Zoë Sällig <crm@crm.example>"
    assert shown(message["Reply-To"]) == f"Zoë Sällig <zoe-{seller.id}@crm.example>"
    assert shown(message["To"]) == f"Ada Lövelace <{ada.email}>"
    assert message["Subject"] == "Your order"
    assert message["Message-ID"] == f"<{id_}@crm.example>"
    assert message.get_content_type() == "text/plain"
    assert message.get_payload(decode=True).decode().splitlines() == ["Dear Ada,", "", "it is on its way."]
    created, updated = published(id_)
    assert (created.action, list(updated.data.changed_fields)) == ("created", ["done", "email_state"])
    assert ada.email.encode() not in created.envelope + updated.envelope


def test_the_writer_chooses_among_the_addresses_of_the_person(
    person: Any, seller: Any, write: Any, tick: Any, inbox: Any
) -> None:
    ada = person(seller)
    home = ada.emails[1].address

    write(ada, seller, to=home.upper())
    tick("jobs")

    assert (len(inbox.to(home)), inbox.to(ada.email)) == (1, [])
    other = refused(write, ada, seller, to="somebody@else.example")
    assert (other.reason, other.status, list(other.errors)) == ("NOT_THEIR_EMAIL_ADDRESS", 422, ["to"])


def test_who_has_no_address_gets_no_email(person: Any, seller: Any, write: Any) -> None:
    nobody = refused(write, person(seller, emails=[]), seller)
    assert (nobody.reason, nobody.status) == ("NO_EMAIL_ADDRESS", 422)


@pytest.mark.parametrize(
    ("field", "value"), [("subject", ""), ("subject", "a\r\nBcc: x@y.example"), ("subject", "s" * 301), ("body", "")]
)
def test_what_is_no_email_is_refused(person: Any, seller: Any, write: Any, field: str, value: str) -> None:
    wrong = refused(write, person(seller), seller, **{field: value})
    assert (wrong.reason, list(wrong.errors)) == ("INVALID_INPUT", [field])


def test_the_same_key_sends_once(person: Any, seller: Any, write: Any, tick: Any, inbox: Any) -> None:
    ada, key = person(seller), unique("key")

    assert write(ada, seller, key=key) == write(ada, seller, key=key)
    tick("jobs")

    assert len(inbox.to(ada.email)) == 1


def test_writing_needs_its_permission_and_the_right_to_change_the_person(person: Any, write: Any) -> None:
    for missing, scope in (("contacts.send_email", None), ("contacts.send_email", OWN), ("contacts.update", OWN)):
        held = {name: ALL for name in RIGHTS if name != missing} | ({missing: scope} if scope else {})
        assert refused(write, person(ADMIN), user(held)).reason == "PERMISSION_DENIED"


def test_who_may_not_read_addresses_does_not_ask_by_writing_to_one(person: Any, write: Any) -> None:
    blind = user({name: ALL for name in RIGHTS if name != "fields.personal.read"})
    ada = person(blind)
    told = [refused(write, ada, blind, to=address) for address in (ada.email, "somebody@else.example")]
    assert [(one.reason, sorted(one.errors)) for one in told] == [("PERMISSION_DENIED", ["body", "to"])] * 2


def test_who_may_not_see_a_person_does_not_learn_of_it(person: Any, write: Any) -> None:
    blind = user(RIGHTS | {"contacts.read": OWN})
    assert refused(write, person(ADMIN), blind).status == 404


def test_a_lead_is_written_to(rpc: Any, seller: Any, read: Any, tick: Any, inbox: Any) -> None:
    given = {"last_name": "Lee", "email": f"{unique('lee')}@people.example", "owner_id": seller.id}
    lead = rpc("CreateLead", leads_pb2.CreateLeadRequest(lead=given), as_=ADMIN)
    request = activities_pb2.SendEmailRequest(id=lead.id, subject="Hello", body="Hi")

    id_ = rpc("SendLeadEmail", request, as_=seller).activity_id
    tick("jobs")

    assert (read(id_).lead_id, read(id_).email_state, len(inbox.to(lead.email))) == (lead.id, State.SENT, 1)
    rpc("ConvertLead", leads_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)
    assert refused(rpc, "SendLeadEmail", request, as_=seller).reason == "LEAD_ALREADY_CONVERTED"


# -- what becomes of it -----------------------------------------------------------------------------------


def test_later_is_tried_again_and_never_is_the_end(
    person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any, clock: Any
) -> None:
    later, never = person(seller), person(seller)
    inbox.answers = {later.email: "451 4.7.1 greylisted", never.email: f"550 5.1.1 <{never.email}> unknown"}
    first, second = write(later, seller), write(never, seller)
    tick("jobs")

    assert (read(first).email_state, read(first).email_error) == (
        State.QUEUED,
        "the mail server says later (451 4.7.1)",
    )
    assert read(second).email_state == State.FAILED
    assert read(second).email_error == "refused by the mail server (550 5.1.1)"
    assert (read(first).email_problem, read(second).email_problem) == (
        Problem.SERVER_SAYS_LATER, Problem.REFUSED_BY_SERVER,
    )  # fmt: skip
    inbox.answers = {}
    clock.advance(seconds=2)
    tick("jobs")

    assert (read(first).email_state, read(first).email_error, len(inbox.to(later.email))) == (State.SENT, "", 1)
    assert inbox.to(never.email) == []


def test_who_always_says_later_is_given_up(
    person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any, clock: Any
) -> None:
    ada = person(seller)
    inbox.answers = {ada.email: "451 later"}
    id_ = write(ada, seller)

    for attempt in range(1, Retry().attempts + 1):
        assert read(id_).email_state == State.QUEUED
        tick("jobs")
        clock.advance(seconds=Retry().pause(attempt).total_seconds())

    assert (read(id_).email_state, read(id_).email_error) == (State.FAILED, "not accepted in 8 attempts (451)")


def test_an_email_waits_for_a_mail_server_that_is_away(
    person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any, clock: Any, monkeypatch: Any
) -> None:
    ada = person(seller)
    id_ = write(ada, seller)
    with monkeypatch.context() as patched:
        patched.setattr(Mailer, "_take", lambda self: (_ for _ in ()).throw(OSError("no route")))
        for _ in range(2 * Retry().attempts):
            tick("jobs")
            clock.advance(seconds=15)
    assert (read(id_).email_state, read(id_).email_error) == (State.QUEUED, "the mail server cannot be reached")

    tick("jobs")

    assert (read(id_).email_state, len(inbox.to(ada.email))) == (State.SENT, 1)


def test_a_process_that_dies_sends_the_same_message_again(
    person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any, clock: Any, monkeypatch: Any
) -> None:
    ada = person(seller)
    id_ = write(ada, seller)
    send = Mailer.send

    def dying(self: Mailer, mail: Any) -> None:
        send(self, mail)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Mailer, "send", dying)
        with pytest.raises(Killed):
            tick("jobs")
    assert read(id_).email_state == State.QUEUED
    clock.advance(seconds=60)
    tick("jobs")

    assert read(id_).email_state == State.SENT
    assert [message["Message-ID"] for message in inbox.to(ada.email)] == [f"<{id_}@crm.example>"] * 2


def test_nothing_is_sent_for_who_was_deactivated(
    person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any, tell: Any
) -> None:
    ada = person(seller)
    id_ = write(ada, seller)
    tell(seller, status="DEACTIVATED")

    tick("jobs")

    assert (read(id_).email_state, read(id_).email_error) == (State.FAILED, "the sender was deactivated")
    assert read(id_).email_problem == Problem.SENDER_DEACTIVATED
    assert inbox.to(ada.email) == []


def test_an_email_that_a_program_has_written_is_sent_within_what_its_key_names_while_the_key_lives(
    person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any, deliver: Any, clock: Any
) -> None:
    program = replace(seller, session_id=uuid7(), api_key="crm_12345678", api_key_expires=clock().timestamp() + 3600)
    to = [person(seller) for _ in range(3)]
    sent = write(to[0], program)
    tick("jobs")
    revoked = write(to[1], program)
    deliver(api_keys_pb2.ApiKeyDeleted(api_key={"id": program.session_id, "deleted_at": clock()}))
    late = write(to[2], replace(program, session_id=uuid7()))
    clock.advance(seconds=3601)
    tick("jobs")

    assert [read(id_).email_error for id_ in (sent, revoked, late)] == ["", KEY_HAS_ENDED, KEY_HAS_ENDED]
    assert [len(inbox.to(one.email)) for one in to] == [1, 0, 0]


def test_rights_are_asked_again_when_it_is_sent(
    rpc: Any, person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any
) -> None:
    given_away, moved, gone = (person(seller) for _ in range(3))
    ids = [write(one, seller) for one in (given_away, moved, gone)]
    deleted = write(moved, seller)
    for contact in (
        {"id": given_away.id, "owner_id": ADMIN.id},
        {"id": moved.id, "emails": [{"address": f"{unique('new')}@people.example"}]},
    ):
        rpc("UpdateContact", contacts_pb2.UpdateContactRequest(contact=contact), as_=ADMIN)
    rpc("DeleteContact", standard_pb2.DeleteRequest(id=gone.id), as_=ADMIN)
    rpc("DeleteActivity", standard_pb2.DeleteRequest(id=deleted), as_=ADMIN)

    tick("jobs")

    refusal = "the person is no longer there, or the sender may no longer write to this person"
    assert [read(id_).email_error for id_ in ids] == [
        refusal, "the address is no longer one of this person's", refusal
    ]  # fmt: skip
    assert not any(inbox.to(one.email) for one in (given_away, moved, gone))
    rpc("UndeleteActivity", standard_pb2.UndeleteRequest(id=deleted), as_=ADMIN)
    assert read(deleted).email_error == "it was deleted before it was sent"


def test_a_permission_that_was_taken_away_meanwhile_counts(
    person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any, tell: Any
) -> None:
    ada = person(seller)
    id_ = write(ada, seller)
    tell(Actor(seller.id, "user", {name: scope for name, scope in RIGHTS.items() if name != "contacts.send_email"}))

    tick("jobs")

    assert (read(id_).email_state, inbox.to(ada.email)) == (State.FAILED, [])


def test_a_sender_who_is_not_known_yet_is_waited_for(
    person: Any, write: Any, read: Any, tick: Any, inbox: Any, clock: Any, tell: Any
) -> None:
    fresh, unknown = user(RIGHTS), user(RIGHTS)
    ada, ben = person(fresh), person(unknown)
    first, second = write(ada, fresh), write(ben, unknown)
    tick("jobs")
    assert (read(first).email_state, read(second).email_state) == (State.QUEUED, State.QUEUED)
    tell(fresh)
    clock.advance(seconds=2)
    tick("jobs")
    assert (read(first).email_state, len(inbox.to(ada.email))) == (State.SENT, 1)

    clock.advance(seconds=600)
    tick("jobs")

    assert (read(second).email_state, read(second).email_error) == (State.FAILED, "the sender is not known")


def test_an_address_for_answers_that_has_not_come_yet_is_waited_for(
    person: Any, seller: Any, write: Any, read: Any, tick: Any, inbox: Any, clock: Any, tell: Any, engine: Any
) -> None:
    """As after an upgrade, when the addresses of users who were there before are on their way."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM reply_addresses WHERE user_id = :id"), {"id": seller.id})
    ada = person(seller)
    id_ = write(ada, seller)
    tick("jobs")
    assert (read(id_).email_state, inbox.to(ada.email)) == (State.QUEUED, [])

    tell(seller)
    clock.advance(seconds=2)
    tick("jobs")

    assert (read(id_).email_state, len(inbox.to(ada.email))) == (State.SENT, 1)


def test_an_operator_who_cancels_says_so_to_the_sender(
    person: Any, seller: Any, write: Any, read: Any, begin: Any
) -> None:
    id_ = write(person(seller), seller)
    with begin(as_=ADMIN) as tx:
        cancel(tx, SENDING, tx.session.scalars(select(JobRow).where(JobRow.key == id_)).one())

    assert (read(id_).email_state, read(id_).email_error) == (
        State.FAILED, "its sending was cancelled by an operator"
    )  # fmt: skip


# -- afterwards -------------------------------------------------------------------------------------------


def test_what_was_written_stays_as_it_is(rpc: Any, person: Any, seller: Any, write: Any, read: Any) -> None:
    id_ = write(person(seller), seller)

    def change(**fields: Any) -> Any:
        activity = {"id": id_} | fields
        return rpc("UpdateActivity", activities_pb2.UpdateActivityRequest(activity=activity), as_=ADMIN)

    for fields in ({"body": "Never"}, {"subject": "No"}, {"type": "NOTE"}, {"contact_id": person(seller).id}):
        assert refused(change, **fields).reason == "EMAIL_UNCHANGEABLE"
    assert change(owner_id=ADMIN.id, subject="Your order").owner_id == ADMIN.id
    assert read(id_).body == "Dear Ada,\n\nit is on its way."


def test_an_email_to_a_lead_is_erased_with_the_lead(
    rpc: Any, seller: Any, tick: Any, engine: Any, service: Any, leftovers: Any
) -> None:
    said, address = unique("Secret"), f"{unique('erika')}@people.example"
    given = {"last_name": "Muster", "email": address, "owner_id": seller.id}
    lead = rpc("CreateLead", leads_pb2.CreateLeadRequest(lead=given), as_=ADMIN)
    request = activities_pb2.SendEmailRequest(id=lead.id, subject="Hello", body=said)
    rpc("SendLeadEmail", request, as_=seller, key=unique("key"))
    tick("jobs")
    assert "activities" in leftovers(said)

    with Session(engine) as session, session.begin():
        told = subjects.erase(session, service.tables, lead.id)

    assert (told["activities"], leftovers(said), leftovers(address)) == (1, [], [])


def test_where_answers_go_is_erased_with_the_user(seller: Any, engine: Any, service: Any, tell: Any) -> None:
    with Session(engine) as session, session.begin():
        assert subjects.erase(session, service.tables, seller.id)["reply_addresses"] == 1
        query = text("SELECT address FROM reply_addresses WHERE user_id = :id")
        assert session.scalar(query, {"id": seller.id}) == ""


def test_every_reason_has_a_code_and_no_other() -> None:
    codes = {name for name, number in Problem.items() if number} - {OTHER}
    assert set(EMAIL_PROBLEMS) == codes
    found = [Activity(email_error=f"{begins} (550)").email_problem for begins in EMAIL_PROBLEMS.values()]
    assert found == list(EMAIL_PROBLEMS)
    assert (Activity(email_error="").email_problem, Activity(email_error="8BITMIME").email_problem) == ("", OTHER)
