"""What follows in a service when records were merged, and when they are taken apart again (decision 0047).

Who owns the records says so with `<source>.merge.created` and `.undone`. At once the old ids lead to the survivor
(crm_chassis.records.aliases). A job then moves, batch by batch, every row that names an old id, wherever the contract
says that a field names records of the kind, and notes each. Taking apart moves back exactly the rows that were noted,
unless something else stands there by now.

Where two rows say the same of one record afterwards, and a unique index allows one, the row of the loser gives way
(`Fold`): it stays as it is, marked as deleted, and comes back when the records are taken apart.

A step takes a shared lock, and what changes where old ids lead an exclusive one: so a row is never moved to where an id
led a moment ago. A row that is written meanwhile under an old id is found, because a job ends only with a pass that
began when every transaction was over that may not have known of the merge.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import crm_contracts
from sqlalchemy import ColumnElement, Date, DateTime, and_, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.orm import DeclarativeBase

from crm_chassis.db.tables import Alias, InboxPosition, MergedRow
from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import DomainError
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.aliases import Place, places, plural_of
from crm_chassis.records.model import Record
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Subscription

BATCH = 100
PAUSE = timedelta(seconds=1)
_MOVING = text("SELECT pg_advisory_xact_lock_shared(hashtext('merges'))")
_LEADING = text("SELECT pg_advisory_xact_lock(hashtext('merges'))")
_NOW = text("SELECT CAST(clock_timestamp() AS text)")
# A transaction of ours that began before and reads on may still write what it has read.
_SETTLED = text(
    """
    SELECT NOT EXISTS (
        SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND xact_start <= CAST(:begun AS timestamptz)
    )
    """
)


class MergeUnderWay(DomainError):
    """One of the records is still being taken apart from another one; try again in a moment."""

    reason = "MERGE_UNDER_WAY"
    status = 409


@dataclass(frozen=True)
class Merge:
    """Records that became one."""

    id: str
    kind: str
    """Kind of the records: "crm.contacts.contact"."""
    survivor_id: str
    loser_ids: Sequence[str]
    versions: Mapping[str, int] = field(default_factory=dict)
    """By id, the version of each after the merge or its undoing."""

    @property
    def ids(self) -> list[str]:
        return [self.survivor_id, *self.loser_ids]

    @property
    def at(self) -> datetime:
        """When it was made, which its id tells."""
        return datetime.fromtimestamp((UUID(self.id).int >> 80) / 1000, UTC)


class Fold:
    """What becomes of two rows of a model that say the same of one record; the rule for each model where more is to be
    done than to mark the one of the loser as deleted."""

    def twin(self, tx: Transaction, row: Any, column: str, id_: str, *, stands: bool = False) -> Any:
        """The row that says the same as this one would if `column` named another record, where the unique index that
        allows one does not have the column; locked. The row itself if it would say nothing: it gives way too.

        None if there is none, or the row is deleted; `stands`: as if it was not.
        """
        return None

    def absorb(self, tx: Transaction, staying: Any, leaving: Any) -> None:
        """Takes over into the row that stays what the other one says beyond it. Both are one for its own twin."""

    def give_way(self, tx: Transaction, leaving: Any) -> None:
        """Takes the row of the loser out of the way of the unique index."""
        tx.delete(leaving)

    def come_back(self, tx: Transaction, row: Any) -> None:
        """The loser is itself again, and so is its row."""
        tx.undelete(row)

    def changed(self, tx: Transaction, staying: Any, before: Mapping[str, Any]) -> None:
        """Draws the consequences of what the row that stays has taken over, or given back, since it was `before`."""


class Links:
    """What hangs on records that can be merged and is named by no field of a record in the contract."""

    name: str = ""
    """Under which what it moves is noted."""

    def move(self, tx: Transaction, merge: Merge, old_id: str, path: Sequence[Alias]) -> int:
        """Moves a part of what hangs on an old id, and notes it with `note`; how much. 0: nothing is left."""
        return 0

    def back(self, tx: Transaction, row: MergedRow) -> None:
        """Undoes what was noted."""

    def finish(self, tx: Transaction, merge: Merge, *, undone: bool) -> None:
        """Draws the consequences when everything has moved, or gone back."""


_FOLD = Fold()


class Merging:
    """Follows the merges of one publisher in one service."""

    def __init__(
        self,
        source: str,
        base: type[DeclarativeBase],
        *,
        folds: Mapping[type[Record], Fold] = {},
        links: Sequence[Links] = (),
        besides: Collection[type[Record]] = (),
        copies: Sequence[str] = (),
        publishes: bool = False,
    ) -> None:
        """`source` is who publishes the merges; the service itself if it `publishes` them.

        `besides` are models of records that `links` move. Until what the subscriptions `copies` copy of the records is
        as it was after the merge, nothing is moved.
        """
        self._base, self._folds, self._links = base, folds, links
        self._besides, self._copies, self.publishes = frozenset(besides), copies, publishes
        self.job = JobKind("merge.follow", self._step, cancellable=False, source="merge")
        self.subscription = Subscription(
            "merges", {f"{source}.merge.created.v1": self._on_merged, f"{source}.merge.undone.v1": self._on_undone}
        )

    def _on_merged(self, tx: Transaction, event: IncomingEvent) -> None:
        self.begin(tx, _merge_of(event))

    def _on_undone(self, tx: Transaction, event: IncomingEvent) -> None:
        self.undo(tx, _merge_of(event))

    # -- where old ids lead -------------------------------------------------------------------------------

    def begin(self, tx: Transaction, merge: Merge) -> None:
        """From now on the losers' ids lead to the survivor; what names them follows."""
        tx.session.execute(_LEADING)
        present = exists().where(Alias.old_id.in_(merge.loser_ids))
        concerned = or_(MergedRow.old_id.in_(merge.ids), MergedRow.new_id.in_(merge.ids))
        going_back = exists().where(concerned, MergedRow.merge_id.not_in(select(Alias.merge_id)))
        if tx.session.scalar(select(or_(present, going_back))):
            raise MergeUnderWay()
        led_to = tx.session.scalar(select(Alias.new_id).where(Alias.old_id == merge.survivor_id))
        new_id = led_to or merge.survivor_id
        for old_id in merge.loser_ids:
            alias = {"old_id": old_id, "into_id": merge.survivor_id, "new_id": new_id, "merge_id": merge.id}
            tx.session.execute(insert(Alias).values(alias))
            tx.session.execute(update(Alias).where(Alias.new_id == old_id).values(new_id=new_id))
        self._enqueue(tx, merge, undo=False)

    def undo(self, tx: Transaction, merge: Merge) -> None:
        """The losers' ids are their own again; what was moved follows."""
        tx.session.execute(_LEADING)
        tx.session.execute(delete(Alias).where(Alias.merge_id == merge.id))
        leading = {alias.old_id: alias for alias in tx.session.scalars(select(Alias).where(_of_group(merge)))}
        for alias in leading.values():
            new_id = alias.into_id
            while new_id in leading:
                new_id = leading[new_id].into_id
            alias.new_id = new_id
        tx.session.flush()
        self._enqueue(tx, merge, undo=True)

    def _enqueue(self, tx: Transaction, merge: Merge, *, undo: bool) -> None:
        payload = {
            "kind": merge.kind, "survivor": merge.survivor_id, "losers": list(merge.loser_ids), "undo": undo,
            "versions": dict(merge.versions),
        }  # fmt: skip
        enqueue(tx, self.job, payload, key=merge.id)

    # -- the job ------------------------------------------------------------------------------------------

    def _step(self, tx: Transaction, job: Job) -> Done | Again:
        asked = job.payload
        merge = Merge(job.key, asked["kind"], asked["survivor"], asked["losers"], asked["versions"])
        if not self._has_copies(tx, merge):
            return Again(after=PAUSE)
        tx.session.execute(_MOVING)
        if asked["undo"]:
            return self._take_apart(tx, job, merge)
        if "begun" not in job.cursor:
            return Again({"begun": tx.session.scalar(_NOW)})
        settled = bool(tx.session.scalar(_SETTLED, job.cursor))
        if moved := self._move(tx, merge):
            return Again(done=job.done + moved)
        if not settled:
            return Again(after=PAUSE)
        for link in self._links:
            link.finish(tx, merge, undone=False)
        return Done()

    def _has_copies(self, tx: Transaction, merge: Merge) -> bool:
        """Whether the copies of the records are not older than the merge."""
        if not self._copies:
            return True
        query = select(InboxPosition.record_id, func.min(InboxPosition.version)).where(
            InboxPosition.subscription.in_(self._copies), InboxPosition.record_id.in_(merge.ids)
        )
        rows = tx.session.execute(query.group_by(InboxPosition.record_id))
        known = {row[0]: row[1] for row in rows}
        return all(known.get(id_, 0) >= version for id_, version in merge.versions.items())

    def _move(self, tx: Transaction, merge: Merge) -> int:
        """Moves the next rows that name a loser; how many."""
        for old_id in merge.loser_ids:
            path = _path(tx, old_id)
            if not path:
                continue
            for link in self._links:
                if moved := link.move(tx, merge, old_id, path):
                    return moved
            for model, place in self._places(merge.kind):
                if rows := _naming(tx, model, place, old_id):
                    for row in rows:
                        self._move_row(tx, model, place, row, path)
                    return len(rows)
        return 0

    def _places(self, kind: str) -> list[tuple[Any, Place]]:
        models: list[Any] = [one.class_ for one in self._base.registry.mappers if issubclass(one.class_, Record)]
        return [
            (model, place)
            for model in sorted(models, key=lambda model: str(model.__tablename__))
            if model not in self._besides
            for place in places(model)
            if place.kind == kind
        ]

    def _move_row(self, tx: Transaction, model: Any, place: Place, row: Any, path: Sequence[Alias]) -> None:
        old_id, new_id = path[0].old_id, path[-1].new_id
        fold = self._folds.get(model, _FOLD)
        staying = _twin(tx, model, place, row, new_id, fold)
        if staying is not None:
            before = _values(staying)
            fold.absorb(tx, staying, row)
            fold.changed(tx, staying, before)
            changed = {name: [before[name], value] for name, value in _values(staying).items() if value != before[name]}
            note(tx, model.record_kind, row.id, place.column, path, folded=True, twin=staying.id, changed=changed)
            fold.give_way(tx, row)
            tx.session.flush()
            return
        more: dict[str, Any] = {}
        before = getattr(row, place.column)
        setattr(row, place.column, place.renamed(row, {old_id: new_id}))
        if place.inner or place.many:
            more = {"before": before, "after": getattr(row, place.column)}
        note(tx, model.record_kind, row.id, place.column, path, **more)

    # -- taking apart -------------------------------------------------------------------------------------

    def _take_apart(self, tx: Transaction, job: Job, merge: Merge) -> Done | Again:
        noted = select(MergedRow).where(MergedRow.merge_id == merge.id).order_by(MergedRow.id.desc()).limit(BATCH)
        rows = tx.session.scalars(noted.with_for_update()).all()
        models = {model.record_kind: model for model, _ in self._places(merge.kind)}
        links = {link.name: link for link in self._links}
        for row in rows:
            if row.kind in links:
                links[row.kind].back(tx, row)
            elif row.kind in models:
                self._back(tx, models[row.kind], row)
            tx.session.delete(row)
            tx.session.flush()
        if rows:
            return Again(done=job.done + len(rows))
        for link in self._links:
            link.finish(tx, merge, undone=True)
        return Done()

    def _back(self, tx: Transaction, model: Any, noted: MergedRow) -> None:
        query = select(model).where(model.id == noted.record_id).with_for_update()
        row: Any = tx.session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            return
        place = next(one for one in places(model) if one.column == noted.field)
        fold = self._folds.get(model, _FOLD)
        if noted.folded:
            staying: Any = tx.session.scalar(select(model).where(model.id == noted.note["twin"]).with_for_update())
            if staying is not None:
                was = _values(staying)
                for name, (before, after) in noted.note["changed"].items():
                    if was[name] == after:
                        setattr(staying, name, _typed(model, name, before))
                fold.changed(tx, staying, was)
                tx.session.flush()
            if _twin(tx, model, place, row, noted.old_id, fold, stands=True) is None:
                fold.come_back(tx, row)
                setattr(row, noted.field, noted.old_id)
            return
        if place.inner or place.many:
            if getattr(row, noted.field) == noted.note["after"]:
                setattr(row, noted.field, noted.note["before"])
        elif getattr(row, noted.field) == noted.new_id and _twin(tx, model, place, row, noted.old_id, fold) is None:
            setattr(row, noted.field, noted.old_id)
            tx.session.flush()


