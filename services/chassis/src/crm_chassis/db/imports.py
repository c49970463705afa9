"""Imports: a CSV file becomes records, row by row, with every row accounted for.

The file is stored in chunks when it arrives. The worker applies it in batches; the counters and the rows of a
batch commit together, so an import goes on where it stopped, whatever stopped it. A row that names a record
which is not there yet is tried again at the end, because that record's event may be on its way.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crm.common.v1 import common_pb2
from sqlalchemy import (
    BigInteger,
    Boolean,
    Engine,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    delete,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_chassis.access.actor import Actor
from crm_chassis.clock import Clock, system_clock
from crm_chassis.context import RequestContext
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.paging import page_size, read_token, write_token
from crm_chassis.db.inbox import is_outage
from crm_chassis.db.model import Base, Id
from crm_chassis.db.tx import Transaction
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError, InvalidInput, NotFound, UnknownReference
from crm_chassis.ids import uuid7
from crm_chassis.logs import get_logger
from crm_chassis.metrics import IMPORTS_FINISHED

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_COLUMNS = 500
MAX_CELL = 131_072
BATCH = 200
PATIENCE = timedelta(seconds=30)
SHOWN_ERRORS = 20

Row = Mapping[str, str]


@dataclass(frozen=True)
class Importer:
    """How rows of one kind become records.

    `prepare(tx, rows)` looks up at once what the rows of a batch name (field name to text, blanks stripped).
    `apply(tx, row, batch)` creates or updates the record of one row, given what `prepare` returned, and returns
    "created", "updated" or "unchanged". It raises a DomainError for a row that cannot be applied, and lets nobody
    change by a file what he could not change by hand.
    """

    kind: str
    permission: str
    fields: frozenset[str]
    prepare: Callable[[Transaction, Sequence[Row]], Any]
    apply: Callable[[Transaction, Row, Any], str]
    secret: frozenset[str] = frozenset()
    """Fields that are not kept with a row that failed."""


class ImportJob(Base):
    """An import and how far it has come."""

    __tablename__ = "imports"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=uuid7)
    kind: Mapped[str] = mapped_column(String)
    file_name: Mapped[str] = mapped_column(String)
    state: Mapped[str] = mapped_column(String, index=True)
    dry_run: Mapped[bool] = mapped_column(Boolean)
    mapping: Mapped[dict[str, Any]]
    actor_id: Mapped[str] = mapped_column(String)
    grants: Mapped[dict[str, Any]]
    request_id: Mapped[str] = mapped_column(String)
    rows_read: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_created: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_updated: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_unchanged: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_failed: Mapped[int] = mapped_column(BigInteger, default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ImportChunk(Base):
    """A piece of an imported file; removed when the import is done."""

    __tablename__ = "import_chunks"

    import_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportError_(Base):
    """A row that was not applied; `deferred` while it may still be."""

    __tablename__ = "import_errors"
    __table_args__ = (Index("import_errors_deferred", "import_id", "deferred"),)

    import_id: Mapped[str] = mapped_column(Id, primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    field: Mapped[str] = mapped_column(String)
    message: Mapped[str] = mapped_column(Text)
    row: Mapped[dict[str, Any]] = mapped_column(JSONB)
    deferred: Mapped[bool] = mapped_column(Boolean)


# -- the calls --------------------------------------------------------------------------------------------


def begin_import(tx: Transaction, importer: Importer, header: Any) -> ImportJob:
    """Records an import that is about to be received. Raises InvalidInput if the mapping names unknown fields."""
    unknown = sorted(set(header.mapping.values()) - importer.fields - {""})
    if unknown:
        known = ", ".join(sorted(importer.fields))
        raise InvalidInput.of("mapping", f"unknown field {unknown[0]!r}; {importer.kind} have: {known}")
    job = ImportJob(
        id=uuid7(), kind=importer.kind, file_name=header.file_name, state="UPLOADING", dry_run=header.dry_run,
        mapping=dict(header.mapping), actor_id=tx.actor.id, grants=dict(tx.actor.grants),
        request_id=tx.context.request_id, created_at=tx.now,
    )  # fmt: skip
    tx.session.add(job)
    tx.session.flush()
    return job


def store_chunks(tx: Transaction, job: ImportJob, chunks: Iterator[bytes]) -> bytes:
    """Stores the bytes of the file and returns their digest. Raises InvalidInput if it is empty or too large."""
    total, digest = 0, hashlib.blake2b()
    for seq, content in enumerate(chunks):
        total += len(content)
        digest.update(content)
        if total > MAX_FILE_BYTES:
            raise InvalidInput.of("file", f"is larger than {MAX_FILE_BYTES // 2**20} MB")
        tx.session.execute(insert(ImportChunk).values(import_id=job.id, seq=seq, content=content))
    if not total:
        raise InvalidInput.of("file", "is empty")
    job.state = "RUNNING"
    return digest.digest()


def get_import(tx: Transaction, request: Any) -> Any:
    """The progress of an import; its starter and whoever reaches everything may see it."""
    return to_import(tx.session, _job(tx, request.id))


def _job(tx: Transaction, id_: str) -> ImportJob:
    job = tx.session.scalar(select(ImportJob).where(ImportJob.id == id_))
    everything = tx.actor.scope_of("imports.read") == common_pb2.Scope.ALL
    if job is None or not (everything or job.actor_id == tx.actor.id):
        raise NotFound(f"There is no import {id_}.")
    return job


def list_import_errors(tx: Transaction, request: Any) -> Any:
    """The rows of an import that were not applied, in the order of the file."""
    job = _job(tx, request.id)
    query = select(ImportError_).where(ImportError_.import_id == job.id, ~ImportError_.deferred)
    if request.page_token:
        (line,) = read_token(request.page_token, "import_errors")
        query = query.where(ImportError_.line > int(line))
    size = page_size(request)
    rows = list(tx.session.scalars(query.order_by(ImportError_.line).limit(size + 1)))
    response = common_pb2.ListImportErrorsResponse(errors=[_row_error(row) for row in rows[:size]])
    if len(rows) > size:
        response.next_page_token = write_token("import_errors", [rows[size - 1].line])
    return response


def _row_error(row: ImportError_) -> Any:
    return common_pb2.RowError(line=row.line, field=row.field, message=row.message, row=row.row)


def to_import(session: Session, job: ImportJob) -> Any:
    """An import as its message."""
    errors = session.scalars(
        select(ImportError_)
        .where(ImportError_.import_id == job.id, ~ImportError_.deferred)
        .order_by(ImportError_.line)
        .limit(SHOWN_ERRORS)
    )
    return common_pb2.Import(
        id=job.id,
        kind=job.kind,
        file_name=job.file_name,
        state=common_pb2.Import.State.Value(job.state),
        dry_run=job.dry_run,
        mapping=job.mapping,
        rows_read=job.rows_read or 0,
        rows_created=job.rows_created or 0,
        rows_updated=job.rows_updated or 0,
        rows_unchanged=job.rows_unchanged or 0,
        rows_failed=job.rows_failed or 0,
        errors=[_row_error(row) for row in errors],
        error=job.error or "",
        created_at=timestamp(job.created_at),
        finished_at=timestamp(job.finished_at) if job.finished_at else None,
        owner_id=job.actor_id,
    )


# -- the work ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    number: int
    values: dict[str, str]


class ImportRunner:
    """Works through the running imports of a service."""

    def __init__(
        self, engine: Engine, importers: Mapping[str, Importer], vault: Vault, clock: Clock = system_clock
    ) -> None:
        self._engine = engine
        self._importers = importers
        self._vault = vault
        self._clock = clock
        self._log = get_logger()
        self._readers: dict[tuple[str, int], Iterator[_Line]] = {}
        for kind in importers:
            # A counter that appears with its first failure would hide it: nothing to compare with.
            IMPORTS_FINISHED.labels(kind, "DONE")
            IMPORTS_FINISHED.labels(kind, "FAILED")

    def run(self, seconds: float = 5.0) -> bool:
        """Works for about that long; False if there was nothing to do. One worker at a time takes an import."""
        until = time.monotonic() + seconds
        with Session(self._engine) as session:
            id_ = session.scalar(select(ImportJob.id).where(ImportJob.state == "RUNNING").order_by(ImportJob.id))
        if id_ is None:
            return False
        while time.monotonic() < until:
            if not self._step(id_):
                break
        return True

    def _step(self, id_: str) -> bool:
        with Session(self._engine) as session, session.begin():
            query = select(ImportJob).where(ImportJob.id == id_).with_for_update(skip_locked=True)
            job = session.scalar(query)
            if job is None or job.state != "RUNNING":
                return False
            try:
                if job.read_at is None:
                    return self._read_on(session, job)
                return self._retry_deferred(session, job)
            except (csv.Error, UnicodeDecodeError, InvalidInput) as error:
                job.state, job.error, job.finished_at = (
                    "FAILED",
                    f"line {job.rows_read + 2}: {error}",
                    self._clock(),
                )
                IMPORTS_FINISHED.labels(job.kind, job.state).inc()
                return False

    def _read_on(self, session: Session, job: ImportJob) -> bool:
        key = job.id, job.rows_read
        reader = self._readers.pop(key, None)
        if reader is None:
            # Nobody stands at this row of the file: read up to it again.
            reader = itertools.islice(self._lines(job), job.rows_read, None)
        lines = list(itertools.islice(reader, BATCH))
        if lines:
            self._apply(session, job, lines)
            job.rows_read += len(lines)
            self._readers = {(job.id, job.rows_read): reader}
        if len(lines) < BATCH:
            job.read_at = self._clock()
        return True

    def _retry_deferred(self, session: Session, job: ImportJob) -> bool:
        waiting = list(
            session.scalars(
                select(ImportError_)
                .where(ImportError_.import_id == job.id, ImportError_.deferred)
                .order_by(ImportError_.line)
                .limit(BATCH)
            )
        )
        if waiting:
            lines = [_Line(one.line, one.row) for one in waiting]
            session.execute(
                delete(ImportError_).where(
                    ImportError_.import_id == job.id, ImportError_.line.in_([line.number for line in lines])
                )
            )
            assert job.read_at is not None
            patient = self._clock() < job.read_at + PATIENCE
            self._apply(session, job, lines, patient=patient)
            left = select(ImportError_.line).where(ImportError_.import_id == job.id, ImportError_.deferred)
            return session.scalar(left.limit(1)) is None or not patient
        job.state, job.finished_at = "DONE", self._clock()
        session.execute(delete(ImportChunk).where(ImportChunk.import_id == job.id))
        IMPORTS_FINISHED.labels(job.kind, job.state).inc()
        self._log.info("import done", import_id=job.id, kind=job.kind, rows=job.rows_read, failed=job.rows_failed)
        return False

    def _apply(self, session: Session, job: ImportJob, lines: list[_Line], patient: bool = True) -> None:
        """Applies lines in one go, setting those aside that are refused; these are then tried one by one.

        If the database refuses the whole, every line is tried on its own.
        """
        refused: dict[int, DomainError] = {}
        try:
            outcomes = self._attempt(session, job, lines, refused)
            if refused:
                outcomes = self._attempt(session, job, [one for one in lines if one.number not in refused], None)
        except Exception as error:
            if is_outage(error):
                raise
            refused = dict.fromkeys((line.number for line in lines), DomainError())
        else:
            self._count(job, outcomes)
        for line in lines:
            if line.number in refused:
                self._apply_one(session, job, line, refused[line.number], patient)

    def _attempt(
        self, session: Session, job: ImportJob, lines: list[_Line], refused: dict[int, DomainError] | None
    ) -> list[str]:
        """The outcomes of the lines, of which nothing is kept if one is refused. Without `refused` it raises."""
        importer = self._importers[job.kind]
        tx = self._transaction(session, job)
        outcomes = []
        try:
            with session.begin_nested() as savepoint:
                batch = importer.prepare(tx, [line.values for line in lines])
                for line in lines:
                    try:
                        outcomes.append(importer.apply(tx, line.values, batch))
                    except DomainError as error:
                        if refused is None:
                            raise
                        refused[line.number] = error
                if not refused:
                    tx.settle()
                if refused or job.dry_run:
                    savepoint.rollback()
        finally:
            tx.close()
        return outcomes

    def _apply_one(self, session: Session, job: ImportJob, line: _Line, seen: DomainError, patient: bool) -> None:
        """Applies a line that was refused beside others, by its own doing or by theirs, and accounts for it."""
        may_come = patient and not job.dry_run
        if may_come and isinstance(seen, UnknownReference):
            self._fail(session, job, line, seen, deferred=True)
            return
        try:
            self._count(job, self._attempt(session, job, [line], None))
        except DomainError as error:
            self._fail(session, job, line, error, deferred=may_come and isinstance(error, UnknownReference))
        except Exception as error:
            if is_outage(error):
                raise
            self._log.warning("import row refused", import_id=job.id, line=line.number, error=repr(error))
            self._fail(session, job, line, DomainError("the database refused the row"), deferred=False)

    def _fail(self, session: Session, job: ImportJob, line: _Line, error: DomainError, deferred: bool) -> None:
        field, messages = next(iter(error.errors.items()), ("", [error.detail]))
        hidden = frozenset() if deferred else self._importers[job.kind].secret
        row = {name: value for name, value in line.values.items() if name not in hidden}
        session.execute(
            insert(ImportError_).values(
                import_id=job.id, line=line.number, field=field, message=messages[0][:2000], row=row,
                deferred=deferred,
            )
        )  # fmt: skip
        if not deferred:
            job.rows_failed += 1

    def _count(self, job: ImportJob, outcomes: list[str]) -> None:
        job.rows_created += outcomes.count("created")
        job.rows_updated += outcomes.count("updated")
        job.rows_unchanged += outcomes.count("unchanged")

    def _transaction(self, session: Session, job: ImportJob) -> Transaction:
        return Transaction(
            session,
            Actor(job.actor_id, "user", job.grants),
            vault=self._vault,
            permission=self._importers[job.kind].permission,
            context=RequestContext(request_id=job.request_id),
            clock=self._clock,
            source="import",
        )

    def _lines(self, job: ImportJob) -> Iterator[_Line]:
        """The rows of the file: line number and mapped values."""
        csv.field_size_limit(MAX_CELL)
        reader = csv.reader(_text_lines(self._engine, job.id), strict=True)
        header = [name.strip() for name in next(reader, [])]
        if not header or len(header) > MAX_COLUMNS or len(set(header)) != len(header):
            raise InvalidInput.of("file", f"must begin with a line of at most {MAX_COLUMNS} different column names")
        known = self._importers[job.kind].fields
        names = [job.mapping.get(name) or (name if name in known and not job.mapping else "") for name in header]
        if not any(names):
            raise InvalidInput.of("mapping", "names no column of the file")
        for row in reader:
            if not any(row):
                continue
            if len(row) > len(header):
                raise InvalidInput.of("file", f"line {reader.line_num} has more cells than the header")
            values = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
            yield _Line(reader.line_num, values)


def _text_lines(engine: Engine, import_id: str) -> Iterator[str]:
    """The lines of a stored file, decoded as UTF-8, with or without byte order mark.

    Every chunk is read in a transaction of its own, so that a reader may stand still between batches.
    """
    decode = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    for seq in itertools.count():
        with Session(engine) as session:
            content = session.scalar(
                select(ImportChunk.content).where(ImportChunk.import_id == import_id, ImportChunk.seq == seq)
            )
        rest += decode.decode(content or b"", final=content is None).replace("\x00", "")
        *whole, rest = rest.split("\n")
        yield from (line + "\n" for line in whole)
        if content is None:
            break
    if rest:
        yield rest
