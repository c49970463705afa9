"""The job of an import: reads the file into rows, then applies them batch by batch.

A step is one transaction: the rows of a batch, what became of them and how far the import is commit together. The
rights of the owner are asked anew for each. Rows that name what is not there yet wait until all others are applied, and
then for a while, because the event that tells of it may be on its way.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import crm_contracts
import orjson
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm_chassis.access.actor import Actor
from crm_chassis.db.faults import as_domain_error
from crm_chassis.errors import AlreadyExists, DomainError, Internal, PermissionDenied, UnknownReference
from crm_chassis.ids import as_uuid
from crm_chassis.imports.files import FileRow, Layout, Position, rows
from crm_chassis.imports.kinds import Importer
from crm_chassis.imports.tables import (
    APPLYING,
    CANCELLED,
    DONE,
    FAILED,
    READING,
    UNFINISHED,
    ImportChunk,
    ImportFailure,
    ImportRow,
    ImportRun,
    make_room,
)
from crm_chassis.jobs.backfills import Backfill
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.logs import get_logger
from crm_chassis.metrics import IMPORTS_FINISHED
from crm_chassis.records.apart import apply_apart
from crm_chassis.records.directory import Rights
from crm_chassis.records.model import Record
from crm_chassis.records.onbehalf import KEY_HAS_ENDED, actor_now, key_has_ended
from crm_chassis.records.references import Named, References
from crm_chassis.records.rows import Notation, Row
from crm_chassis.records.taken import already_exists, is_taken
from crm_chassis.records.tx import Transaction
from crm_chassis.refusals import Refusals
from crm_chassis.text import composed, fold

CHUNK = 256 * 1024
"""Bytes of a file that are kept together."""
BATCH = 200
SHORT_ROWS = "short_rows"
"""Rows with fewer cells than the header: those that are missing count as blank."""
READ_ROWS = 500
READ_SIZE = 1_000_000
"""Characters after which a step of reading ends."""
MAX_ROWS = 1_000_000
PATIENCE = timedelta(seconds=30)
PAUSE = timedelta(seconds=1)
"""Between two looks for what is not there yet."""
KEPT_CELLS = 100_000
"""Characters that are kept of a row that failed."""
SIGNS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "POINT": "."}

RightsOf = Callable[[Session, str], Rights | None]
AskLater = Callable[[Transaction], None]

_STAGE = text(
    """
    INSERT INTO import_rows (import_id, line, cells)
    SELECT CAST(:id AS uuid), r.* FROM unnest(CAST(:lines AS bigint[]), CAST(:cells AS jsonb[])) r
    """
)


def import_jobs(
    importers: Sequence[Importer], rights: RightsOf, references: References, ask_later: AskLater
) -> JobKind:
    """The kind of job that carries out imports; those of one user one after the other.

    `references` are the records of other services that rows may name; `ask_later` is given each transaction whose rows
    may name some that are not known here.
    """
    by_kind = {importer.kind: importer for importer in importers}
    refusals = Refusals()
    for kind, state in itertools.product(by_kind, (DONE, FAILED, CANCELLED)):
        # A counter that appears with its first failure would hide it: nothing to compare with.
        IMPORTS_FINISHED.labels(kind, state)

    def step(tx: Transaction, job: Job) -> Done | Again:
        run = _locked(tx, job)
        if run is None or run.state not in UNFINISHED:
            return Done()
        importer = by_kind.get(run.kind)
        if importer is None:
            raise LookupError(f"this build cannot import {run.kind}; another one can")
        held = rights(tx.session, run.actor_id)
        if held is None:
            return Again(after=PAUSE)
        actor = actor_now(run.actor_id, held, job.payload)
        problem = KEY_HAS_ENDED if key_has_ended(tx.session, job.payload, tx.now) else _problem(held, actor, importer)
        if problem:
            _end(tx, run, FAILED, problem)
            return Done()
        if run.state == READING:
            return _read(tx, run, importer, job)
        return _apply(tx, run, importer, actor, job, references, ask_later, refusals)

    return JobKind("import", step, lease=60.0, on_cancel=_cancelled, source="import")


def _locked(tx: Transaction, job: Job) -> ImportRun | None:
    return tx.session.scalar(select(ImportRun).where(ImportRun.id == job.payload["import_id"]).with_for_update())


def _cancelled(tx: Transaction, job: Job) -> None:
    run = _locked(tx, job)
    if run is not None and run.state in UNFINISHED:
        _end(tx, run, CANCELLED)


def _problem(held: Rights, actor: Actor, importer: Importer) -> str:
    """Why the owner may not go on; "" if nothing is in the way."""
    if not held.active:
        return "its owner was deactivated"
    lost = [permission for permission in ("imports.create", importer.permission) if not actor.may(permission)]
    return f"its owner has no longer the permission {lost[0]}" if lost else ""


def _end(tx: Transaction, run: ImportRun, state: str, error: str = "") -> None:
    run.end(tx.session, state, tx.now, error)
    IMPORTS_FINISHED.labels(run.kind, state).inc()
    log = get_logger()
    log.info("import over", import_id=run.id, kind=run.kind, state=state, rows=run.rows_read, failed=run.rows_failed)


# -- reading ----------------------------------------------------------------------------------------------


class StoredFile(io.RawIOBase):
    """The bytes of an import's file from an offset on."""

    def __init__(self, session: Session, import_id: str, offset: int = 0) -> None:
        self._session, self._import_id = session, import_id
        self._seq, self._start = divmod(offset, CHUNK)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            key = ImportChunk.import_id == self._import_id, ImportChunk.seq == self._seq
            content = self._session.scalar(select(ImportChunk.content).where(*key))
            self._rest = memoryview(content or b"")[self._start :]
            self._seq, self._start = self._seq + 1, 0
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _read(tx: Transaction, run: ImportRun, importer: Importer, job: Job) -> Again | Done:
    """Puts the next rows of the file into the table."""
    options = run.options
    begin = Position(**(job.cursor or job.payload["begin"]))
    layout = Layout(options["encoding"], run.codec, options["delimiter"], run.columns, begin)
    taken = list(_some(rows(lambda offset: StoredFile(tx.session, run.id, offset), layout, begin)))
    width = _width(run.columns)
    if options.get("empty_cells") == "CLEAR":
        taken = [_whole(row, width) for row in taken]
    good = [row for row in taken if not row.fault]
    if short := sum(len(row.cells) < width for row in good):
        run.repairs = {**run.repairs, SHORT_ROWS: run.repairs.get(SHORT_ROWS, 0) + short}
    if good:
        cells = [orjson.dumps(row.cells).decode() for row in good]
        tx.session.execute(_STAGE, {"id": run.id, "lines": [row.line for row in good], "cells": cells})
    shown = _Shown(run, importer)
    failures = [shown.failure(row.line, {}, shown.unreadable(row.cells), "", row.fault) for row in taken if row.fault]
    _keep(tx.session, run, failures)
    run.rows_read += len(taken)
    run.rows_failed += len(failures)
    if run.rows_read > MAX_ROWS:
        _end(tx, run, FAILED, f"the file has more than {MAX_ROWS:,} rows; nothing was applied")
        return Done()
    if taken:
        return Again(asdict(taken[-1].after), done=run.rows_failed, total=run.rows_read)
    run.state, run.read_at = APPLYING, tx.now
    tx.session.execute(delete(ImportChunk).where(ImportChunk.import_id == run.id))
    return Again({"after": 0})


