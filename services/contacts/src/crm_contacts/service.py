"""START HERE: everything the contacts service does, on one page.

Events out: see proto/crm/contacts/v1/events.proto.
"""

from __future__ import annotations

from crm_chassis.access.directory import follow_directory
from crm_chassis.service import Service, migrations_of
from crm_chassis.subscription import Subscription

from crm_contacts.accounts import schema as _accounts_schema  # noqa: F401
from crm_contacts.accounts import usecases as accounts
from crm_contacts.activities import schema as _activities_schema  # noqa: F401
from crm_contacts.activities import usecases as activities
from crm_contacts.contacts import schema as _contacts_schema  # noqa: F401
from crm_contacts.contacts import usecases as contacts
from crm_contacts.customers import usecases as customers
from crm_contacts.imports import IMPORTERS
from crm_contacts.leads import conversion
from crm_contacts.leads import schema as _leads_schema  # noqa: F401
from crm_contacts.leads import usecases as leads
from crm_contacts.reassignment import on_user_deactivated

service = Service(
    name="contacts",
    package="crm_contacts",
    migrations=migrations_of(__file__),
    rpcs=(
        accounts.create_account,
        accounts.get_account,
        accounts.list_accounts,
        accounts.update_account,
        accounts.delete_account,
        accounts.undelete_account,
        contacts.create_contact,
        contacts.get_contact,
        contacts.list_contacts,
        contacts.update_contact,
        contacts.delete_contact,
        contacts.undelete_contact,
        contacts.create_affiliation,
        contacts.get_affiliation,
        contacts.list_affiliations,
        contacts.update_affiliation,
        contacts.delete_affiliation,
        leads.create_lead,
        leads.get_lead,
        leads.list_leads,
        leads.update_lead,
        leads.delete_lead,
        leads.undelete_lead,
        leads.list_lead_status_changes,
        conversion.convert_lead,
        conversion.preview_lead_conversion,
        activities.create_activity,
        activities.get_activity,
        activities.list_activities,
        activities.update_activity,
        activities.delete_activity,
        activities.undelete_activity,
        customers.get_customer_profile,
        customers.list_customer_timeline,
        customers.search_records,
    ),
    subscriptions=(
        follow_directory("crm.identity"),
        Subscription("reassignment", {"crm.identity.user.deactivated.v1": on_user_deactivated}),
    ),
    importers=IMPORTERS,
)
