"""The events of other services that users are told of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from crm_chassis.envelope import IncomingEvent
from crm_chassis.jobs.kinds import Done, Job, JobKind
from crm_chassis.jobs.queue import schedule
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Handler, Subscription
from sqlalchemy import select

from crm_identity.notifications.model import DueTask
from crm_identity.notifications.telling import (
    ASSIGNED,
    COMMENTED,
    DANGLING,
    DEAL_WON,
    MENTIONED,
    PROPOSAL_DECIDED,
    PROPOSED,
    SLA_BROKEN,
    TASK_DUE,
    News,
    forget_record,
    tell,
    withdraw,
    withdraw_comment,
)
from crm_identity.preferences.usecases import preferences_of
from crm_identity.users.model import User

MOST_OF_A_TEAM = 100
"""How many members of a team are told of a broken promise on a ticket that nobody has."""
MORNING = time(8)
"""When a task of a day is due, where its owner is."""


@dataclass(frozen=True)
class _Followed:
    """A kind of record that has an owner."""

    resource: str
    field: str
    """The field of its events that holds the record."""
    owner: str = "owner_id"


_FOLLOWED = {
    "crm.contacts.account": _Followed("accounts", "account"),
    "crm.contacts.activity": _Followed("activities", "activity"),
    "crm.contacts.contact": _Followed("contacts", "contact"),
    "crm.contacts.lead": _Followed("leads", "lead"),
    "crm.sales.opportunity": _Followed("opportunities", "opportunity"),
    "crm.sales.task": _Followed("tasks", "task"),
    "crm.support.ticket": _Followed("tickets", "ticket", "assignee_id"),
}
RESOURCES = tuple(followed.resource for followed in _FOLLOWED.values())


def _news_of(handler: Handler) -> Handler:
    """A handler that leaves out what an operator has sent again: whom it told, it told."""

    def handle(tx: Transaction, event: IncomingEvent) -> None:
        if not event.replayed:
            handler(tx, event)

    return handle


def _on_record(tx: Transaction, event: IncomingEvent) -> None:
    """Tells the new owner of a record, and takes back what a former one has not read."""
    followed = _FOLLOWED[event.record]
    if event.action == "deleted":
        # What is about one that was merged goes to the other one.
        if not event.payload.get("merged_into_id"):
            forget_record(tx, followed.resource, event.record_id)
        return
    owner_id = event.payload[followed.field][followed.owner]
    if followed.owner in event.payload.get("changed_fields", ()):
        withdraw(tx, ASSIGNED, followed.resource, event.record_id, but=owner_id)
    elif event.action != "created" or not event.actor_id:
        return  # What the suite itself creates comes of something that the owner has done.
    if owner_id:
        tell(tx, owner_id, _news(event, ASSIGNED))


def _on_won(tx: Transaction, event: IncomingEvent) -> None:
    """Tells the manager of who has won."""
    _on_record(tx, event)
    winner = select(User.manager_id).where(User.id == event.payload["opportunity"]["owner_id"])
    manager_id = tx.session.scalar(winner)
    if manager_id:
        tell(tx, manager_id, _news(event, DEAL_WON))


def _on_breach(tx: Transaction, event: IncomingEvent) -> None:
    """Tells who has the ticket, or the team while nobody has it."""
    _on_record(tx, event)
    ticket = event.payload["ticket"]
    for user_id in [ticket["assignee_id"]] if ticket["assignee_id"] else _members(tx, ticket["team_id"]):
        tell(tx, user_id, _news(event, SLA_BROKEN))


def _on_comment(tx: Transaction, event: IncomingEvent) -> None:
    """Tells whom a comment mentions, and of a new one who has the record."""
    comment = event.payload["comment"]
    resource, record_id = comment["resource"], comment["record_id"]
    if event.action == "deleted":
        withdraw_comment(tx, resource, record_id, event.record_id)
        return
    mentioned = (
        comment["mentioned_user_ids"] if event.action == "created" else event.payload["newly_mentioned_user_ids"]
    )
    told = dict.fromkeys(mentioned, MENTIONED)
    if event.action == "created" and comment["owner_id"]:
        told.setdefault(comment["owner_id"], COMMENTED)
    for user_id, kind in told.items():
        news = News(kind, resource, record_id, event.actor_id, event.time, event.id, comment_id=event.record_id)
        tell(tx, user_id, news)


def _on_dangling(tx: Transaction, event: IncomingEvent) -> None:
    """Tells who has a record that it names another one that there is none of."""
    reference = event.payload["reference"]
    resource, owner_id = reference["resource"], reference["owner_id"]
    if owner_id and resource in RESOURCES:
        # By nobody: whoever wrote it has to hear of it too.
        tell(tx, owner_id, News(DANGLING, resource, reference["holder_id"], "", event.time, event.id))


def _on_proposal(tx: Transaction, event: IncomingEvent) -> None:
    """Tells who has the records that changes of them are proposed, and who proposed them what became of it."""
    proposal = event.payload["proposal"]
    records = [one for one in proposal["records"] if one["resource"] in RESOURCES]
    if event.action == "decided":
        for one in records:
            withdraw(tx, PROPOSED, one["resource"], one["id"], once=True)
        # Of one that was about several records, one is named: the way there shows the others.
        for one in records[:1]:
            tell(tx, proposal["created_by"], _of_proposal(event, PROPOSAL_DECIDED, one))
        return
    told: set[str] = set()
    for one in records:
        if one["owner_id"] and one["owner_id"] not in told:
            told.add(one["owner_id"])
            tell(tx, one["owner_id"], _of_proposal(event, PROPOSED, one))


def _of_proposal(event: IncomingEvent, kind: str, record: dict[str, Any]) -> News:
    return News(kind, record["resource"], record["id"], event.actor_id, event.time, event.id)


def _members(tx: Transaction, team_id: str | None) -> Iterable[str]:
    if not team_id:
        return ()
    members = select(User.id).where(User.team_ids.contains([team_id]), User.status == "ACTIVE")
    return list(tx.session.scalars(members.where(User.deleted_at.is_(None)).order_by(User.id).limit(MOST_OF_A_TEAM)))


def _news(event: IncomingEvent, kind: str) -> News:
    resource = _FOLLOWED[event.record].resource
    return News(kind, resource, event.record_id, event.actor_id, event.time, event.id)


# -- tasks that become due --------------------------------------------------------------------------------


def _on_task(tx: Transaction, event: IncomingEvent) -> None:
    """Waits for the time of an open task, as it is now."""
    task = event.payload["task"]
    waiting = tx.session.get(DueTask, event.record_id)
    due_at = _due_at(tx, task) if event.action != "deleted" and task["status"] == "OPEN" else None
    if due_at is None or due_at <= event.time:
        if waiting is not None:
            tx.session.delete(waiting)
            schedule(tx, DEADLINE, {event.record_id: None})
        return
    tx.session.merge(DueTask(task_id=event.record_id, owner_id=task["owner_id"], due_at=due_at))
    schedule(tx, DEADLINE, {event.record_id: due_at})


def _due_at(tx: Transaction, task: dict[str, Any]) -> datetime | None:
    """When an owner is to be told of a task: at its instant, or in the morning of its day."""
    if not task["owner_id"]:
        return None
    if task["due_at"]:
        return datetime.fromisoformat(task["due_at"])
    owner = tx.session.scalar(select(User).where(User.id == task["owner_id"]))
    if not task["due_date"] or owner is None:
        return None
    day = datetime.fromisoformat(task["due_date"]).date()
    return datetime.combine(day, MORNING, ZoneInfo(preferences_of(tx, owner).time_zone))


def _when_due(tx: Transaction, job: Job) -> Done:
    task = tx.session.get(DueTask, job.key)
    if task is not None and task.due_at <= tx.now:
        tell(tx, task.owner_id, News(TASK_DUE, "tasks", task.task_id, "", task.due_at, job.id))
        tx.session.delete(task)
    return Done()


DEADLINE = JobKind("task.deadline", _when_due)
_NEWS: dict[str, Handler] = {
    **{f"{kind}.*": _on_record for kind in _FOLLOWED},
    "crm.sales.opportunity.won.v1": _on_won,
    "crm.support.ticket.sla_breached.v1": _on_breach,
    **{f"{domain}.comment.*": _on_comment for domain in ("crm.contacts", "crm.sales", "crm.support")},
    **{
        f"{domain}.proposal.*": _on_proposal for domain in ("crm.contacts", "crm.sales", "crm.marketing", "crm.support")
    },
    **{f"{domain}.reference.dangling.v1": _on_dangling for domain in ("crm.contacts", "crm.sales", "crm.support")},
}
SUBSCRIPTIONS = (
    Subscription("notifications", {pattern: _news_of(handler) for pattern, handler in _NEWS.items()}, backfill=False),
    Subscription("task_deadlines", {"crm.sales.task.*": _on_task}),
)
