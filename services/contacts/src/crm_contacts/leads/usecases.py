"""What can be done with leads, but for conversion."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2
from crm_chassis.contracts.mapping import assign, timestamp
from crm_chassis.contracts.paging import list_page, page_size, read_token, write_token
from crm_chassis.contracts.transcode import enum_name
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput
from sqlalchemy import literal, select, tuple_

from crm_contacts.leads.model import Lead, LeadStatusChange
from crm_contacts.leads.queries import in_status_since

_STATUS = contacts_pb2.Lead.DESCRIPTOR.fields_by_name["status"].enum_type


def create_lead(tx: Transaction, request: contacts_pb2.CreateLeadRequest) -> Lead:
    """A new lead, in any status but converted."""
    lead = Lead()
    assign(lead, request.lead)
    lead.begin()
    return tx.add(lead)


def get_lead(tx: Transaction, request: contacts_pb2.GetLeadRequest) -> Lead:
    """One lead."""
    return tx.get(Lead, request.id)


def list_leads(tx: Transaction, request: contacts_pb2.ListLeadsRequest) -> Any:
    """A page of leads."""
    return list_page(tx, Lead, request, contacts_pb2.ListLeadsResponse)


def update_lead(tx: Transaction, request: contacts_pb2.UpdateLeadRequest) -> Lead:
    """Changes the fields that the mask names; a new status must be reachable."""
    lead = tx.get(Lead, request.lead.id, etag=request.lead.etag)
    lead.must_be_open()
    mask = [path for path in request.update_mask.paths if path != "status"]
    assign(lead, request.lead, mask)
    if "status" in request.update_mask.paths:
        status = enum_name(_STATUS, request.lead.status)
        if status is None:
            raise InvalidInput.of("lead.status", "must not be empty")
        change = lead.move(status, tx.actor.id, tx.now, in_status_since(tx, lead))
        if change is not None:
            tx.session.add(change)
    return lead


def delete_lead(tx: Transaction, request: contacts_pb2.DeleteLeadRequest) -> Lead:
    """Deletes a lead."""
    lead = tx.get(Lead, request.id, etag=request.etag)
    tx.delete(lead)
    return lead


def undelete_lead(tx: Transaction, request: contacts_pb2.UndeleteLeadRequest) -> Lead:
    """Brings a deleted lead back."""
    lead = tx.get(Lead, request.id, etag=request.etag, deleted=True)
    tx.undelete(lead)
    return lead


def list_lead_status_changes(tx: Transaction, request: contacts_pb2.ListLeadStatusChangesRequest) -> Any:
    """The steps of one lead, oldest first."""
    lead = tx.get(Lead, request.lead_id)
    key = tuple_(LeadStatusChange.changed_at, LeadStatusChange.id)
    query = select(LeadStatusChange).where(LeadStatusChange.lead_id == lead.id)
    if request.page_token:
        at, id_ = read_token(request.page_token, "lead_status_changes")
        query = query.where(key > tuple_(literal(at), literal(id_, LeadStatusChange.id.type)))
    size = page_size(request)
    rows = list(tx.session.scalars(query.order_by(*key.clauses).limit(size + 1)))
    response = contacts_pb2.ListLeadStatusChangesResponse(status_changes=[_step(row) for row in rows[:size]])
    if len(rows) > size:
        last = rows[size - 1]
        response.next_page_token = write_token("lead_status_changes", [last.changed_at, last.id])
    return response


def _step(row: LeadStatusChange) -> contacts_pb2.LeadStatusChange:
    return contacts_pb2.LeadStatusChange(
        id=row.id,
        from_status=_STATUS.values_by_name[row.from_status].number,
        to_status=_STATUS.values_by_name[row.to_status].number,
        changed_at=timestamp(row.changed_at),
        changed_by=row.changed_by,
        seconds_in_from_status=row.seconds_in_from_status,
    )