def _width(columns: Sequence[str]) -> int:
    """The cells that a row has up to the last column with a name."""
    return max((place for place, name in enumerate(columns, 1) if name), default=0)


def _whole(row: FileRow, width: int) -> FileRow:
    """A row, refused if it is shorter than the header: its blank cells would take away what records have.

    Spreadsheets leave out blank cells at the end of a row. But a row that has lost a separator looks the same, and its
    cells stand in the wrong columns.
    """
    if row.fault or len(row.cells) >= width:
        return row
    told = f"has {len(row.cells)} cells, the header has {width}; where empty cells empty a field, all are needed"
    return replace(row, fault=told)


def _some(read: Iterator[FileRow]) -> Iterator[FileRow]:
    """The rows of one step."""
    size = 0
    for row in itertools.islice(read, READ_ROWS):
        yield row
        size += sum(map(len, row.cells))
        if size > READ_SIZE:
            return


# -- applying ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Staged:
    """A row, and what its cells are mapped to."""

    line: int
    cells: list[str]
    values: Row


def _apply(
    tx: Transaction,
    run: ImportRun,
    importer: Importer,
    actor: Actor,
    job: Job,
    references: References,
    ask_later: AskLater,
    refusals: Refusals,
) -> Again | Done:
    """Applies a batch: first all rows, in the order of the file, then in rounds those that wait for something."""
    since = job.cursor.get("since")
    query = select(ImportRow.line, ImportRow.cells).where(
        ImportRow.import_id == run.id, ImportRow.line > job.cursor["after"], ImportRow.waiting == (since is not None)
    )
    translate = _Translation(run, importer)
    staged = [_Staged(row.line, row.cells, translate(row.cells)) for row in
              tx.session.execute(query.order_by(ImportRow.line).limit(BATCH))]  # fmt: skip
    if staged:
        patient = not run.dry_run and (since is None or tx.now < datetime.fromisoformat(since) + PATIENCE)
        batch = _Batch(tx, run, importer, actor, patient, references, ask_later)
        batch.settle(staged)
        batch.note_refusals(refusals)
        moved = batch.note(staged)
        cursor = {**job.cursor, "after": staged[-1].line, "moved": job.cursor.get("moved", False) or moved}
        done = run.rows_created + run.rows_updated + run.rows_unchanged + run.rows_failed
        return Again(cursor, done=done, total=run.rows_read)
    if tx.session.scalar(select(ImportRow.line).where(ImportRow.import_id == run.id).limit(1)) is None:
        _end(tx, run, DONE)
        return Done()
    again = {"after": 0, "since": since or tx.now.isoformat()}
    return Again(again, after=None if job.cursor.get("moved") else PAUSE)


