"""How a user comes to be told something: as the user wants it, once for each cause, together while it is unread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.identity.v1 import preferences_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.records.tx import Transaction
from sqlalchemy import delete, func, select

from crm_identity.auth.principals import rights_of
from crm_identity.notifications.mails import schedule_mail
from crm_identity.notifications.model import KEPT, Notification, of_record
from crm_identity.preferences.usecases import preferences_of
from crm_identity.users.model import User

ASSIGNED, TASK_DUE, SLA_BROKEN, DEAL_WON = "ASSIGNED", "TASK_DUE", "SLA_BROKEN", "DEAL_WON"
MENTIONED, COMMENTED, DANGLING = "MENTIONED", "COMMENTED", "REFERENCE_DANGLING"
PROPOSED, PROPOSAL_DECIDED = "PROPOSED", "PROPOSAL_DECIDED"
MOST_UNREAD = 1000
"""Whoever has so many unread is told no more: nobody reads them."""


@dataclass(frozen=True)
class News:
    """What happened to which record, and by whom."""

    kind: str
    resource: str
    record_id: str
    actor_id: str
    at: datetime
    cause_id: str
    comment_id: str | None = None
    """The comment on the record that it is about."""


def tell(tx: Transaction, user_id: str, news: News) -> None:
    """Tells a user, unless the user has done it, may not read such records, does not want to know, or knows already."""
    user = tx.session.scalar(select(User).where(User.id == user_id))
    if user is None or not user.active or user_id == news.actor_id or news.at < tx.now - KEPT:
        return
    rights = rights_of(tx.session, user_id)
    if rights is None or not Actor(user_id, "user", rights.grants).may(f"{news.resource}.read"):
        return
    preferences = preferences_of(tx, user)
    wanted = preferences_pb2.NotificationKind.Value(news.kind)
    choice = next(choice for choice in preferences.notifications if choice.kind == wanted)
    email = preferences_pb2.NotificationChoice.Email.Name(choice.email)
    if (choice.in_app or email != "OFF") and _put(tx, user_id, news, in_app=choice.in_app, email=email):
        schedule_mail(tx, user_id, email, preferences.time_zone)


def _put(tx: Transaction, user_id: str, news: News, *, in_app: bool, email: str) -> bool:
    """Whether it is news to the user: events of the past may come again, and those of a record come in their order.

    Comments are records of their own, whose events come each once and in no order among each other.
    """
    newest = tx.session.scalar(
        select(Notification)
        .where(
            Notification.user_id == user_id, Notification.kind == news.kind, *of_record(news.resource, news.record_id)
        )
        .order_by(Notification.occurred_at.desc())
        .limit(1)
        .with_for_update()
    )
    if newest is not None and newest.occurred_at >= news.at and news.comment_id is None:
        return False
    if newest is not None and newest.read_at is None:
        newest.happen_again(news.actor_id, news.at, news.cause_id, news.comment_id)
        return True
    unread = select(Notification.id).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    count = tx.session.scalar(select(func.count()).select_from(unread.limit(MOST_UNREAD).subquery()))
    if (count or 0) >= MOST_UNREAD:
        return False
    tx.add(
        Notification(
            user_id=user_id,
            kind=news.kind,
            resource=news.resource,
            record_id=news.record_id,
            actor_id=news.actor_id,
            occurred_at=news.at,
            occurrences=1,
            cause_id=news.cause_id,
            comment_id=news.comment_id,
            in_app=in_app,
            email=email,
        )
    )
    tx.session.flush()
    return True


def withdraw(
    tx: Transaction, kind: str, resource: str, record_id: str, *, but: str | None = None, once: bool = False
) -> None:
    """Takes back what users but one have not read: it is no longer so. With `once` only what has happened once."""
    others = [Notification.user_id != but] if but else []
    others += [Notification.occurrences == 1] if once else []
    tx.session.execute(
        delete(Notification)
        .where(*of_record(resource, record_id), Notification.kind == kind, Notification.read_at.is_(None), *others)
        .execution_options(synchronize_session=False)
    )


def withdraw_comment(tx: Transaction, resource: str, record_id: str, comment_id: str) -> None:
    """Takes back what users have not read of a comment, unless they are told of others with it."""
    tx.session.execute(
        delete(Notification)
        .where(
            *of_record(resource, record_id),
            Notification.comment_id == comment_id,
            Notification.occurrences == 1,
            Notification.read_at.is_(None),
        )
        .execution_options(synchronize_session=False)
    )


def forget_record(tx: Transaction, resource: str, record_id: str) -> None:
    """Removes what is about a record that is no more."""
    tx.session.execute(
        delete(Notification).where(*of_record(resource, record_id)).execution_options(synchronize_session=False)
    )


def forget_old(tx: Transaction) -> None:
    """Removes what happened long ago."""
    old = select(Notification.id).where(Notification.occurred_at <= tx.now - KEPT).limit(5000)
    tx.session.execute(
        delete(Notification).where(Notification.id.in_(old)).execution_options(synchronize_session=False)
    )
