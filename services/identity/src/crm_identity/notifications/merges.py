"""Favourites and notifications follow records that were merged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crm_chassis.db.tables import Alias, MergedRow
from crm_chassis.merging import Fold, Links, Merge, Merging, note
from crm_chassis.records.aliases import plural_of
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_identity.base import Base
from crm_identity.favourites.model import Favourite
from crm_identity.notifications.model import Notification


class UnreadFold(Fold):
    """Of two unread notifications of one thing one is enough."""

    def give_way(self, tx: Transaction, leaving: Notification) -> None:
        leaving.mark_read(tx.now)

    def come_back(self, tx: Transaction, row: Notification) -> None:
        row.read_at = None


class Favourites(Links):
    """What a user wants at hand."""

    name = "favourites"

    def move(self, tx: Transaction, merge: Merge, old_id: str, path: Sequence[Alias]) -> int:
        query = select(Favourite).where(Favourite.resource == plural_of(merge.kind), Favourite.record_id == old_id)
        rows = tx.session.scalars(query.with_for_update()).all()
        for row in rows:
            present = _favourite(tx, row.user_id, row.resource, path[-1].new_id)
            said: dict[str, Any] = {
                "resource": row.resource,
                "added_at": row.added_at.isoformat(),
                "moved": present is None,
            }
            note(tx, self.name, row.user_id, "record_id", path, **said)
            if present is None:
                row.record_id = path[-1].new_id
            else:
                tx.session.delete(row)
            tx.session.flush()
        return len(rows)

    def back(self, tx: Transaction, row: MergedRow) -> None:
        resource = row.note["resource"]
        present = _favourite(tx, row.record_id, resource, row.new_id)
        if _favourite(tx, row.record_id, resource, row.old_id) is not None:
            return
        if row.note["moved"] and present is not None:
            present.record_id = row.old_id
        elif not row.note["moved"]:
            added_at = datetime.fromisoformat(row.note["added_at"])
            tx.session.add(Favourite(user_id=row.record_id, resource=resource, record_id=row.old_id, added_at=added_at))


def _favourite(tx: Transaction, user_id: str, resource: str, record_id: str) -> Favourite | None:
    return tx.session.get(Favourite, (user_id, resource, record_id))


_FOLDS: dict[Any, Fold] = {Notification: UnreadFold()}
MERGING = Merging("crm.contacts", Base, folds=_FOLDS, links=(Favourites(),))