class _Translation:
    """Cells of the file as the importer wants them."""

    def __init__(self, run: ImportRun, importer: Importer) -> None:
        options = run.options
        self._notation = Notation(
            SIGNS[options.get("decimal_sign", "POINT")], SIGNS[options.get("list_separator", "SEMICOLON")]
        )
        self._clears = options.get("empty_cells") == "CLEAR"
        self._duplicates = options.get("duplicates", "")
        self._columns = importer.columns
        values = options.get("values", {})
        self._targets = [
            (place, target, {fold(cell): meaning for cell, meaning in values.get(name, {}).items()})
            for place, (name, target) in enumerate(zip(run.columns, run.targets, strict=True))
            if target
        ]

    def __call__(self, cells: Sequence[str]) -> Row:
        row: dict[str, str] = {}
        for place, target, meanings in self._targets:
            cell = _plain(composed(cells[place])) if place < len(cells) else ""
            cell = meanings.get(fold(cell), cell) if meanings else cell
            if row.get(target) and cell:
                cell = f"{row[target]}{self._notation.separator}{cell}"
            row[target] = cell or row.get(target, "")
        filled = {self._columns[target].field for target, cell in row.items() if cell}
        emptied = {self._columns[target].field for target, cell in row.items() if not cell} - filled - {""}
        cleared = frozenset(emptied) if self._clears else frozenset()
        return Row(row, self._notation, cleared, self._duplicates, complete=self._clears)


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps programs from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell


