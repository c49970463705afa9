"""Imports: a CSV file streamed to the service that owns its kind, never held in memory as a whole.

All services are asked for an import; the one that knows it answers.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import crm_contracts
from crm.common.v1 import imports_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.errors import DomainError, InvalidInput
from crm_chassis.violations import UNKNOWN_FIELD, UNKNOWN_VALUE, wrong_type

from crm_gateway.errors import RequestTimeout, TooLarge, UnsupportedMediaType
from crm_gateway.gathered import Known
from crm_gateway.multipart import Form, boundary_of
from crm_gateway.settings import services
from crm_gateway.transcode import Binding, parse_json
from crm_gateway.upstreams import Upstreams, calling
from crm_gateway.web import Disconnected, Reply, Request

MAX_FILE = 256 * 1024 * 1024
MAX_FIELD = 64 * 1024
DEFAULT_PAGE = 50
CHUNK = 64 * 1024
UPLOAD_SECONDS = 900.0
SILENCE_SECONDS = 30.0
FIELDS_SECONDS = 60.0

EARLY_FILE = 8 * 1024 * 1024
"""Bytes of a file that are held back while it is not known whose it is."""
MAX_DOWNLOAD = 32 * 1024 * 1024

UPLOAD = crm_contracts.method("crm.common.v1.ImportService.UploadImport")
GET = crm_contracts.method("crm.common.v1.ImportService.GetImport")
ERRORS = crm_contracts.method("crm.common.v1.ImportService.ListImportErrors")
Options = imports_pb2.ImportOptions
_ENUMS = {"encoding": Options.Encoding, "delimiter": Options.Sign, "decimal_sign": Options.Sign,
          "list_separator": Options.Sign, "empty_cells": Options.EmptyCells,
          "duplicates": Options.Duplicates}  # fmt: skip
_FIELDS = ("kind", "mapping", "dry_run", *_ENUMS)
SIGNS = {"delimiter": frozenset({"COMMA", "SEMICOLON", "TAB", "PIPE"}), "decimal_sign": frozenset({"POINT", "COMMA"}),
         "list_separator": frozenset({"SEMICOLON", "COMMA", "PIPE"})}  # fmt: skip
"""Which signs an option takes, as the services check."""
_DELIMITERS = {Options.COMMA: ",", Options.SEMICOLON: ";", Options.TAB: "\t", Options.PIPE: "|"}
_FORMULA = tuple("=+-@")


def kinds() -> dict[str, str]:
    """The service that owns each kind of record, by the plural of the record."""
    found: dict[str, str] = {}
    for message in crm_contracts.messages():
        resource = crm_contracts.resource_of(message.DESCRIPTOR)
        domain = message.DESCRIPTOR.full_name.split(".")[1]
        if resource is not None and domain in services():
            found[resource.plural] = domain
    return found


class CreateImport:
    """Handles POST /v1/imports: multipart/form-data with a file, its kind and how to read it, in any order."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams
        self._kinds = kinds()

    async def handle(self, request: Request, _: Mapping[str, str]) -> Reply:
        if request.media_type() != "multipart/form-data":
            raise UnsupportedMediaType("Send the file as multipart/form-data.")
        if request.query:
            raise InvalidInput("This address takes no query parameters.")
        form = Form(boundary_of(request.header(b"content-type")), MAX_FIELD, file_field="file")
        source = _Source(request, form, self._header)
        header = await source.read_until_kind()
        service = self._kinds[header.kind]
        try:
            with calling(UPLOAD, service, request) as span:
                raw = await self._upstreams[service].stream(
                    UPLOAD.path, source.messages(header), request.metadata(service, span), timeout=UPLOAD_SECONDS
                )
        except (DomainError, asyncio.CancelledError):
            # What went wrong while reading the file is the reason why the call ended.
            if source.failure is not None:
                raise source.failure from None
            raise
        found = imports_pb2.Import.FromString(raw)
        body = request.caller.encoder.dumps(found)
        return Reply(201, body, headers=[(b"location", b"/v1/imports/" + found.id.encode())])

    def _header(self, form: Form) -> imports_pb2.ImportHeader:
        """What the fields that have come say of the upload."""
        unknown = sorted(form.fields.keys() - {*_FIELDS})
        if unknown:
            raise InvalidInput("The form has unknown fields.", errors={n: [UNKNOWN_FIELD()] for n in unknown})
        kind = form.fields.get("kind", "")
        if not kind:
            raise InvalidInput.of("kind", "is missing")
        if kind not in self._kinds:
            raise InvalidInput.of("kind", UNKNOWN_VALUE(values=sorted(self._kinds)))
        dry_run = form.fields.get("dry_run", "false").lower()
        if dry_run not in ("true", "false"):
            raise InvalidInput.of("dry_run", wrong_type("BOOLEAN"))
        mapping, values = _mapping(form)
        header = imports_pb2.ImportHeader(
            kind=kind, file_name=form.file_name[-200:], mapping=mapping, dry_run=dry_run == "true",
            options={name: _enum(name, form.fields[name]) for name in _ENUMS if form.fields.get(name)},
        )  # fmt: skip
        for column, meanings in values.items():
            header.options.values[column].values.update(meanings)
        validate(header)
        return header


