"""What can be done with tasks."""

from __future__ import annotations

from crm.sales.v1 import tasks_pb2
from crm_chassis.contracts.transcode import enum_name
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction

from crm_sales.opportunities.model import Opportunity
from crm_sales.tasks.model import Task

_STATUS = tasks_pb2.Task.DESCRIPTOR.fields_by_name["status"].enum_type


def create_task(tx: Transaction, request: tasks_pb2.CreateTaskRequest) -> Task:
    """A new task; about the account of its opportunity if it names no customer. Raises UnknownReference."""
    given = request.task
    task = Task(status="OPEN")
    assign(task, given, {field.name for field, _ in given.ListFields()} - {"status"})
    tx.check_reference(Opportunity, task.opportunity_id, "task.opportunity_id")
    task.priority = task.priority or "NORMAL"
    task.set_status(enum_name(_STATUS, given.status), tx.now)
    if task.opportunity_id and not (task.account_id or task.contact_id):
        task.account_id = tx.session.scalar(
            tx.visible(Opportunity)
            .where(Opportunity.id == task.opportunity_id)
            .with_only_columns(Opportunity.account_id)
        )
    return tx.add(task)


def update_task(tx: Transaction, request: tasks_pb2.UpdateTaskRequest) -> Task:
    """Changes the fields that the mask names. A new day takes the place of an instant, and the reverse."""
    given = request.task
    task = tx.get(Task, given.id, etag=given.etag)
    mask = {path.split(".", 1)[0] for path in request.update_mask.paths}
    changed = assign(task, given, mask - {"status"})
    if "opportunity_id" in changed:
        tx.check_reference(Opportunity, task.opportunity_id, "task.opportunity_id")
    task.priority = task.priority or "NORMAL"
    if "status" in mask:
        task.set_status(enum_name(_STATUS, given.status), tx.now)
    if "due_date" in changed and task.due_date:
        task.due_at = None
    elif "due_at" in changed and task.due_at:
        task.due_date = None
    return task


def complete_task(tx: Transaction, request: tasks_pb2.CompleteTaskRequest) -> Task:
    """Marks a task as done. Raises TaskAlreadyDone or TaskCancelled."""
    task = tx.get(Task, request.id, etag=request.etag)
    task.complete(tx.now)
    return task
