"""START HERE: everything the support service does, on one page.

Events out: see proto/crm/support/v1/events.proto.
"""

from __future__ import annotations

from crm_chassis.access.directory import follow_directory
from crm_chassis.service import Service, Timer, migrations_of
from crm_chassis.subscription import Subscription

from crm_support.calendars import schema as _calendars_schema  # noqa: F401
from crm_support.calendars import usecases as calendars
from crm_support.customers import usecases as customers
from crm_support.defaults import put_defaults
from crm_support.imports import IMPORTERS
from crm_support.messages import schema as _messages_schema  # noqa: F401
from crm_support.messages import usecases as messages
from crm_support.people.subscribers import on_account, on_contact
from crm_support.reassignment import on_user_deactivated
from crm_support.sla import schema as _sla_schema  # noqa: F401
from crm_support.sla import usecases as sla
from crm_support.sla.timers import report_breaches
from crm_support.tickets import schema as _tickets_schema  # noqa: F401
from crm_support.tickets import usecases as tickets

service = Service(
    name="support",
    package="crm_support",
    migrations=migrations_of(__file__),
    rpcs=(
        tickets.create_ticket,
        tickets.get_ticket,
        tickets.list_tickets,
        tickets.update_ticket,
        tickets.delete_ticket,
        tickets.undelete_ticket,
        tickets.assign_ticket,
        tickets.resolve_ticket,
        tickets.reopen_ticket,
        tickets.close_ticket,
        messages.create_message,
        messages.get_message,
        messages.list_messages,
        calendars.create_business_calendar,
        calendars.get_business_calendar,
        calendars.list_business_calendars,
        calendars.update_business_calendar,
        calendars.delete_business_calendar,
        calendars.undelete_business_calendar,
        sla.create_sla_policy,
        sla.get_sla_policy,
        sla.list_sla_policies,
        sla.update_sla_policy,
        sla.delete_sla_policy,
        sla.undelete_sla_policy,
        customers.get_customer_support,
        customers.list_customer_timeline,
        customers.search_records,
    ),
    subscriptions=(
        follow_directory("crm.identity"),
        Subscription("people", {"crm.contacts.contact.*": on_contact, "crm.contacts.account.*": on_account}),
        Subscription("reassignment", {"crm.identity.user.deactivated.v1": on_user_deactivated}),
    ),
    timers=(Timer("sla", 2.0, report_breaches, 5.0),),
    importers=IMPORTERS,
    setup=put_defaults,
)
