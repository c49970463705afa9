"""What can be done with templates."""

from __future__ import annotations

from crm.marketing.v1 import templates_pb2
from crm_chassis.errors import InvalidInput, NotFound
from crm_chassis.ids import NIL
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction

from crm_marketing.people.model import Account, Contact
from crm_marketing.settings import links
from crm_marketing.templates.model import Template
from crm_marketing.templates.rendering import render, values_for, warnings
from crm_marketing.templates.rights import check_conditions, may_read

_TEXTS = frozenset({"subject", "body_html", "body_text"})


def create_template(tx: Transaction, request: templates_pb2.CreateTemplateRequest) -> Template:
    """A new template. Raises PermissionDenied for conditions on fields that the caller may not read."""
    template = Template()
    assign(template, request.template)
    _settle_texts(tx, template)
    return tx.add(template)


def update_template(tx: Transaction, request: templates_pb2.UpdateTemplateRequest) -> Template:
    """Changes the fields that the mask names. Raises PermissionDenied like `create_template`."""
    template = tx.get(Template, request.template.id, etag=request.template.etag)
    assign(template, request.template, request.update_mask.paths)
    if _TEXTS.intersection(request.update_mask.paths):
        _settle_texts(tx, template)
    return template


def _settle_texts(tx: Transaction, template: Template) -> None:
    check_conditions(tx.actor, template)
    template.warnings = warnings(template.body_html or "")


def preview_template(
    tx: Transaction, request: templates_pb2.PreviewTemplateRequest
) -> templates_pb2.PreviewTemplateResponse:
    """The message as a contact would get it; the sender is named "Sender", the unsubscribe link leads nowhere.

    Raises NotFound for a contact that the caller cannot see, PermissionDenied for conditions on fields that the caller
    may not read, InvalidInput if the template cannot be rendered for this contact.
    """
    template = tx.get(Template, request.id)
    check_conditions(tx.actor, template)
    contact = tx.session.scalar(tx.visible(Contact).where(Contact.id == request.contact_id))
    if contact is None:
        raise NotFound(f"There is no contact {request.contact_id}.")
    account = tx.session.scalar(tx.visible(Account).where(Account.id == contact.account_id))
    values = values_for(contact, account, sender="Sender", unsubscribe_url=links().url(NIL))
    try:
        message = render(template.subject, template.body_html, template.body_text, values)
    except Exception as error:
        raise InvalidInput.of("contact_id", f"the template cannot be rendered for this contact: {error}") from error
    return templates_pb2.PreviewTemplateResponse(
        subject=message.subject,
        body_html=message.html,
        body_text=message.body_text,
        missing=[token for token in message.missing if may_read(tx.actor, token)],
    )
