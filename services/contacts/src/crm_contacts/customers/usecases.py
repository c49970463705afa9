"""What customer-360 shows of a contact or an account, and search."""

from __future__ import annotations

from crm.common.v1 import common_pb2
from crm.contacts.v1 import contacts_pb2
from crm_chassis.contracts.mapping import to_message
from crm_chassis.db.search import search
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput, NotFound

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact
from crm_contacts.customers.queries import accounts_of, family_of, newest_people_of, people_of, timeline
from crm_contacts.leads.model import Lead

GATHERED_CONTACTS = 500
DEFAULT_HITS = 10
SEARCHED: tuple[type[Contact | Account | Lead], ...] = (Contact, Account, Lead)


def get_customer_profile(tx: Transaction, request: common_pb2.GetCustomerRequest) -> contacts_pb2.CustomerProfile:
    """The profile of a contact or an account. Raises NotFound if the caller may not see it."""
    customer = request.customer
    if customer.contact_id:
        return _contact_profile(tx, customer.contact_id)
    if customer.account_id:
        return _account_profile(tx, customer.account_id)
    raise InvalidInput.of("customer", "name a contact or an account")


def _contact_profile(tx: Transaction, contact_id: str) -> contacts_pb2.CustomerProfile:
    contact = tx.get(Contact, contact_id)
    rows = tx.execute(accounts_of(tx), contact_id=contact.id, account_id=contact.account_id).all()
    return contacts_pb2.CustomerProfile(
        contact=to_message(contact, contacts_pb2.Contact),
        accounts=[to_message(row[0], contacts_pb2.Account) for row in rows],
        affiliations=[to_message(row[1], contacts_pb2.Affiliation) for row in rows if row[1] is not None],
        timeline=timeline(tx, [contact.id], None),
        contact_ids=[contact.id],
    )


def _account_profile(tx: Transaction, account_id: str) -> contacts_pb2.CustomerProfile:
    family = tx.execute(family_of(tx), account_id=account_id).all()
    if not family or not family[0].itself:
        raise NotFound(f"There is no account {account_id}.")
    account, *relatives = (row[0] for row in family)
    rows = tx.execute(newest_people_of(tx), account_id=account.id).all()
    total = rows[0].total if rows else 0
    ids = [row[0].id for row in rows]
    if total > len(rows):
        ids = _ids_of_people(tx, account.id)
    return contacts_pb2.CustomerProfile(
        account=to_message(account, contacts_pb2.Account),
        accounts=[to_message(one, contacts_pb2.Account) for one in relatives],
        contacts=[to_message(row[0], contacts_pb2.Contact) for row in rows],
        contact_count=total,
        timeline=timeline(tx, ids, account.id),
        contact_ids=ids,
    )


def _ids_of_people(tx: Transaction, account_id: str) -> list[str]:
    query = people_of(tx).with_only_columns(Contact.id).limit(GATHERED_CONTACTS)
    return list(tx.execute(query, account_id=account_id).scalars())


def list_customer_timeline(
    tx: Transaction, request: common_pb2.ListCustomerTimelineRequest
) -> common_pb2.ListCustomerTimelineResponse:
    """Activities of the customer before the position."""
    customer = request.customer
    if customer.contact_id:
        tx.get(Contact, customer.contact_id)
        ids, account_id = [customer.contact_id], None
    else:
        account_id = tx.get(Account, customer.account_id).id
        ids = list(customer.contact_ids) or _ids_of_people(tx, account_id)
    return common_pb2.ListCustomerTimelineResponse(entries=timeline(tx, ids, account_id, request.position))


def search_records(tx: Transaction, request: common_pb2.SearchRecordsRequest) -> common_pb2.SearchRecordsResponse:
    """Contacts, accounts and leads found by the words of the query."""
    found = search(tx, request.query, SEARCHED, request.limit or DEFAULT_HITS)
    return common_pb2.SearchRecordsResponse(hits=[_hit(record) for record in found])


def _hit(record: Contact | Account | Lead) -> common_pb2.SearchHit:
    if isinstance(record, Account):
        title, subtitle = record.name, record.industry
    elif isinstance(record, Contact):
        title, subtitle = record.display_name, record.title
    else:
        title, subtitle = record.display_name, record.company
    return common_pb2.SearchHit(
        record_type=type(record).__name__.lower(),
        record_id=record.id,
        title=title,
        subtitle=subtitle,
        service="contacts",
    )