def _enum(name: str, text: str) -> int:
    enum: Any = _ENUMS[name]
    values: dict[str, int] = dict(enum.items())
    possible = [value for value, number in values.items() if number]
    if text not in possible:
        raise InvalidInput.of(name, UNKNOWN_VALUE(values=list(possible)))
    return values[text]


def _mapping(form: Form) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Column name to field name, and to what its cells mean."""
    text = form.fields.get("mapping", "").strip()
    if not text:
        return {}, {}
    try:
        given = parse_json(text.encode())
    except InvalidInput as error:
        raise InvalidInput.of("mapping", "must be a JSON object") from error
    fields, values = {}, {}
    for column, target in given.items():
        if isinstance(target, dict) and target.keys() <= {"field", "values"}:
            field, meanings = target.get("field"), target.get("values", {})
            if not isinstance(meanings, dict) or not all(isinstance(one, str) for one in meanings.values()):
                raise InvalidInput.of("mapping", f"the values of {column!r} must map cells to what they mean")
            values[column] = meanings
        else:
            field = target
        if not isinstance(field, str):
            raise InvalidInput.of("mapping", "must map column names to field names")
        fields[column] = field
    return fields, values


class _Source:
    """The request body as the messages of an upload."""

    def __init__(self, request: Request, form: Form, header: Callable[[Form], imports_pb2.ImportHeader]) -> None:
        """`header` says what the fields of a form mean that have come."""
        self._body = request.chunks()
        self._form = form
        self._header = header
        self._size = 0
        self.failure: Exception | None = None

    async def read_until_kind(self) -> imports_pb2.ImportHeader:
        """Reads until it is known whose the file is: as far as its beginning, or further if it came too early.

        Raises InvalidInput if there is no file, or no kind, RequestTimeout if what stands before the file trickles.
        """
        try:
            async with asyncio.timeout(FIELDS_SECONDS):
                while not self._form.in_file and await self._feed():
                    continue
        except TimeoutError as error:
            raise RequestTimeout() from error
        if not self._form.in_file:
            raise InvalidInput.of("file", "is missing")
        while "kind" not in self._form.fields:
            if len(self._form.file) > EARLY_FILE:
                raise InvalidInput.of("kind", f"must come before a file of more than {EARLY_FILE // 2**20} MB")
            if not await self._feed():
                break
        return self._header(self._form)

    async def messages(self, header: imports_pb2.ImportHeader) -> AsyncIterator[bytes]:
        """The header, the file in pieces, and the header again if fields came after the file."""
        yield imports_pb2.UploadImportRequest(header=header).SerializeToString()
        try:
            more = True
            while more:
                more = await self._feed()
                while len(self._form.file) >= CHUNK or (self._form.file and not more):
                    piece = bytes(self._form.file[:CHUNK])
                    del self._form.file[:CHUNK]
                    yield imports_pb2.UploadImportRequest(chunk=piece).SerializeToString()
            self._form.finish()
            whole = self._header(self._form)
            if whole != header:
                yield imports_pb2.UploadImportRequest(header=whole).SerializeToString()
        except (DomainError, Disconnected) as error:
            self.failure = error
            raise

    async def _feed(self) -> bool:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                chunk = await anext(self._body, None)
        except TimeoutError as error:
            raise RequestTimeout() from error
        if chunk is None:
            return False
        self._size += len(chunk)
        if self._size > MAX_FILE:
            raise TooLarge(f"The file may have {MAX_FILE // 1024 // 1024} MB.")
        self._form.feed(chunk)
        return True


class DownloadFailedRows:
    """Handles GET /v1/imports/{id}/failed_rows: a CSV file like the one that was sent, with line and reason."""

    def __init__(self, known: Known, method: crm_contracts.Method, http: crm_contracts.Http) -> None:
        self._known = known
        self._binding = Binding(method, http)

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        validate(wanted)
        service, found = await self._known.find(GET, wanted, request)
        text = io.StringIO()
        write = csv.writer(text, delimiter=_DELIMITERS.get(found.options.delimiter, ",")).writerow
        write([*map(_harmless, found.columns), "line", "error"])
        page = imports_pb2.ListImportErrorsRequest(id=wanted.id, page_size=200)
        more = True
        while more:
            answers = await self._known.ask(ERRORS, page, request, [service])
            if service not in answers.good:
                raise answers.failed[service]
            errors = imports_pb2.ListImportErrorsResponse.FromString(answers.good[service])
            for error in errors.errors:
                cells = [*error.cells, *[""] * len(found.columns)][: len(found.columns)]
                message = f"{error.field}: {error.message}" if error.field else error.message
                write([*map(_harmless, cells), error.line, _harmless(message)])
            if text.tell() > MAX_DOWNLOAD:
                raise TooLarge("More rows have failed than fit into one file; read them page by page as errors.")
            page.page_token = errors.next_page_token
            more = bool(page.page_token)
        headers = [(b"content-disposition", b'attachment; filename="failed_rows.csv"')]
        # The mark tells spreadsheets that it is UTF-8.
        return Reply(200, text.getvalue().encode("utf-8-sig"), b"text/csv; charset=utf-8", headers)


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. An import takes the apostrophe away again."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) else cell
