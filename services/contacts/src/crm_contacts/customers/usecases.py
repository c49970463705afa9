"""What customer-360 shows of a contact or an account, and search."""

from __future__ import annotations

from crm.common.v1 import search_pb2, timelines_pb2
from crm.contacts.v1 import account_relationships_pb2, accounts_pb2, affiliations_pb2, contacts_pb2, customers_pb2
from crm_chassis.errors import InvalidInput, NotFound
from crm_chassis.records.mapping import messages_within, to_message
from crm_chassis.records.model import Record
from crm_chassis.records.tx import Transaction
from crm_kit.customers import moment_asked
from crm_kit.search import Shown, search_hits

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact
from crm_contacts.customers.past import account_then, contact_then
from crm_contacts.customers.queries import (
    accounts_of,
    family_of,
    newest_people_of,
    people_of,
    relationships_of,
    timeline_of,
)
from crm_contacts.leads.model import Lead

GATHERED_CONTACTS = 500
SHOWN: dict[type[Record], Shown] = {
    Contact: lambda contact: (contact.display_name, contact.title),
    Account: lambda account: (account.name, account.industry),
    Lead: lambda lead: (lead.display_name, lead.company),
}


def get_customer_profile(tx: Transaction, request: timelines_pb2.GetCustomerRequest) -> customers_pb2.CustomerProfile:
    """The profile of a contact or an account. Raises NotFound if the caller may not see it, NotYetCreated."""
    customer, moment = request.customer, moment_asked(tx, request)
    if customer.contact_id:
        id_ = customer.contact_id
        return _contact_profile(tx, id_) if moment is None else contact_then(tx, id_, moment)
    if customer.account_id:
        id_ = customer.account_id
        return _account_profile(tx, id_) if moment is None else account_then(tx, id_, moment)
    raise InvalidInput.of("customer", "name a contact or an account")


def _contact_profile(tx: Transaction, contact_id: str) -> customers_pb2.CustomerProfile:
    contact = tx.get(Contact, contact_id)
    rows = tx.execute(accounts_of(tx), contact_id=contact.id, account_id=contact.account_id).all()
    return customers_pb2.CustomerProfile(
        contact=to_message(contact, contacts_pb2.Contact),
        account=next(
            (to_message(row[0], accounts_pb2.Account) for row in rows if row[0].id == contact.account_id), None
        ),
        accounts=messages_within((row[0] for row in rows), accounts_pb2.Account),
        affiliations=[to_message(row[1], affiliations_pb2.Affiliation) for row in rows if row[1] is not None],
        timeline=timeline_of(tx, [contact.id], None),
        contact_ids=[contact.id],
    )


def _account_profile(tx: Transaction, account_id: str) -> customers_pb2.CustomerProfile:
    family = tx.execute(family_of(tx), account_id=account_id).all()
    if not family or not family[0].itself:
        raise NotFound(f"There is no account {account_id}.")
    account, *relatives = (row[0] for row in family)
    rows = tx.execute(newest_people_of(tx), account_id=account.id).all()
    total = rows[0].total if rows else 0
    ids = [row[0].id for row in rows]
    if total > len(rows):
        ids = _ids_of_people(tx, account.id)
    related = tx.execute(relationships_of(tx), account_id=account.id).all()
    return customers_pb2.CustomerProfile(
        account=to_message(account, accounts_pb2.Account),
        accounts=messages_within(relatives, accounts_pb2.Account),
        affiliations=[to_message(row[1], affiliations_pb2.Affiliation) for row in rows if row[1] is not None],
        contacts=messages_within((row[0] for row in rows), contacts_pb2.Contact),
        contact_count=total,
        timeline=timeline_of(tx, ids, account.id),
        contact_ids=ids,
        relationships=[to_message(row[0], account_relationships_pb2.AccountRelationship) for row in related],
        related_accounts=messages_within({row[1].id: row[1] for row in related}.values(), accounts_pb2.Account),
    )


def _ids_of_people(tx: Transaction, account_id: str) -> list[str]:
    query = people_of(tx).with_only_columns(Contact.id).limit(GATHERED_CONTACTS)
    return list(tx.execute(query, account_id=account_id).scalars())


def list_customer_timeline(
    tx: Transaction, request: timelines_pb2.ListCustomerTimelineRequest
) -> timelines_pb2.ListCustomerTimelineResponse:
    """Activities of the customer before the position."""
    customer = request.customer
    if customer.contact_id:
        tx.get(Contact, customer.contact_id)
        ids, account_id = [customer.contact_id], None
    else:
        account_id = tx.get(Account, customer.account_id).id
        ids = list(customer.contact_ids) or _ids_of_people(tx, account_id)
    return timelines_pb2.ListCustomerTimelineResponse(entries=timeline_of(tx, ids, account_id, request.position))


def search_records(tx: Transaction, request: search_pb2.SearchRecordsRequest) -> search_pb2.SearchRecordsResponse:
    """Contacts, accounts and leads found by the words of the query."""
    return search_hits(tx, request, SHOWN)
