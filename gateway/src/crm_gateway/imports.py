"""Imports: a CSV file streamed to the service that owns its kind, never held in memory as a whole.

All services are asked for an import; the one that knows it answers.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import crm_contracts
from crm.common.v1 import imports_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.errors import DomainError, InvalidInput, NotFound
from crm_chassis.violations import UNKNOWN_FIELD, UNKNOWN_VALUE, wrong_type

from crm_gateway.audit import NOTING
from crm_gateway.errors import RequestTimeout, TooLarge, UnsupportedMediaType
from crm_gateway.fanout import Answers, ask
from crm_gateway.multipart import Form, boundary_of
from crm_gateway.settings import services
from crm_gateway.tokens import PageTokens, query_of
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
LIST = crm_contracts.method("crm.common.v1.ImportService.ListImports")
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


class Known:
    """The services that import something, and who of them knows an import."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams
        self.services = sorted(set(kinds().values()))

    async def ask(
        self, method: crm_contracts.Method, message: Any, request: Request, services: Sequence[str]
    ) -> Answers:
        """What services answer to the same message."""
        body = message.SerializeToString()
        calls: dict[str, Awaitable[bytes]] = {
            service: self._upstreams.call(method, body, request, service=service) for service in services
        }
        return await ask(calls)

    async def find(self, method: crm_contracts.Method, message: Any, request: Request) -> tuple[str, Any]:
        """The service that knows the import, and its answer. Raises what the others say if none does."""
        answers = await self.ask(method, message, request, self.services)
        for service, raw in answers.good.items():
            return service, method.response.FromString(raw)
        answers.raise_input()
        # That one may not, or that one does not answer, says more than that the others do not know it.
        raise max(answers.failed.values(), key=lambda error: (error.status != 404, error.status))


class FindImport:
    """Handles what is asked of one import: asks everybody, takes the one that knows."""

    def __init__(
        self, known: Known, tokens: PageTokens, method: crm_contracts.Method, http: crm_contracts.Http
    ) -> None:
        self._known = known
        self._tokens = tokens
        self._binding = Binding(method, http)
        self._method = crm_contracts.method(f"crm.common.v1.ImportService.{method.name}")
        self._paged = "page_token" in method.request.DESCRIPTOR.fields_by_name

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        query = query_of(self._method.full_name, wanted) if self._paged else b""
        if self._paged:
            wanted.page_token = self._tokens.open(wanted.page_token, query)
        validate(wanted)
        found = await (self._read if self._method.policy.read_only else self._write)(wanted, request)
        if self._paged:
            found.next_page_token = self._tokens.seal(found.next_page_token, query)
        return Reply(200, request.caller.encoder.dumps(found))

    async def _read(self, wanted: Any, request: Request) -> Any:
        _, found = await self._known.find(self._method, wanted, request)
        return found

    async def _write(self, wanted: Any, request: Request) -> Any:
        """Asks the service that has it, or else one: each that has not would note an attempt that it refused."""
        try:
            service, _ = await self._known.find(GET, imports_pb2.GetImportRequest(id=wanted.id), request)
        except DomainError as error:
            if error.status != NotFound.status:
                return await self._read(wanted, request)  # Whoever may not look for it may still write.
            service = NOTING
        answers = await self._known.ask(self._method, wanted, request, [service])
        if service in answers.failed:
            raise answers.failed[service]
        return self._method.response.FromString(answers.good[service])


class ListImports:
    """Handles GET /v1/imports: the newest of all services."""

    def __init__(
        self, known: Known, tokens: PageTokens, method: crm_contracts.Method, http: crm_contracts.Http
    ) -> None:
        self._known = known
        self._tokens = tokens
        self._binding = Binding(method, http)

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        query = query_of(LIST.full_name, wanted)
        wanted.page_token = self._tokens.open(wanted.page_token, query)
        validate(wanted)
        answers = await self._known.ask(LIST, wanted, request, self._known.services)
        answers.raise_input()
        if not answers.good:
            raise max(answers.failed.values(), key=lambda error: error.status)
        pages = [imports_pb2.ListImportsResponse.FromString(raw) for raw in answers.good.values()]
        imports = sorted((one for page in pages for one in page.imports), key=lambda one: one.id, reverse=True)
        size = wanted.page_size or DEFAULT_PAGE
        found = imports_pb2.ListImportsResponse(
            imports=imports[:size], unavailable_services=answers.unavailable
        )  # fmt: skip
        if len(imports) > size or any(page.next_page_token for page in pages):
            found.next_page_token = self._tokens.seal(found.imports[-1].id, query)
        return Reply(200, request.caller.encoder.dumps(found))


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
