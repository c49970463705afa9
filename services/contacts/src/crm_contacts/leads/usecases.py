"""What can be done with leads, but for conversion."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import standard_pb2
from crm.contacts.v1 import leads_pb2
from crm_chassis.contracts.transcode import enum_name
from crm_chassis.errors import InvalidInput
from crm_chassis.records.mapping import assign, timestamp
from crm_chassis.records.paging import rows_page
from crm_chassis.records.tx import Transaction
from crm_chassis.violations import EMPTY
from sqlalchemy import select

from crm_contacts.leads.model import Lead, LeadStatusChange
from crm_contacts.leads.queries import in_status_since

_STATUS = leads_pb2.Lead.DESCRIPTOR.fields_by_name["status"].enum_type


def create_lead(tx: Transaction, request: leads_pb2.CreateLeadRequest) -> Lead:
    """A new lead, in any status but converted."""
    lead = Lead()
    assign(lead, request.lead)
    lead.begin()
    return tx.add(lead)


def update_lead(tx: Transaction, request: leads_pb2.UpdateLeadRequest) -> Lead:
    """Changes the fields that the mask names; a new status must be reachable."""
    lead = tx.get(Lead, request.lead.id, etag=request.lead.etag)
    lead.must_be_open()
    reason = lead.unqualified_reason
    mask = [path for path in request.update_mask.paths if path != "status"]
    assign(lead, request.lead, mask)
    if "status" in request.update_mask.paths:
        status = enum_name(_STATUS, request.lead.status)
        if status is None:
            raise InvalidInput.of("lead.status", EMPTY())
        change = lead.move(status, tx.actor.id, tx.now, in_status_since(tx, lead))
        if change is not None:
            tx.session.add(change)
    if lead.unqualified_reason != reason:
        lead.must_give_no_idle_reason()
    return lead


def delete_lead(tx: Transaction, request: standard_pb2.DeleteRequest) -> Lead:
    """Marks it as deleted; it can be brought back."""
    lead = tx.get(Lead, request.id, etag=request.etag)
    tx.delete(lead)
    return lead


def list_lead_status_changes(tx: Transaction, request: leads_pb2.ListLeadStatusChangesRequest) -> Any:
    """The steps of one lead, oldest first."""
    lead = tx.get(Lead, request.lead_id)
    query = select(LeadStatusChange).where(LeadStatusChange.lead_id == lead.id)
    key = (LeadStatusChange.changed_at, LeadStatusChange.id)
    changes, next_page_token = rows_page(tx, query, key, request, "lead_status_changes")
    return leads_pb2.ListLeadStatusChangesResponse(
        status_changes=[_step(change) for change in changes], next_page_token=next_page_token
    )


def _step(row: LeadStatusChange) -> leads_pb2.LeadStatusChange:
    return leads_pb2.LeadStatusChange(
        id=row.id,
        from_status=_STATUS.values_by_name[row.from_status].number,
        to_status=_STATUS.values_by_name[row.to_status].number,
        changed_at=timestamp(row.changed_at),
        changed_by=row.changed_by,
        seconds_in_from_status=row.seconds_in_from_status,
    )
