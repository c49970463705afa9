"""What users do about imports: send a file, follow it, cancel it, see which rows failed and why."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from crm.common.v1 import imports_pb2
from sqlalchemy import func, insert, select

from crm_chassis.access.actor import ALL, Actor
from crm_chassis.contracts.schema import validate
from crm_chassis.db.tables import JobRow
from crm_chassis.errors import ImportFinished, InvalidInput, NotFound, PermissionDenied, TooManyImports
from crm_chassis.ids import uuid7
from crm_chassis.imports.files import DELIMITERS, Layout, look_at
from crm_chassis.imports.kinds import Importer
from crm_chassis.imports.tables import CANCELLED, READING, UNFINISHED, ImportChunk, ImportFailure, ImportRun
from crm_chassis.imports.work import CHUNK, StoredFile
from crm_chassis.jobs import queue
from crm_chassis.jobs.kinds import JobKind
from crm_chassis.metrics import IMPORTS_FINISHED
from crm_chassis.records.mapping import timestamp, within
from crm_chassis.records.onbehalf import asked_by
from crm_chassis.records.paging import PAGE_BYTES, page_size, read_token, write_token
from crm_chassis.records.tx import Transaction
from crm_chassis.violations import UNKNOWN_VALUE

MAX_FILE = 256 * 1024 * 1024
MAX_UNFINISHED = 10
MAX_UNFINISHED_BYTES = 512 * 1024 * 1024
"""Of all unfinished imports of one user."""
MAX_NAME = 200
"""Characters of the name of a column: as many as a mapping may name."""
MAX_HEADER = 1_000_000
"""Bytes of what is said of a file: it is shown with the import."""
SHOWN_ERRORS = 20
MAX_ANSWER = 1_000_000
"""Characters of cells in one answer."""

State = imports_pb2.Import.State
Options = imports_pb2.ImportOptions
_SHOWN_STATES = dict.fromkeys(UNFINISHED, State.RUNNING)
_STORED_STATES = {State.RUNNING: UNFINISHED}


@dataclass(frozen=True)
class Received:
    """A file that was stored under the id of an import."""

    id: str
    size: int
    digest: bytes
    header: Any
    """The last header that came with it; None if none came after the first."""


class Imports:
    """The imports of one service."""

    def __init__(self, importers: Sequence[Importer], kind: JobKind) -> None:
        self._importers = {importer.kind: importer for importer in importers}
        self._job = kind

    # -- sending ------------------------------------------------------------------------------------------

    def check(self, header: Any, actor: Actor) -> None:
        """Raises InvalidInput for a header that is wrong in itself, PermissionDenied without the right to create."""
        validate(header)
        if header.ByteSize() > MAX_HEADER:
            raise InvalidInput.of("mapping", f"has with the values more than {MAX_HEADER // 1_000_000} MB")
        importer = self._importers.get(header.kind)
        if importer is None:
            raise InvalidInput.of("kind", UNKNOWN_VALUE(values=list(self._importers)))
        if not actor.may(importer.permission):
            raise PermissionDenied(f"This needs the permission {importer.permission}.")
        if header.options.duplicates and not importer.seeks_duplicates:
            raise InvalidInput.of("duplicates", f"{importer.kind} are not compared with each other")
        unknown = sorted(set(header.mapping.values()) - importer.columns.keys() - {""})
        if unknown:
            possible = ", ".join(sorted(importer.columns))
            raise InvalidInput.of("mapping", f"unknown field {unknown[0]!r}; {importer.kind} have: {possible}")
        for name, allowed in (
            ("delimiter", [*DELIMITERS]),
            ("decimal_sign", ["POINT", "COMMA"]),
            ("list_separator", ["SEMICOLON", "COMMA", "PIPE"]),
        ):
            sign = getattr(header.options, name)
            if sign and Options.Sign.Name(sign) not in allowed:
                raise InvalidInput.of(name, UNKNOWN_VALUE(values=list(allowed)))

    def receive(self, tx: Transaction, parts: Iterator[Any]) -> Received:
        """Stores the parts of an upload behind its first header. Raises InvalidInput for no file or one too large."""
        id_, header, digest = uuid7(), None, hashlib.blake2b()
        size, seq, held = 0, 0, bytearray()
        for part in parts:
            if part.WhichOneof("part") == "header":
                header = part.header
                continue
            size += len(part.chunk)
            if size > MAX_FILE:
                raise InvalidInput.of("file", f"is larger than {MAX_FILE // 2**20} MB")
            digest.update(part.chunk)
            held += part.chunk
            while len(held) >= CHUNK:
                self._keep(tx, id_, seq, bytes(held[:CHUNK]))
                seq, held = seq + 1, held[CHUNK:]
        if held:
            self._keep(tx, id_, seq, bytes(held))
        if not size:
            raise InvalidInput.of("file", "is empty")
        return Received(id_, size, digest.digest(), header)

    def _keep(self, tx: Transaction, id_: str, seq: int, content: bytes) -> None:
        tx.session.execute(insert(ImportChunk).values(import_id=id_, seq=seq, content=content))

    def begin(self, tx: Transaction, header: Any, file: Received) -> Any:
        """Begins the import of a file that was received.

        Raises InvalidInput for a file or a mapping that cannot be used as a whole, TooManyImports.
        """
        importer, options = self._importers[header.kind], header.options
        layout = look_at(
            lambda offset: StoredFile(tx.session, file.id, offset),
            Options.Encoding.Name(options.encoding) if options.encoding else "",
            Options.Sign.Name(options.delimiter) if options.delimiter else "",
        )
        _check_names(layout.columns)
        run = ImportRun(
            id=file.id, kind=header.kind, file_name=header.file_name, state=READING, dry_run=header.dry_run,
            mapping=dict(header.mapping), options=_effective(options, layout), codec=layout.codec,
            columns=list(layout.columns), targets=targets(importer, layout.columns, header), size=file.size,
            actor_id=tx.actor.id, grants={}, request_id=tx.context.request_id, created_at=tx.now,
        )  # fmt: skip
        tx.session.add(run)
        tx.session.flush()
        payload = {"import_id": run.id, "begin": asdict(layout.begin), **asked_by(tx.actor)}
        run.job_id = queue.enqueue(tx, self._job, payload, key=tx.actor.id)
        # Whoever enqueues for a user holds a lock for that: nobody else begins one meanwhile.
        self._check_quota(tx)
        return self._message(tx, run)

    def _check_quota(self, tx: Transaction) -> None:
        mine = ImportRun.actor_id == tx.actor.id, ImportRun.state.in_(UNFINISHED)
        number, size = tx.session.execute(select(func.count(), func.sum(ImportRun.size)).where(*mine)).one()
        if number > MAX_UNFINISHED:
            raise TooManyImports(f"You have {MAX_UNFINISHED} imports that are not finished; wait for one or cancel it.")
        if size > MAX_UNFINISHED_BYTES:
            limit = f"{MAX_UNFINISHED_BYTES // 2**20} MB"
            raise TooManyImports(f"The files of your unfinished imports may have {limit}; wait for one or cancel it.")

    # -- following ----------------------------------------------------------------------------------------

    def get_import(self, tx: Transaction, request: Any) -> Any:
        """The progress of an import; its owner and whoever reaches everything may see it."""
        return self._message(tx, self._find(tx, request.id))

    def list_imports(self, tx: Transaction, request: Any) -> Any:
        """The newest first; only of kinds whose records the caller may read."""
        size = page_size(request)
        kinds = [kind for kind in self._importers if tx.actor.may(f"{kind}.read")]
        query = select(ImportRun).where(ImportRun.kind.in_(kinds)).order_by(ImportRun.id.desc()).limit(size + 1)
        if tx.actor.scope_of("imports.read") != ALL:
            query = query.where(ImportRun.actor_id == tx.actor.id)
        if request.kind:
            query = query.where(ImportRun.kind == request.kind)
        if request.state:
            query = query.where(ImportRun.state.in_(_STORED_STATES.get(request.state, (State.Name(request.state),))))
        if request.page_token:
            query = query.where(ImportRun.id < request.page_token)
        runs = tx.session.scalars(query).all()
        found = within((_summary(run) for run in runs[:size]), PAGE_BYTES)
        answer = imports_pb2.ListImportsResponse(imports=found)
        if len(runs) > len(found):
            answer.next_page_token = found[-1].id
        return answer

    def list_import_errors(self, tx: Transaction, request: Any) -> Any:
        """The rows of an import that were not applied, in the order of the file."""
        run = self._find(tx, request.id)
        after = 0
        if request.page_token:
            (after,) = read_token(request.page_token, "import_errors", [int])
        errors, last = self._failures(tx, run, page_size(request), after)
        answer = imports_pb2.ListImportErrorsResponse(errors=errors)
        if last:
            answer.next_page_token = write_token("import_errors", [last])
        return answer

    def cancel_import(self, tx: Transaction, request: Any) -> Any:
        """Ends an import. Raises ImportFinished if it has ended otherwise."""
        run = self._find(tx, request.id, "imports.cancel")
        # In the order in which a step locks them. A step that is under way is waited for.
        row = tx.session.scalar(select(JobRow).where(JobRow.id == run.job_id).with_for_update())
        tx.session.refresh(run, with_for_update=True)
        if run.state == CANCELLED:
            return self._message(tx, run)
        if run.state not in UNFINISHED or row is None:
            raise ImportFinished()
        run.end(tx.session, CANCELLED, tx.now)
        IMPORTS_FINISHED.labels(run.kind, CANCELLED).inc()
        queue.cancel(tx, self._job, row)
        return self._message(tx, run)

    @property
    def functions(self) -> Sequence[Any]:
        """By the names of the RPCs."""
        return (
            self.get_import,
            self.list_imports,
            self.list_import_errors,
            self.cancel_import,
            self.describe_import_kinds,
        )

    def describe_import_kinds(self, tx: Transaction, request: imports_pb2.DescribeImportKindsRequest) -> Any:
        """What the caller may import here, with what columns may be mapped to and the caller may write."""
        kinds = [
            imports_pb2.ImportKind(
                kind=importer.kind,
                targets=[
                    imports_pb2.ImportTarget(name=name, many=column.many)
                    for name, column in importer.columns.items()
                    if importer.writable(tx.actor, name)
                ],
            )
            for importer in self._importers.values()
            if tx.actor.may(importer.permission)
        ]
        return imports_pb2.DescribeImportKindsResponse(kinds=kinds)

    def _find(self, tx: Transaction, id_: str, permission: str = "imports.read") -> ImportRun:
        """Raises NotFound, and PermissionDenied if the actor may not read records of that kind, all of them for the
        imports of others."""
        run = tx.session.scalar(select(ImportRun).where(ImportRun.id == id_))
        if run is None or not (tx.actor.scope_of(permission) == ALL or run.actor_id == tx.actor.id):
            raise NotFound(f"There is no import {id_}.")
        scope = tx.actor.scope_of(f"{run.kind}.read")
        # The rows of others may hold any record of the kind.
        if not (scope == ALL or (scope and run.actor_id == tx.actor.id)):
            raise PermissionDenied(f"This needs the permission {run.kind}.read.")
        return run

    def _message(self, tx: Transaction, run: ImportRun) -> Any:
        message = _summary(run)
        message.errors.extend(self._failures(tx, run, SHOWN_ERRORS)[0])
        return message

    def _failures(self, tx: Transaction, run: ImportRun, limit: int, after: int = 0) -> tuple[list[Any], int]:
        """Rows that failed, and the line of the last one if there are more; as many as an answer can hold."""
        found = ImportFailure.import_id == run.id, ImportFailure.line > after, ~ImportFailure.deferred
        query = select(ImportFailure).where(*found).order_by(ImportFailure.line).limit(limit + 1)
        seen = _Reader(run, self._importers.get(run.kind), tx.actor)
        errors: list[Any] = []
        size = 0
        for failure in tx.session.scalars(query):
            if len(errors) == limit or (errors and size > MAX_ANSWER):
                return errors, errors[-1].line
            errors.append(seen.error(failure))
            size += errors[-1].ByteSize()
        return errors, 0


class _Reader:
    """What somebody may see of rows that failed."""

    def __init__(self, run: ImportRun, importer: Importer | None, actor: Actor) -> None:
        self._run = run
        # What is mapped to nothing may be anything.
        cleared = all(actor.may(f"fields.{which}.read") for which in ("personal", "financial"))
        self._rest = cleared or actor.id == run.actor_id
        self._names = frozenset(importer.columns if importer is not None else ())
        self._seen = frozenset(name for name in self._names if importer is not None and importer.readable(actor, name))

    def error(self, failure: ImportFailure) -> Any:
        hidden = failure.field in self._names - self._seen
        shown = (self._rest if not target or not failure.row else target in self._seen for target in self._run.targets)
        return imports_pb2.RowError(
            line=failure.line,
            field=failure.field,
            message="you may not read this field" if hidden else failure.message,
            row={name: cell for name, cell in failure.row.items() if name in self._seen},
            cells=[cell if see else "" for cell, see in zip(failure.cells, shown, strict=False)],
        )


def targets(importer: Importer, columns: Sequence[str], header: Any) -> list[str]:
    """What each column of a file is mapped to, "" for nothing. Raises InvalidInput for a mapping that is not clear."""
    mapping: Mapping[str, str] = {name.strip(): target for name, target in header.mapping.items()}
    for name in [*mapping, *header.options.values]:
        if name.strip() not in columns:
            raise InvalidInput.of("mapping", f"the file has no column {name!r}; it has: {_listed(columns)}")
    if not mapping:
        mapping = {name: name for name in columns if name in importer.columns}
    found = [mapping.get(name, "") if name else "" for name in columns]
    if not any(found):
        raise InvalidInput.of("mapping", f"names no column of the file; it has: {_listed(columns)}")
    for target, number in Counter(found).items():
        if target and number > 1 and not importer.columns[target].many:
            named = _listed([name for name, one in zip(columns, found, strict=True) if one == target])
            raise InvalidInput.of("mapping", f"several columns are mapped to {target}, which is no list: {named}")
    return found


def _check_names(columns: Sequence[str]) -> None:
    """Raises InvalidInput for a header whose names are none: they are shown with every import, whoever lists them."""
    for place, name in enumerate(columns, 1):
        if len(name) > MAX_NAME:
            raise InvalidInput.of("file", f"the name of column {place} has more than {MAX_NAME} characters")


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in columns if name)[:1000]


def _effective(options: Any, layout: Layout) -> dict[str, Any]:
    """The options in force, as they are stored."""
    asked = {"duplicates": Options.Duplicates.Name(options.duplicates)} if options.duplicates else {}
    return asked | {
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "decimal_sign": Options.Sign.Name(options.decimal_sign or Options.POINT),
        "list_separator": Options.Sign.Name(options.list_separator or Options.SEMICOLON),
        "empty_cells": Options.EmptyCells.Name(options.empty_cells or Options.KEEP),
        "values": {name.strip(): dict(found.values) for name, found in options.values.items()},
    }


def _summary(run: ImportRun) -> Any:
    """An import as its message, without the rows that failed."""
    values = {name: {"values": found} for name, found in run.options.get("values", {}).items()}
    # An earlier version took names of any length.
    columns = [name[:MAX_NAME] for name in run.columns]
    return imports_pb2.Import(
        id=run.id,
        kind=run.kind,
        file_name=run.file_name,
        state=_SHOWN_STATES.get(run.state) or State.Value(run.state),
        dry_run=run.dry_run,
        mapping=run.mapping,
        rows_read=run.rows_read or 0,
        rows_created=run.rows_created or 0,
        rows_updated=run.rows_updated or 0,
        rows_unchanged=run.rows_unchanged or 0,
        rows_failed=run.rows_failed or 0,
        repairs=run.repairs or {},
        error=run.error or "",
        created_at=timestamp(run.created_at),
        finished_at=timestamp(run.finished_at) if run.finished_at else None,
        owner_id=run.actor_id,
        options={**run.options, "values": values},
        columns=columns,
        unused_columns=[name for name, target in zip(columns, run.targets, strict=True) if name and not target],
    )
