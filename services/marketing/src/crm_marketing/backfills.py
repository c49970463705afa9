"""What brings rows of older versions in line with the rules of today."""

from __future__ import annotations

from crm_chassis.jobs.backfills import Backfill, by_statement
from crm_kit.refolding import emails_of, of_address, recompute

from crm_marketing.people.model import Account, Contact

fill_persons = by_statement(
    """
    WITH batch AS (SELECT id FROM opt_outs WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT :size),
    filled AS (
        UPDATE opt_outs o SET person_id = o.contact_id
        FROM batch WHERE o.id = batch.id AND o.person_id IS NULL AND o.contact_id IS NOT NULL
    )
    SELECT CAST(id AS text) FROM batch ORDER BY id DESC LIMIT 1
    """
)
"""Says of opt-outs whose they are."""


BACKFILLS = (
    Backfill("20261129_71be5d", fill_persons),
    Backfill("20261129 domains of copied contacts", recompute(Contact, "emails", emails_of)),
    Backfill("20261129 domains of copied primary addresses", recompute(Contact, "email", of_address("email"))),
    Backfill(
        "20261129 hashes of copied addresses", recompute(Contact, "address_hashes", Contact.derived["address_hashes"])
    ),
    *(
        Backfill(f"20261129 words of copied {model.plural}", recompute(model, "words", model.derived["words"]))
        for model in (Contact, Account)
    ),
)
