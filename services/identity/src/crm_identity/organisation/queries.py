"""Selects over the organisation."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_identity.organisation.model import Organisation


def the_organisation(session: Session, *, locked: bool = False) -> Organisation:
    """The organisation, which set-up has made."""
    query = select(Organisation).execution_options(populate_existing=True)
    return session.scalars(query.with_for_update() if locked else query).one()
