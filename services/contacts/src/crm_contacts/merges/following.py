"""What follows a merge in this service: ties of which one is enough, and e-mails to an address of one of them."""

from __future__ import annotations

from typing import Any

from crm_chassis.merging import Fold, Links, Merge, Merging
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_contacts.activities.model import Activity
from crm_contacts.base import Base
from crm_contacts.contacts.model import Affiliation, Contact


class TieFold(Fold):
    """A contact is tied to an account once."""

    def absorb(self, tx: Transaction, staying: Affiliation, leaving: Affiliation) -> None:
        """It is the primary one if either is, and knows role and dates if either does."""
        staying.primary = staying.primary or leaving.primary
        staying.role = staying.role or leaving.role
        staying.start_date = staying.start_date or leaving.start_date
        staying.end_date = staying.end_date or leaving.end_date


class Emails(Links):
    """E-mails that were written to the survivor since, at an address that only a loser had: they are the loser's."""

    def finish(self, tx: Transaction, merge: Merge, *, undone: bool) -> None:
        if not undone or merge.kind != Contact.record_kind:
            return
        survivor = tx.find(Contact, merge.survivor_id)
        for loser_id in merge.loser_ids:
            loser = tx.find(Contact, loser_id)
            if survivor is None or loser is None:
                continue
            own = {one["address"] for one in loser.emails} - {one["address"] for one in survivor.emails}
            written = select(Activity).where(
                Activity.contact_id == survivor.id, Activity.created_at >= merge.at, Activity.email_to.in_(own)
            )
            for activity in tx.session.scalars(written.with_for_update()):
                activity.contact_id = loser.id


_FOLDS: dict[Any, Fold] = {Affiliation: TieFold()}
MERGING = Merging("crm.contacts", Base, folds=_FOLDS, links=(Emails(),), publishes=True)
