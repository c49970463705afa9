"""What users do with their notifications.

They are the caller's own whatever the role, so no permission says which ones are seen. What they are about may have
become unreadable to the caller: those of records that the caller may not read at all are left out.
"""

from __future__ import annotations

from crm.identity.v1 import notifications_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.errors import NotFound
from crm_chassis.records.mapping import to_message
from crm_chassis.records.paging import list_page
from crm_chassis.records.tx import Transaction
from sqlalchemy import Select, func, select, update

from crm_identity.notifications.events import RESOURCES
from crm_identity.notifications.model import Notification
from crm_identity.notifications.telling import MOST_UNREAD


def list_notifications(
    tx: Transaction, request: notifications_pb2.ListNotificationsRequest
) -> notifications_pb2.ListNotificationsResponse:
    """The caller's notifications, the newest first."""
    query = _shown(tx)
    if request.unread:
        query = query.where(Notification.is_unread(tx.now))
    page: notifications_pb2.ListNotificationsResponse = list_page(
        tx, Notification, request, notifications_pb2.ListNotificationsResponse, query=query,
        default_order="-occurred_at",
    )  # fmt: skip
    return page


def count_notifications(
    tx: Transaction, request: notifications_pb2.CountNotificationsRequest
) -> notifications_pb2.CountNotificationsResponse:
    """How many of the caller's notifications are neither read nor snoozed."""
    unread = _shown(tx).where(Notification.is_unread(tx.now)).with_only_columns(Notification.id).limit(MOST_UNREAD)
    count = tx.session.scalar(select(func.count()).select_from(unread.subquery()))
    return notifications_pb2.CountNotificationsResponse(unread=count)


def mark_notification_read(
    tx: Transaction, request: notifications_pb2.MarkNotificationReadRequest
) -> notifications_pb2.Notification:
    """Notes that the caller has read it. Raises NotFound."""
    notification = _own(tx, request.id)
    notification.mark_read(tx.now)
    return to_message(notification, notifications_pb2.Notification)


def snooze_notification(
    tx: Transaction, request: notifications_pb2.SnoozeNotificationRequest
) -> notifications_pb2.Notification:
    """Puts it off. Raises NotFound, InvalidInput, NotificationAlreadyRead."""
    notification = _own(tx, request.id)
    notification.snooze(to_datetime(request.until), tx.now)
    return to_message(notification, notifications_pb2.Notification)


def mark_all_notifications_read(
    tx: Transaction, request: notifications_pb2.MarkAllNotificationsReadRequest
) -> notifications_pb2.MarkAllNotificationsReadResponse:
    """Notes that the caller has read all of them, or all up to a time."""
    until = to_datetime(request.until) if request.HasField("until") else tx.now
    tx.session.execute(
        update(Notification)
        .where(Notification.user_id == tx.actor.id, Notification.read_at.is_(None), Notification.occurred_at <= until)
        .values(read_at=tx.now)
        .execution_options(synchronize_session=False)
    )
    return notifications_pb2.MarkAllNotificationsReadResponse()


def readable(actor: Actor) -> list[str]:
    """The plurals of the records that an actor may read at all."""
    return [resource for resource in RESOURCES if actor.may(f"{resource}.read")]


def _shown(tx: Transaction) -> Select[Notification]:
    return select(Notification).where(
        Notification.user_id == tx.actor.id, Notification.in_app, Notification.resource.in_(readable(tx.actor))
    )


def _own(tx: Transaction, id_: str) -> Notification:
    notification = tx.session.scalar(_shown(tx).where(Notification.id == id_).with_for_update())
    if notification is None:
        raise NotFound(f"There is no notification {id_}.")
    return notification
