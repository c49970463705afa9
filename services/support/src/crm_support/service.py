"""START HERE: everything the support service does, on one page.

Events out: see proto/crm/support/v1/.
"""

from __future__ import annotations

from crm_chassis.events.directory import follow_directory, follow_rights
from crm_chassis.records.standard import standard
from crm_chassis.service import Service, Timer, migrations_of
from crm_chassis.shares import follow_shares
from crm_kit import comments
from crm_kit.copies import follow

from crm_support.backfills import BACKFILLS
from crm_support.base import Base
from crm_support.calendars import usecases as calendars
from crm_support.calendars.model import BusinessCalendar
from crm_support.comments.model import Comment
from crm_support.customers import usecases as customers
from crm_support.defaults import put_defaults
from crm_support.imports import IMPORTERS
from crm_support.merges import MERGING
from crm_support.messages import usecases as messages
from crm_support.people.model import Account, Contact
from crm_support.reassignment import REASSIGNMENT
from crm_support.sla import usecases as sla
from crm_support.sla.model import SlaPolicy
from crm_support.tickets import usecases as tickets
from crm_support.tickets.breaches import REPORT_BREACHES, watch_deadlines
from crm_support.tickets.model import Ticket

service = Service(
    name="support",
    package="crm_support",
    base=Base,
    migrations=migrations_of(__file__),
    backfills=BACKFILLS,
    rpcs=(
        tickets.create_ticket,
        tickets.get_ticket,
        tickets.batch_get_tickets,
        tickets.list_tickets,
        tickets.update_ticket,
        *standard(Ticket),
        tickets.assign_ticket,
        tickets.resolve_ticket,
        tickets.reopen_ticket,
        tickets.close_ticket,
        messages.create_message,
        messages.get_message,
        messages.list_messages,
        calendars.create_business_calendar,
        *standard(BusinessCalendar),
        calendars.update_business_calendar,
        calendars.delete_business_calendar,
        sla.create_sla_policy,
        *standard(SlaPolicy),
        sla.update_sla_policy,
        sla.undelete_sla_policy,
        *comments.on(Ticket, Comment, right="update"),
        customers.get_customer_support,
        customers.list_customer_timeline,
        customers.search_records,
    ),
    subscriptions=(
        follow_directory("crm.identity"),
        follow_rights("crm.identity"),
        follow("people", Contact, Account),
        follow_shares(Account, Contact),
        REASSIGNMENT.subscription,
    ),
    timers=(Timer("sla", 2.0, watch_deadlines, 5.0),),
    jobs=(REPORT_BREACHES, REASSIGNMENT.job),
    importers=IMPORTERS,
    merging=MERGING,
    setup=put_defaults,
)
