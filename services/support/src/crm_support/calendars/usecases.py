"""What can be done with business calendars."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.support.v1 import business_calendars_pb2
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_support.calendars.model import BusinessCalendar


def create_business_calendar(
    tx: Transaction, request: business_calendars_pb2.CreateBusinessCalendarRequest
) -> BusinessCalendar:
    """A new calendar. If it is the default, the one before no longer is."""
    calendar = BusinessCalendar()
    assign(calendar, request.business_calendar)
    if calendar.is_default:
        _end_default(tx)
    return tx.add(calendar)


def update_business_calendar(
    tx: Transaction, request: business_calendars_pb2.UpdateBusinessCalendarRequest
) -> BusinessCalendar:
    """Changes the fields that the mask names. Deadlines follow when something next happens on a ticket."""
    given = request.business_calendar
    calendar = tx.get(BusinessCalendar, given.id, etag=given.etag)
    if "is_default" in request.update_mask.paths and given.is_default and not calendar.is_default:
        _end_default(tx)
    assign(calendar, given, request.update_mask.paths)
    return calendar


def delete_business_calendar(tx: Transaction, request: standard_pb2.DeleteRequest) -> BusinessCalendar:
    """Deletes a calendar. Raises Referenced while a policy counts in it."""
    calendar = tx.get(BusinessCalendar, request.id, etag=request.etag)
    tx.delete(calendar)
    calendar.is_default = False
    return calendar


def _end_default(tx: Transaction) -> None:
    """There is one default calendar."""
    query = select(BusinessCalendar).where(BusinessCalendar.is_default).with_for_update()
    for calendar in tx.session.scalars(query):
        calendar.is_default = False
    tx.session.flush()