def note(
    tx: Transaction, kind: str, record_id: str, column: str, path: Sequence[Alias], *, folded: bool = False, **more: Any
) -> None:
    """Notes what was done to a row, for each merge on the way from the old id to the one that it names now."""
    for step in path:
        values = {
            "merge_id": step.merge_id, "kind": kind, "record_id": record_id, "field": column, "old_id": step.old_id,
            "new_id": step.into_id, "folded": folded, "note": more,
        }  # fmt: skip
        tx.session.execute(insert(MergedRow).values(values))


def _merge_of(event: IncomingEvent) -> Merge:
    said = event.payload["merge"]
    kind = next(kind for kind in crm_contracts.mergeable() if plural_of(kind) == said["resource"])
    versions = {id_: int(version) for id_, version in event.payload["versions"].items()}
    return Merge(event.record_id, kind, said["survivor_id"], said["loser_ids"], versions)


def _of_group(merge: Merge) -> ColumnElement[bool]:
    """The aliases that lead to where those of a merge led, or to one of its records."""
    beyond = select(Alias.new_id).where(Alias.into_id.in_(merge.ids))
    return or_(Alias.new_id.in_(beyond), Alias.new_id.in_(merge.ids))


def _path(tx: Transaction, old_id: str) -> list[Alias]:
    """The merges by which an old id leads to another record, in their order; none if it is nobody's alias."""
    path: list[Alias] = []
    next_id: str | None = old_id
    while next_id is not None:
        alias = tx.session.get(Alias, next_id, populate_existing=True)
        next_id = None
        if alias is not None:
            path.append(alias)
            next_id = alias.into_id
    return path


