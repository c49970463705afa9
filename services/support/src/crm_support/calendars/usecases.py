"""What can be done with business calendars."""

from __future__ import annotations

from typing import Any

from crm.support.v1 import support_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import Referenced
from sqlalchemy import select

from crm_support.calendars.model import BusinessCalendar
from crm_support.sla.model import SlaPolicy


def create_business_calendar(tx: Transaction, request: support_pb2.CreateBusinessCalendarRequest) -> BusinessCalendar:
    """A new calendar. If it is the default, the one before no longer is."""
    calendar = BusinessCalendar()
    assign(calendar, request.business_calendar)
    if calendar.is_default:
        _end_default(tx)
    return tx.add(calendar)


def get_business_calendar(tx: Transaction, request: support_pb2.GetBusinessCalendarRequest) -> BusinessCalendar:
    """One calendar."""
    return tx.get(BusinessCalendar, request.id)


def list_business_calendars(tx: Transaction, request: support_pb2.ListBusinessCalendarsRequest) -> Any:
    """A page of calendars."""
    return list_page(tx, BusinessCalendar, request, support_pb2.ListBusinessCalendarsResponse)


def update_business_calendar(tx: Transaction, request: support_pb2.UpdateBusinessCalendarRequest) -> BusinessCalendar:
    """Changes the fields that the mask names. Deadlines follow when something next happens on a ticket."""
    given = request.business_calendar
    calendar = tx.get(BusinessCalendar, given.id, etag=given.etag)
    if "is_default" in request.update_mask.paths and given.is_default and not calendar.is_default:
        _end_default(tx)
    assign(calendar, given, request.update_mask.paths)
    return calendar


def delete_business_calendar(tx: Transaction, request: support_pb2.DeleteBusinessCalendarRequest) -> BusinessCalendar:
    """Deletes a calendar. Raises Referenced while a policy counts in it."""
    calendar = tx.get(BusinessCalendar, request.id, etag=request.etag)
    used = select(SlaPolicy.id).where(SlaPolicy.calendar_id == calendar.id, SlaPolicy.deleted_at.is_(None))
    if tx.session.scalar(used.limit(1)) is not None:
        raise Referenced("An SLA policy still counts in this calendar.")
    calendar.is_default = False
    tx.delete(calendar)
    return calendar


def undelete_business_calendar(
    tx: Transaction, request: support_pb2.UndeleteBusinessCalendarRequest
) -> BusinessCalendar:
    """Brings a deleted calendar back; not as the default."""
    calendar = tx.get(BusinessCalendar, request.id, etag=request.etag, deleted=True)
    tx.undelete(calendar)
    return calendar


def _end_default(tx: Transaction) -> None:
    """There is one default calendar."""
    query = select(BusinessCalendar).where(BusinessCalendar.is_default).with_for_update()
    for calendar in tx.session.scalars(query):
        calendar.is_default = False
    tx.session.flush()
