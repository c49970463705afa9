"""Writing to one person: the e-mail is kept as an activity, and a job sends it."""

from __future__ import annotations

from crm.contacts.v1 import activities_pb2
from crm_chassis.access.actor import check_writable
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.onbehalf import asked_by
from crm_chassis.records.tx import Transaction

from crm_contacts.activities.model import Activity
from crm_contacts.contacts.model import Contact
from crm_contacts.emails.jobs import SENDING
from crm_contacts.errors import NoEmailAddress, NotTheirEmailAddress
from crm_contacts.leads.model import Lead


def send_contact_email(tx: Transaction, request: activities_pb2.SendEmailRequest) -> activities_pb2.SendEmailResponse:
    """An e-mail to a contact. Raises PermissionDenied, NoEmailAddress, NotTheirEmailAddress."""
    return _queue(tx, request, tx.get(Contact, request.id), "contact_id")


def send_lead_email(tx: Transaction, request: activities_pb2.SendEmailRequest) -> activities_pb2.SendEmailResponse:
    """An e-mail to a lead. Raises LeadConverted, PermissionDenied, NoEmailAddress, NotTheirEmailAddress."""
    lead = tx.get(Lead, request.id)
    lead.must_be_open()
    return _queue(tx, request, lead, "lead_id")


def _queue(
    tx: Transaction, request: activities_pb2.SendEmailRequest, person: Contact | Lead, about: str
) -> activities_pb2.SendEmailResponse:
    check_writable(tx.actor, request)
    tx.check_changeable(person)
    if not person.email:
        raise NoEmailAddress(errors={"id": ["has no e-mail address"]})
    address = request.to or person.email
    if not person.has(address):
        raise NotTheirEmailAddress(errors={"to": ["is none of this person's addresses"]})
    activity = Activity(
        type="EMAIL", subject=request.subject, body=request.body, channel="email", occurred_at=tx.now,
        email_state="QUEUED", email_to=address, **{about: person.id},
    )  # fmt: skip
    tx.add(activity)
    payload = {"sender_id": tx.actor.id, "plural": person.plural, "person_id": person.id, **asked_by(tx.actor)}
    enqueue(tx, SENDING, payload, key=activity.id)
    return activities_pb2.SendEmailResponse(activity_id=activity.id)
