"""What follows a merge in this service: rows that name the records, tie by tie."""

from __future__ import annotations

from typing import Any

from crm_chassis.merging import Fold, Merging
from crm_chassis.records.tx import Transaction

from crm_contacts.base import Base
from crm_contacts.contacts.model import Affiliation


class TieFold(Fold):
    """A contact is tied to an account once."""

    def absorb(self, tx: Transaction, staying: Affiliation, leaving: Affiliation) -> None:
        """It is the primary one if either is, and knows role and dates if either does."""
        staying.primary = staying.primary or leaving.primary
        staying.role = staying.role or leaving.role
        staying.start_date = staying.start_date or leaving.start_date
        staying.end_date = staying.end_date or leaving.end_date


_FOLDS: dict[Any, Fold] = {Affiliation: TieFold()}
MERGING = Merging("crm.contacts", Base, folds=_FOLDS, publishes=True)
