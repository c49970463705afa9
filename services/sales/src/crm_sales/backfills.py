"""What brings rows of older versions in line with the rules of today."""

from __future__ import annotations

from crm_chassis.jobs.backfills import Backfill, by_statement
from crm_kit.normalise import name_key
from crm_kit.refolding import of_address, recompute

from crm_sales.people.model import Account, Contact
from crm_sales.products.model import Product

fill_ranks = by_statement(
    """
    WITH batch AS (SELECT id FROM opportunities WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT :size),
    filled AS (
        UPDATE opportunities o SET rank = rank_on_entering(o.stage_entered_at, o.id)
        FROM batch WHERE o.id = batch.id AND o.rank = ''
    )
    SELECT CAST(id AS text) FROM batch ORDER BY id DESC LIMIT 1
    """
)
"""Ranks deals by when they came into their stage, the newest first."""


BACKFILLS = (
    Backfill("20261129_5b7e90", fill_ranks),
    Backfill("20261129.2 folded keys of accounts", recompute(Account, "key", Account.derived["key"])),
    Backfill("20261129 domains of copied contacts", recompute(Contact, "email", of_address("email"))),
    Backfill("20261128 folded keys of products", recompute(Product, "key", lambda product: name_key(product["name"]))),
)
