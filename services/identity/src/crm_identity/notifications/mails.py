"""Notifications by mail: how many of which kind, and where to read them. A mail names no record and nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from crm_chassis.access.actor import Actor
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import schedule
from crm_chassis.mail.addresses import Address, AddressError
from crm_chassis.mail.message import Mail
from crm_chassis.mail.relay import Away, Deferred
from crm_chassis.records.tx import Transaction
from sqlalchemy import func, select, update

from crm_identity.auth.password_links import MailDelayed
from crm_identity.auth.principals import rights_of
from crm_identity.notifications.model import Notification
from crm_identity.preferences.usecases import preferences_of
from crm_identity.runtime import runtime
from crm_identity.users.model import User

DAILY, IMMEDIATE = "DAILY", "IMMEDIATE"
MORNING = time(8)
TOGETHER = timedelta(minutes=5)
"""What comes within so long stands in one mail."""
_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "subject": "News for you: {count}",
        "ASSIGNED": "Records that somebody gave you: {count}",
        "TASK_DUE": "Tasks that are due: {count}",
        "SLA_BROKEN": "Tickets with a broken promise: {count}",
        "DEAL_WON": "Deals that your people have won: {count}",
        "MENTIONED": "Comments that mention you: {count}",
        "COMMENTED": "Comments on your records: {count}",
        "REFERENCE_DANGLING": "Your records that name one that does not exist: {count}",
        "PROPOSED": "Changes that are proposed to your records: {count}",
        "PROPOSAL_DECIDED": "Your proposals that somebody has decided: {count}",
        "end": "Read them here: {url}\n\nWhat you are told by mail you choose in your preferences.",
    },
    "de": {
        "subject": "Neues für Sie: {count}",
        "ASSIGNED": "Datensätze, die Ihnen jemand zugeteilt hat: {count}",
        "TASK_DUE": "Fällige Aufgaben: {count}",
        "SLA_BROKEN": "Tickets mit gebrochenem Versprechen: {count}",
        "DEAL_WON": "Abschlüsse Ihrer Leute: {count}",
        "MENTIONED": "Kommentare, die Sie erwähnen: {count}",
        "COMMENTED": "Kommentare zu Ihren Datensätzen: {count}",
        "REFERENCE_DANGLING": "Ihre Datensätze, die einen nennen, den es nicht gibt: {count}",
        "PROPOSED": "Vorgeschlagene Änderungen an Ihren Datensätzen: {count}",
        "PROPOSAL_DECIDED": "Ihre Vorschläge, über die entschieden wurde: {count}",
        "end": "Hier lesen Sie mehr: {url}\n\nWas Sie per Mail erfahren, wählen Sie in Ihren Einstellungen.",
    },
}


def schedule_mail(tx: Transaction, user_id: str, email: str, time_zone: str) -> None:
    """Has the mail sent that a notification is to stand in. The time is the same for all that stand in one."""
    if email == IMMEDIATE:
        since = timedelta(minutes=tx.now.minute, seconds=tx.now.second, microseconds=tx.now.microsecond)
        schedule(tx, MAILS[IMMEDIATE], {user_id: tx.now - since % TOGETHER + TOGETHER})
    elif email == DAILY:
        schedule(tx, MAILS[DAILY], {user_id: _next_morning(tx.now.astimezone(ZoneInfo(time_zone)))})


def _next_morning(now: datetime) -> datetime:
    today = datetime.combine(now.date(), MORNING, now.tzinfo)
    return today if now < today else datetime.combine(now.date() + timedelta(days=1), MORNING, now.tzinfo)


def _step(email: str) -> Callable[[Transaction, Job], Done | Again]:
    return lambda tx, job: _send(tx, job, email)


def _send(tx: Transaction, job: Job, email: str) -> Done | Again:
    """One step: hands the mail over, or takes note of the answer. A process that dies between sends it again."""
    if isinstance(job.outcome, Away | Deferred):
        raise MailDelayed(job.outcome.reason)
    user = tx.find(User, job.key)
    if job.outcome is not None or user is None or not user.active:
        return Done()
    begun = job.cursor.get("begun")
    mailed_at = datetime.fromisoformat(begun) if begun else _take(tx, user, email)
    counts = _counts(tx, user, email, mailed_at)
    try:
        recipient = Address.parse(user.email)
    except AddressError:
        return Done()
    if not counts:
        return Done()
    texts = _TEXTS[preferences_of(tx, user).language]
    lines = [texts[kind].format(count=count) for kind, count in sorted(counts.items())]
    mail = Mail(
        sender=runtime().mail_sender,
        recipient=recipient,
        recipient_name=user.display_name,
        subject=texts["subject"].format(count=sum(counts.values())),
        text="\n".join([*lines, "", texts["end"].format(url=runtime().public_url), ""]),
        message_id=f"{job.id}@{runtime().mail_sender.domain}",
        date=tx.now,
    )
    return Again(cursor={"begun": mailed_at.isoformat()}, effect=partial(runtime().mailer.send, mail))


def _take(tx: Transaction, user: User, email: str) -> datetime:
    """Marks what stands in no mail yet; it stands in this one, if it is still unread then."""
    waiting = (Notification.user_id == user.id, Notification.email == email, Notification.mailed_at.is_(None))
    tx.session.execute(
        update(Notification)
        .where(*waiting, Notification.is_unread(tx.now))
        .values(mailed_at=tx.now)
        .execution_options(synchronize_session=False)
    )
    return tx.now


def _counts(tx: Transaction, user: User, email: str, mailed_at: datetime) -> dict[str, int]:
    """How many of each kind stand in a mail, of records that the user may read at all at this time."""
    rights = rights_of(tx.session, user.id)
    actor = Actor(user.id, "user", rights.grants if rights is not None else {})
    query: Any = (
        select(Notification.kind, Notification.resource, func.count())
        .where(
            Notification.user_id == user.id,
            Notification.email == email,
            Notification.mailed_at == mailed_at,
            Notification.read_at.is_(None),
        )
        .group_by(Notification.kind, Notification.resource)
    )
    counts: dict[str, int] = {}
    for kind, resource, count in tx.session.execute(query):
        if actor.may(f"{resource}.read"):
            counts[kind] = counts.get(kind, 0) + count
    return counts


MAILS = {email: JobKind(f"notifications.{email.lower()}_mail", _step(email)) for email in (IMMEDIATE, DAILY)}
