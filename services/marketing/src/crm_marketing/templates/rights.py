"""What a user may let a template ask about a contact.

A text shows what it shows to the recipient. But whoever sees which values a message lacks, or whether it was sent,
learns what its conditions compare; so nobody may write, preview or launch conditions on what he may not read.
"""

from __future__ import annotations

from collections.abc import Mapping

from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import PermissionDenied

from crm_marketing.templates.model import Template
from crm_marketing.templates.rendering import conditions

_RECORDS: Mapping[str, tuple[str, type]] = {
    "contact": ("contacts.read", contacts_pb2.Contact),
    "account": ("accounts.read", accounts_pb2.Account),
}


def may_read(actor: Actor, token: str) -> bool:
    """Whether an actor may know the value of a token."""
    record, _, name = token.partition(".")
    if record not in _RECORDS:
        return True
    permission, message = _RECORDS[record]
    return actor.may(permission) and actor.can_read_all(message.DESCRIPTOR.fields_by_name[name])  # type: ignore[attr-defined]


def check_conditions(actor: Actor, template: Template) -> None:
    """Raises PermissionDenied, naming the fields, if a template has conditions on what the actor may not read."""
    texts = (template.subject, template.body_html, template.body_text)
    unreadable = sorted(token for token in conditions(texts) if not may_read(actor, token))
    if unreadable:
        raise PermissionDenied(
            f"You may not read {', '.join(unreadable)}, so the template may have no conditions on it.",
            errors={token: ["you may not read this"] for token in unreadable},
        )