@dataclass
class _Batch:
    """Rows that are applied in one transaction, and what became of each."""

    tx: Transaction
    run: ImportRun
    importer: Importer
    actor: Actor
    patient: bool
    references: References
    ask_later: AskLater
    outcomes: list[str] = field(default_factory=list)
    refused: dict[int, DomainError] = field(default_factory=dict)

    def settle(self, staged: Sequence[_Staged]) -> None:
        """Applies the rows together, without those that are refused."""
        apply_apart(staged, self._attempt, lambda row: row.line in self.refused, self._refuse)

    def _attempt(self, staged: Sequence[_Staged]) -> int | None:
        """Applies rows in a savepoint. If one is refused while it is applied, undoes all and returns its place."""
        for one in staged:
            self.refused.pop(one.line, None)
        outcomes: list[str] = []
        culprit = None
        session = self.tx.session
        with self.tx.acting(self.actor, self.importer.permission) as tx, session.begin_nested() as savepoint:
            batch = self.importer.prepare(tx, [one.values for one in staged])
            unusable = self._unusable(tx, staged)
            judged: dict[Any, int] = {}
            for place, one in enumerate(staged):
                if one.line in self.refused:
                    continue
                try:
                    meaning = self.importer.read(tx, one.values, batch)
                except DomainError as error:
                    self.refused[one.line] = error
                    continue
                before = tx.changed_values() if one.line in unusable else {}
                try:
                    outcomes.append(self.importer.apply(tx, one.values, batch, meaning))
                    self._check_named_before(tx, unusable.get(one.line, []), before)
                except DomainError as error:
                    self.refused[one.line] = error
                    culprit = place
                    break
                for record in tx.awaiting:
                    judged.setdefault(record, one.line)
            else:
                if refused := tx.verdicts():
                    self.refused |= {judged[record]: error for record, error in refused.items()}
                    culprit = len(staged)
                else:
                    tx.settle()
                    self.ask_later(tx)
            if culprit is not None or self.run.dry_run:
                savepoint.rollback()
                tx.forget()
        if culprit is None:
            self.outcomes += outcomes
        return culprit

    def _unusable(self, tx: Transaction, staged: Sequence[_Staged]) -> dict[int, list[Named]]:
        """By line, the columns with ids of records of other services that may not be named anew."""
        named = [(one, reference) for one in staged for reference in self._named_in(one.values)]
        refused = self.references.unusable(tx, [reference for _, reference in named])
        unusable: dict[int, list[Named]] = {}
        for one, reference in named:
            if reference in refused:
                unusable.setdefault(one.line, []).append(reference)
        return unusable

    def _check_named_before(
        self, tx: Transaction, unusable: Sequence[Named], before: Mapping[tuple[Record, str], Any]
    ) -> None:
        """Raises UnknownReference if a row has given a record a reference that may not be named anew."""
        if not unusable:
            return
        changed = {key[1] for key, value in tx.changed_values().items() if key not in before or before[key] != value}
        for reference in unusable:
            if reference.path in changed:
                raise UnknownReference.of(reference.path, reference.kind.rpartition(".")[2])

    def _named_in(self, row: Row) -> Iterator[Named]:
        """The columns of a row that hold ids of records, as far as they can be ids."""
        fields = self.importer.message.DESCRIPTOR.fields_by_name
        for column, cell in row.items():
            field = fields.get(column)
            kind = crm_contracts.rules_of(field).reference if field is not None else ""
            if kind and (id_ := as_uuid(cell)):
                yield Named(column, kind, (id_,))

    def _refuse(self, one: _Staged, error: Exception) -> None:
        verdict = as_domain_error(error)
        if isinstance(error, IntegrityError) and is_taken(error):
            taken = already_exists(self.tx.session, self.references.base, self.actor, error)
            # The fields of a row have no record before them.
            fields = {path.partition(".")[2]: problems for path, problems in taken.errors.items()}
            verdict = AlreadyExists(taken.detail, errors=fields)
        if isinstance(verdict, Internal):
            log = get_logger()
            log.warning("import row refused", import_id=self.run.id, line=one.line, error=repr(error))
            verdict = DomainError("the database refused the row")
        self.refused[one.line] = verdict

    def note_refusals(self, refusals: Refusals) -> None:
        """The audit trail says that records were tried for which the owner has no right, of the first ones each."""
        service = crm_contracts.kind_of(self.importer.message.DESCRIPTOR).split(".")[1]
        denied = [
            (line, error)
            for line, error in sorted(self.refused.items())
            if error.status == PermissionDenied.status or error.noted
        ]
        if not denied:
            return
        with self.tx.acting(self.actor, self.importer.permission) as tx:
            for line, error in denied:
                if refusals.is_noted(self.actor.id, self.importer.kind):
                    told = {"line": line, "reason": error.reason}
                    tx.audit(f"crm.{service}.import", self.run.id, "refused", told)

    def note(self, staged: Sequence[_Staged]) -> bool:
        """Writes down what became of the rows; whether anything did but waiting."""
        session, run = self.tx.session, self.run
        waiting = {line for line, error in self.refused.items() if self.patient and isinstance(error, UnknownReference)}
        shown = _Shown(run, self.importer)
        failures = [
            shown.failure(one.line, one.values, one.cells, *_reason(self.refused[one.line]))
            for one in staged
            if one.line in self.refused and one.line not in waiting
        ]
        _keep(session, run, failures)
        of_run = ImportRow.import_id == run.id
        settled = [one.line for one in staged if one.line not in waiting]
        session.execute(delete(ImportRow).where(of_run, ImportRow.line.in_(settled)))
        session.execute(update(ImportRow).where(of_run, ImportRow.line.in_(waiting)).values(waiting=True))
        run.rows_failed += len(failures)
        run.rows_created += self.outcomes.count("created")
        run.rows_updated += self.outcomes.count("updated")
        run.rows_unchanged += self.outcomes.count("unchanged")
        return bool(settled)


