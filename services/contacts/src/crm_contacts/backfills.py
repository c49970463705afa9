"""What brings rows of older versions in line with the columns and the rules of today."""

from __future__ import annotations

from typing import Any

import crm_contracts
from crm_chassis.contracts.formats import stored_form
from crm_chassis.jobs.backfills import Backfill, by_statement
from crm_kit import phones
from crm_kit.normalise import company_key
from crm_kit.refolding import emails_of, of_address, recompute
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact, ContactKey, numbers_of
from crm_contacts.duplicates.sweep import fill_keys
from crm_contacts.leads.model import Lead

fill_phones = by_statement(
    """
    WITH batch AS (SELECT id FROM contacts WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT :size),
    filled AS (
        UPDATE contacts c SET phone = primary_phone(c.phones)
        FROM batch WHERE c.id = batch.id AND c.phone <> primary_phone(c.phones)
    )
    SELECT CAST(id AS text) FROM batch ORDER BY id DESC LIMIT 1
    """
)
"""Repeats the primary number in `phone`."""


# `account_id` is what people have seen, so the ties follow it. All parts of the statement see the rows as they were
# before it: who has a tie to the account gets no second one.
tie_contacts = by_statement(
    """
    WITH batch AS (SELECT id, account_id FROM contacts WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT :size
        FOR UPDATE),
    told AS (
        UPDATE affiliations a SET "primary" = NOT a."primary" FROM batch b
        WHERE a.contact_id = b.id AND a.deleted_at IS NULL
            AND a."primary" IS DISTINCT FROM coalesce(a.account_id = b.account_id, false)
    ),
    tied AS (
        INSERT INTO affiliations
            (id, version, created_at, updated_at, created_by, contact_id, account_id, role, "primary")
        SELECT gen_random_uuid(), 1, now(), now(), '', b.id, b.account_id, '', true FROM batch b
        WHERE b.account_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM affiliations a
            WHERE a.contact_id = b.id AND a.account_id = b.account_id AND a.deleted_at IS NULL)
    )
    SELECT CAST(id AS text) FROM batch ORDER BY id DESC LIMIT 1
    """
)
"""Makes the account of a contact its primary tie, and no other."""


def domains_of(account: Any) -> list[str]:
    """The domains of an account in the form in which they are compared."""
    return list(dict.fromkeys(stored_form(domain, crm_contracts.Format.DOMAIN) for domain in account["domains"]))


def phone_of(row: Any) -> str:
    """What the number of a row should be: read as one of the row's country."""
    return phones.normal(row["phone"], row["country"] or "") if row["phone"] else row["phone"]


rekey_contacts = by_statement(
    """
    WITH batch AS (SELECT id, emails, phones FROM contacts WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT :size
        FOR UPDATE),
    wanted AS (
        SELECT b.id, e->>'address' AS value FROM batch b, jsonb_array_elements(b.emails) e
        UNION SELECT b.id, p->>'number' FROM batch b, jsonb_array_elements(b.phones) p
    ),
    gone AS (
        DELETE FROM contact_keys k USING batch b
        WHERE k.contact_id = b.id AND NOT EXISTS (SELECT FROM wanted w WHERE w.id = k.contact_id AND w.value = k.value)
    ),
    come AS (
        INSERT INTO contact_keys (value, contact_id) SELECT value, id FROM wanted WHERE value IS NOT NULL
        ON CONFLICT DO NOTHING
    )
    SELECT CAST(id AS text) FROM batch ORDER BY id DESC LIMIT 1
    """
)
"""Lets people be recognised by their addresses and numbers as they are stored."""


def same(key: Any, id_: Any, *conditions: Any) -> Select[Any]:
    """The ids of records that share a key, for each key that several have."""
    return (
        select(func.array_agg(aggregate_order_by(id_, id_))).where(key != "", *conditions).group_by(key)
        .having(func.count() > 1).order_by(key)
    )  # fmt: skip


_domains = (
    select(Account.id, func.unnest(Account.domains).label("domain")).where(Account.deleted_at.is_(None)).subquery()
)
CLASHES = {
    "contacts of one address or number": same(
        ContactKey.value, ContactKey.contact_id, ContactKey.contact_id == Contact.id, Contact.deleted_at.is_(None)
    ),
    "accounts of one name": same(Account.key, Account.id, Account.deleted_at.is_(None)),
    "accounts of one domain": same(_domains.c.domain, _domains.c.id),
}
"""What is one person or organisation by the rules of today. People decide about it; nothing is merged."""


BACKFILLS = (
    Backfill("20261128_7d119e", fill_phones),
    Backfill(
        "20261129.2 folded keys of accounts", recompute(Account, "key", lambda account: company_key(account["name"]))
    ),
    Backfill("20261128 ties of contacts", tie_contacts),
    Backfill("20261129 domains of contacts", recompute(Contact, "emails", emails_of)),
    Backfill("20261129 domains of primary addresses", recompute(Contact, "email", of_address("email"))),
    Backfill("20261129 domains of leads", recompute(Lead, "email", of_address("email"))),
    Backfill("20261129 domains of accounts", recompute(Account, "domains", domains_of)),
    Backfill("20261129.2 numbers of contacts", recompute(Contact, "phones", numbers_of)),
    Backfill("20261129 primary numbers of contacts", fill_phones),
    Backfill("20261129 numbers of leads", recompute(Lead, "phone", phone_of)),
    Backfill("20261129 numbers of accounts", recompute(Account, "phone", phone_of)),
    Backfill("20261129 keys of contacts", rekey_contacts),
    Backfill("20261129.2 keys of duplicates", fill_keys),
)
