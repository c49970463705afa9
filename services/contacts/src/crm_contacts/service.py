"""START HERE: everything the contacts service does, on one page.

Events out: see proto/crm/contacts/v1/.
"""

from __future__ import annotations

from crm_chassis.events.directory import follow_directory, follow_rights
from crm_chassis.records.standard import standard
from crm_chassis.service import Service, migrations_of
from crm_kit import comments

from crm_contacts import conversion
from crm_contacts.account_relationships import usecases as relationships
from crm_contacts.account_relationships.model import AccountRelationship
from crm_contacts.accounts import usecases as accounts
from crm_contacts.accounts.model import Account
from crm_contacts.activities import usecases as activities
from crm_contacts.activities.model import Activity
from crm_contacts.backfills import BACKFILLS, CLASHES
from crm_contacts.base import Base
from crm_contacts.comments.model import Comment
from crm_contacts.contacts import usecases as contacts
from crm_contacts.contacts.model import Affiliation, Contact
from crm_contacts.customers import usecases as customers
from crm_contacts.duplicates import usecases as duplicates
from crm_contacts.duplicates.checks import checked, parting
from crm_contacts.duplicates.model import Duplicate, DuplicateRule, MatchingRule
from crm_contacts.duplicates.sweep import REKEYING, SWEEP
from crm_contacts.emails import usecases as emails
from crm_contacts.emails.jobs import SENDING
from crm_contacts.emails.subscribers import REPLY_ADDRESSES
from crm_contacts.imports import IMPORTERS
from crm_contacts.leads import usecases as leads
from crm_contacts.leads.model import Lead
from crm_contacts.merges import usecases as merges
from crm_contacts.merges.following import MERGING
from crm_contacts.reassignment import REASSIGNMENT
from crm_contacts.settings import start

service = Service(
    name="contacts",
    package="crm_contacts",
    base=Base,
    migrations=migrations_of(__file__),
    backfills=BACKFILLS,
    clashes=CLASHES,
    start=start,
    rpcs=(
        checked(accounts.create_account),
        *standard(Account),
        checked(accounts.update_account),
        parting(accounts.delete_account),
        checked(contacts.create_contact),
        *standard(Contact),
        checked(contacts.update_contact),
        parting(contacts.delete_contact),
        contacts.create_affiliation,
        *standard(Affiliation),
        contacts.update_affiliation,
        contacts.delete_affiliation,
        relationships.create_account_relationship,
        *standard(AccountRelationship),
        relationships.update_account_relationship,
        relationships.delete_account_relationship,
        checked(leads.create_lead),
        *standard(Lead),
        checked(leads.update_lead),
        parting(leads.delete_lead),
        leads.list_lead_status_changes,
        parting(conversion.convert_lead),
        conversion.preview_lead_conversion,
        activities.create_activity,
        *standard(Activity),
        activities.update_activity,
        merges.merge_contacts,
        merges.preview_contact_merge,
        merges.merge_accounts,
        merges.preview_account_merge,
        merges.get_merge,
        merges.list_merges,
        merges.undo_merge,
        emails.send_contact_email,
        emails.send_lead_email,
        *standard(MatchingRule),
        duplicates.create_matching_rule,
        duplicates.update_matching_rule,
        *standard(DuplicateRule),
        duplicates.create_duplicate_rule,
        duplicates.update_duplicate_rule,
        *standard(Duplicate),
        duplicates.dismiss_duplicate,
        duplicates.reopen_duplicate,
        duplicates.sweep_duplicates,
        duplicates.find_account_duplicates,
        duplicates.find_contact_duplicates,
        duplicates.find_lead_duplicates,
        *comments.on(Account, Comment),
        *comments.on(Contact, Comment),
        *comments.on(Lead, Comment),
        customers.get_customer_profile,
        customers.list_customer_timeline,
        customers.search_records,
    ),
    subscriptions=(
        follow_directory("crm.identity"),
        follow_rights("crm.identity"),
        REASSIGNMENT.subscription,
        REPLY_ADDRESSES,
    ),
    jobs=(REASSIGNMENT.job, SENDING, SWEEP, REKEYING),
    setup=duplicates.setup,
    importers=IMPORTERS,
    merging=MERGING,
)
