"""The job that sends an e-mail: asks for the sender's rights, hands it over, writes down what the mail server said.

If the process dies between handing over and writing down, the e-mail is handed over again with the same Message-ID.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from crm_chassis.errors import NotFound, PermissionDenied
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind, Retry
from crm_chassis.mail.addresses import Address, AddressError
from crm_chassis.mail.message import Mail
from crm_chassis.mail.relay import Accepted, Away, Deferred, Refused, Unsupported
from crm_chassis.records.directory import DirectoryUser, Rights, rights_of
from crm_chassis.records.onbehalf import actor_now, key_has_ended
from crm_chassis.records.tx import Transaction

from crm_contacts.activities.model import EMAIL_PROBLEMS, Activity
from crm_contacts.contacts.model import Contact
from crm_contacts.emails.model import ReplyAddress
from crm_contacts.leads.model import Lead
from crm_contacts.settings import mailing

RETRY = Retry()
AWAY_PAUSE = timedelta(seconds=15)
UNKNOWN_PAUSE = timedelta(seconds=1)
UNKNOWN_PATIENCE = timedelta(minutes=10)
"""How long a sender is waited for whose record, roles or address have not come from identity yet."""
_PEOPLE: dict[str, type[Contact | Lead]] = {model.plural: model for model in (Contact, Lead)}


class NotSent(Exception):
    """Why an e-mail is not sent, for its sender."""


@dataclass(frozen=True)
class Sender:
    """What an e-mail needs of the user who has written it."""

    rights: Rights
    name: str
    address: str


def step(tx: Transaction, job: Job) -> Done | Again:
    """Hands the e-mail of the activity that the key names over, or writes down what came of that."""
    if job.outcome is not None:
        return _record(tx, job)
    sender = _sender(tx, job)
    # The person is locked before the activity, as whoever converts a lead does.
    person = None if sender is None else _person(tx, job, sender.rights)
    activity = _queued(tx, job)
    if activity is None:
        return Done()
    if sender is None and tx.now - activity.created_at < UNKNOWN_PATIENCE:
        return Again(after=UNKNOWN_PAUSE)
    try:
        if key_has_ended(tx.session, job.payload, tx.now):
            raise NotSent(EMAIL_PROBLEMS["API_KEY_ENDED"])
        mail = _mail(tx, activity, sender, person)
    except NotSent as refusal:
        activity.email_failed(str(refusal))
        return Done()
    return Again(effect=partial(mailing().mailer.send, mail))


def _queued(tx: Transaction, job: Job) -> Activity | None:
    activity = tx.find(Activity, job.key)
    return activity if activity is not None and activity.email_state == "QUEUED" else None


def _sender(tx: Transaction, job: Job) -> Sender | None:
    """The sender, once identity has told all of it; a subscription that is new is told address by address."""
    id_ = job.payload["sender_id"]
    rights, user = rights_of(tx.session, id_), tx.session.get(DirectoryUser, id_)
    reply = tx.session.get(ReplyAddress, id_)
    if rights is None or user is None or reply is None:
        return None
    return Sender(rights, user.display_name, reply.address)


def _person(tx: Transaction, job: Job, rights: Rights) -> Contact | Lead | None:
    """The person, if the sender may still write to it."""
    actor, plural = actor_now(job.payload["sender_id"], rights, job.payload), job.payload["plural"]
    try:
        with tx.acting(actor, f"{plural}.send_email") as theirs:
            person = theirs.get(_PEOPLE[plural], job.payload["person_id"])
            theirs.check_changeable(person)
            return person
    except (NotFound, PermissionDenied):
        return None


def _mail(tx: Transaction, activity: Activity, sender: Sender | None, person: Contact | Lead | None) -> Mail:
    """What goes to the mail server. Raises NotSent."""
    if activity.deleted_at is not None:
        raise NotSent(EMAIL_PROBLEMS["DELETED_BEFORE"])
    if sender is None:
        raise NotSent(EMAIL_PROBLEMS["SENDER_UNKNOWN"])
    if not sender.rights.active:
        raise NotSent(EMAIL_PROBLEMS["SENDER_DEACTIVATED"])
    if person is None:
        raise NotSent(EMAIL_PROBLEMS["PERSON_OUT_OF_REACH"])
    if not person.has(activity.email_to):
        raise NotSent(EMAIL_PROBLEMS["ADDRESS_GONE"])
    try:
        return Mail(
            sender=mailing().sender,
            sender_name=sender.name,
            reply_to=Address.parse(sender.address),
            recipient=Address.parse(activity.email_to),
            recipient_name=person.display_name,
            subject=activity.subject,
            text=activity.body,
            message_id=f"{activity.id}@{mailing().sender.domain}",
            date=tx.now,
        )
    except AddressError as error:
        raise NotSent(EMAIL_PROBLEMS["ADDRESS_UNUSABLE"]) from error


def _code(answer: str) -> str:
    """The numbers of an SMTP answer, "550 5.1.1" (RFC 3463). Its words may name people."""
    numbers = re.match(r"\d{3}( \d\.\d{1,3}\.\d{1,3})?\b", answer)
    return numbers[0] if numbers else "no answer"


def _record(tx: Transaction, job: Job) -> Done | Again:
    activity = _queued(tx, job)
    if activity is None:
        return Done()
    outcome, attempts = job.outcome, job.cursor.get("attempts", 0)
    match outcome:
        case Accepted():
            activity.email_sent()
        case Refused():
            activity.email_failed(
                f"{EMAIL_PROBLEMS['REFUSED_BY_SERVER']} ({_code(f'{outcome.code} {outcome.reason}')})"
            )
        case Unsupported():
            activity.email_failed(outcome.reason)
        case Away():
            activity.email_error = EMAIL_PROBLEMS["SERVER_AWAY"]
            return Again(after=AWAY_PAUSE)
        case Deferred() if attempts + 1 < RETRY.attempts:
            activity.email_error = f"{EMAIL_PROBLEMS['SERVER_SAYS_LATER']} ({_code(outcome.reason)})"
            return Again({"attempts": attempts + 1}, after=RETRY.pause(attempts + 1))
        case Deferred():
            activity.email_failed(
                f"{EMAIL_PROBLEMS['NOT_ACCEPTED_IN_TIME']} {RETRY.attempts} attempts ({_code(outcome.reason)})"
            )
    return Done()


def _cancelled(tx: Transaction, job: Job) -> None:
    activity = _queued(tx, job)
    if activity is not None:
        activity.email_failed(EMAIL_PROBLEMS["CANCELLED_BY_OPERATOR"])


SENDING = JobKind("email.send", step, on_cancel=_cancelled)