def _naming(tx: Transaction, model: Any, place: Place, id_: str) -> Sequence[Any]:
    """The next rows that name a record there, deleted ones too, but for those that gave way in a merge."""
    column = getattr(model, place.column)
    if place.inner:
        condition = column.contains([{place.inner: id_}])
    else:
        condition = column.contains([id_]) if place.many else column == id_
    gave_way = exists().where(
        MergedRow.record_id == model.id, MergedRow.field == place.column, MergedRow.folded, MergedRow.old_id == id_
    )
    if place.resource:
        condition = and_(condition, model.resource == place.resource)
    query = select(model).where(condition, ~gave_way).order_by(model.id).limit(BATCH)
    return tx.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def _twin(tx: Transaction, model: Any, place: Place, row: Any, id_: str, fold: Fold, *, stands: bool = False) -> Any:
    """The row that stands in the way of this one, if that named another record: by a unique index, or by the rule of
    the model.

    `stands`: as if the index had this row already.
    """
    table = model.__table__
    for index in table.indexes:
        if not index.unique or place.column not in index.columns:
            continue
        where = index.dialect_options["postgresql"]["where"]
        condition = text(f"({where})") if where is not None else text("true")
        tx.session.flush()
        if not stands and tx.session.scalar(select(table.c.id).where(table.c.id == row.id, condition)) is None:
            continue
        same = [table.c[one.name] == getattr(row, one.name) for one in index.columns if one.name != place.column]
        twin = select(table.c.id).where(*same, table.c[place.column] == id_, table.c.id != row.id, condition)
        if (found := tx.session.scalar(twin.limit(1))) is not None:
            query = select(model).where(model.id == found).with_for_update()
            return tx.session.scalar(query.execution_options(populate_existing=True))
    return fold.twin(tx, row, place.column, id_, stands=stands)


def _values(row: Any) -> dict[str, Any]:
    return {one.key: _plain(getattr(row, one.key)) for one in type(row).__mapper__.column_attrs}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (datetime, date)) else value


def _typed(model: Any, name: str, value: Any) -> Any:
    """A value of a note as the column has it."""
    type_ = model.__table__.c[name].type
    if isinstance(value, str) and isinstance(type_, (DateTime, Date)):
        return type_.python_type.fromisoformat(value)
    return value