def _keep(session: Session, run: ImportRun, failures: list[dict[str, Any]]) -> None:
    """Keeps rows that failed: their lines and reasons always, their cells as long as there is room."""
    if not failures:
        return
    size = sum(len(cell) for one in failures for cell in (*one["cells"], *one["row"].values()))
    if make_room(session, run, size):
        run.kept_size += size
    else:
        failures = [{**one, "row": {}, "cells": []} for one in failures]
    session.execute(insert(ImportFailure), failures)


def _reason(error: DomainError) -> tuple[str, str]:
    """Field and message."""
    name, messages = next(iter(error.errors.items()), ("", [error.detail]))
    return name, messages[0]


class _Shown:
    """What is kept of rows that failed."""

    def __init__(self, run: ImportRun, importer: Importer) -> None:
        self._run = run
        self._secret = frozenset(name for name, column in importer.columns.items() if column.secret)

    def unreadable(self, cells: Sequence[str]) -> list[str]:
        """The cells of a row that could not be taken apart: nobody knows which of them is a secret."""
        return [] if self._secret.intersection(self._run.targets) else list(cells)

    def failure(
        self, line: int, row: Mapping[str, str], cells: Sequence[str], name: str, message: str
    ) -> dict[str, Any]:
        """The values of an ImportFailure."""
        kept = [
            "" if target in self._secret else cell
            for target, cell in itertools.zip_longest(self._run.targets, cells, fillvalue="")
        ]
        values = {target: cell for target, cell in row.items() if target not in self._secret}
        return {
            "import_id": self._run.id,
            "line": line,
            "field": name,
            "message": message[:2000],
            "row": dict(zip(values, _storable(values.values()), strict=True)),
            "cells": _storable(kept[: len(cells)]),
        }


def _storable(cells: Iterable[str]) -> list[str]:
    """Cells that together are not too long, with replacement characters for bytes that mean nothing."""
    kept, left = [], KEPT_CELLS
    for cell in cells:
        kept.append(cell[:left].encode("utf-8", "replace").decode().replace("\x00", ""))
        left -= len(kept[-1])
    return kept


# -- what an earlier version has left -----------------------------------------------------------------------


def _give_up_unfinished(session: Session, after: str | None) -> None:
    """Ends imports that a worker of 0.1.0 has not finished: what of their rows is applied cannot be told any more."""
    error = (
        "it was begun by an earlier version of the suite and stopped by the upgrade; the counts say how many rows are "
        "applied. Send the file again; rows with an external id that are there already stay as they are"
    )
    for run in session.scalars(select(ImportRun).where(ImportRun.state == "RUNNING").with_for_update()):
        run.end(session, FAILED, datetime.now(run.created_at.tzinfo), error)


BACKFILL = Backfill("20261128 unfinished imports", _give_up_unfinished)
