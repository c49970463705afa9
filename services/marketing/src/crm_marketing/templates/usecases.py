"""What can be done with templates."""

from __future__ import annotations

from typing import Any

from crm.marketing.v1 import marketing_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import NotFound
from sqlalchemy import and_

from crm_marketing.people.model import Account, Contact
from crm_marketing.settings import links
from crm_marketing.templates.model import Template
from crm_marketing.templates.rendering import render, values_for

_NOBODY = "00000000-0000-0000-0000-000000000000"


def create_template(tx: Transaction, request: marketing_pb2.CreateTemplateRequest) -> Template:
    """A new template."""
    template = Template()
    assign(template, request.template)
    return tx.add(template)


def get_template(tx: Transaction, request: marketing_pb2.GetTemplateRequest) -> Template:
    """One template."""
    return tx.get(Template, request.id)


def list_templates(tx: Transaction, request: marketing_pb2.ListTemplatesRequest) -> Any:
    """A page of templates."""
    return list_page(tx, Template, request, marketing_pb2.ListTemplatesResponse)


def update_template(tx: Transaction, request: marketing_pb2.UpdateTemplateRequest) -> Template:
    """Changes the fields that the mask names; campaigns launched before keep the text they were launched with."""
    template = tx.get(Template, request.template.id, etag=request.template.etag)
    assign(template, request.template, request.update_mask.paths)
    return template


def delete_template(tx: Transaction, request: marketing_pb2.DeleteTemplateRequest) -> Template:
    """Deletes a template; campaigns launched before keep the text they were launched with."""
    template = tx.get(Template, request.id, etag=request.etag)
    tx.delete(template)
    return template


def undelete_template(tx: Transaction, request: marketing_pb2.UndeleteTemplateRequest) -> Template:
    """Brings a deleted template back."""
    template = tx.get(Template, request.id, etag=request.etag, deleted=True)
    tx.undelete(template)
    return template


def preview_template(
    tx: Transaction, request: marketing_pb2.PreviewTemplateRequest
) -> marketing_pb2.PreviewTemplateResponse:
    """The message as a contact would get it; the sender is named "Sender", the unsubscribe link leads nowhere.

    Raises NotFound for a contact that the caller cannot see.
    """
    template = tx.get(Template, request.id)
    query = tx.visible(Contact).where(Contact.id == request.contact_id, ~Contact.deleted)
    account = and_(Account.id == Contact.account_id, ~Account.deleted)
    row = tx.session.execute(query.add_columns(Account).outerjoin(Account, account)).first()
    if row is None:
        raise NotFound(f"There is no contact {request.contact_id}.")
    values = values_for(row[0], row[1], sender="Sender", unsubscribe_url=links().url(_NOBODY))
    found = render(template.subject, template.body_html, template.body_text, values)
    return marketing_pb2.PreviewTemplateResponse(
        subject=found.subject, body_html=found.body_html, body_text=found.body_text, missing=found.missing
    )
