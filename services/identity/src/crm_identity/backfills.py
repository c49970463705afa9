"""What brings rows of older versions in line with the rules of today."""

from __future__ import annotations

from typing import cast

from crm_chassis.contracts.formats import address_key
from crm_chassis.jobs.backfills import BATCH, Backfill
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from crm_identity.users.model import User


def spell_addresses(session: Session, after: str | None) -> str | None:
    """Brings addresses that 0.1.0 kept with domains in letters into the form in which a login looks for them."""
    table = cast(Table, User.__table__)
    query = select(table.c.id, table.c.email).where(table.c.email.regexp_match("[^ -~]"))
    query = query.order_by(table.c.id).limit(BATCH).with_for_update()
    users = session.execute(query.where(table.c.id > after) if after else query).all()
    for id_, email in users:
        session.execute(update(table).where(table.c.id == id_).values(email=address_key(email)))
    return users[-1].id if len(users) == BATCH else None


BACKFILLS = (Backfill("20261129 domains of users", spell_addresses),)
