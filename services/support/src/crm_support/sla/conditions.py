"""What the condition of a policy may say of a ticket."""

from __future__ import annotations

from crm.support.v1 import tickets_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.contracts.filtering import comparisons, matches, message_fields, parse
from crm_chassis.records import paging

# What happens while a promise is being kept cannot decide about it.
_CONSEQUENCES = frozenset(
    {"sla_policy_id", "next_due_at", "sla_breached", "status", "first_responded_at", "resolved_at", "updated_at"}
)
FIELDS = {
    name: field for name, field in message_fields(tickets_pb2.Ticket.DESCRIPTOR).items() if name not in _CONSEQUENCES
}
"""The ticket fields that a condition may name."""


def check_readable(actor: Actor, text: str) -> None:
    """Raises PermissionDenied for a condition on a field that the actor may not read: by which policy a ticket gets,
    anybody could find out its value."""
    if (expression := parse(text)) is not None:
        paging.check_readable("sla_policy.condition", expression, FIELDS, tickets_pb2.Ticket.DESCRIPTOR, actor)


def check_condition(text: str) -> None:
    """Raises InvalidInput if a condition names a field that it may not, or compares one with what does not fit."""
    expression = parse(text)
    for comparison in comparisons(expression) if expression is not None else ():
        matches(comparison, FIELDS, {})
