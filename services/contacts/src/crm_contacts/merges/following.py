"""What follows a merge in this service: ties of which one is enough, and e-mails to an address of one of them."""

from __future__ import annotations

from typing import Any

from crm_chassis.merging import Fold, Links, Merge, Merging
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_contacts.account_relationships.model import AccountRelationship, edge_of
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


class RelationshipFold(Fold):
    """Two accounts are related once by each kind, from whichever end it is said, and none to itself."""

    def twin(self, tx: Transaction, row: Any, column: str, id_: str, *, stands: bool = False) -> Any:
        """What says the same; the row itself if it would relate an account to itself."""
        if row.deleted_at is not None and not stands:
            return None
        ends = {"from_account_id": row.from_account_id, "to_account_id": row.to_account_id, column: id_}
        from_id, to_id = ends["from_account_id"], ends["to_account_id"]
        if from_id == to_id:
            return row
        same = select(AccountRelationship).where(
            AccountRelationship.edge == edge_of(row.kind, from_id, to_id),
            AccountRelationship.deleted_at.is_(None),
            AccountRelationship.id != row.id,
        )
        return tx.session.scalar(same.with_for_update())

    def absorb(self, tx: Transaction, staying: AccountRelationship, leaving: AccountRelationship) -> None:
        """It knows note and dates if either does."""
        staying.note = staying.note or leaving.note
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


_FOLDS: dict[Any, Fold] = {Affiliation: TieFold(), AccountRelationship: RelationshipFold()}
MERGING = Merging("crm.contacts", Base, folds=_FOLDS, links=(Emails(),), publishes=True)
