"""Imports: a CSV file streamed to the service that owns its kind, never held in memory as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any

import crm_contracts
from crm.common.v1 import common_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.errors import DomainError, InvalidInput

from crm_gateway.errors import RequestTimeout, TooLarge, UnsupportedMediaType
from crm_gateway.fanout import ask
from crm_gateway.multipart import Form, boundary_of
from crm_gateway.settings import services
from crm_gateway.transcode import Binding, parse_json
from crm_gateway.upstreams import Upstreams, calling
from crm_gateway.web import Disconnected, Reply, Request

MAX_FILE = 256 * 1024 * 1024
MAX_FIELD = 64 * 1024
CHUNK = 64 * 1024
UPLOAD_SECONDS = 900.0
SILENCE_SECONDS = 30.0

UPLOAD = crm_contracts.method("crm.common.v1.ImportService.UploadImport")
_FIELDS = ("kind", "mapping", "dry_run")


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
    """Handles POST /v1/imports: multipart/form-data with kind, mapping, dry_run and, last, file."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams
        self._kinds = kinds()

    async def handle(self, request: Request, _: Mapping[str, str]) -> Reply:
        if request.media_type() != "multipart/form-data":
            raise UnsupportedMediaType("Send the file as multipart/form-data.")
        if request.query:
            raise InvalidInput("This address takes no query parameters.")
        form = Form(boundary_of(request.header(b"content-type")), MAX_FIELD, file_field="file")
        source = _Source(request, form)
        await source.read_until_file()
        header = self._header(form)
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
        found = common_pb2.Import.FromString(raw)
        body = request.caller.encoder.dumps(found)
        return Reply(201, body, headers=[(b"location", b"/v1/imports/" + found.id.encode())])

    def _header(self, form: Form) -> common_pb2.ImportHeader:
        unknown = sorted(form.fields.keys() - {*_FIELDS})
        if unknown:
            raise InvalidInput("The form has unknown fields.", errors={n: ["unknown field"] for n in unknown})
        kind = form.fields.get("kind")
        if kind is None:
            raise InvalidInput.of("kind", "must come before the file")
        if kind not in self._kinds:
            raise InvalidInput.of("kind", f"must be one of {', '.join(sorted(self._kinds))}")
        dry_run = form.fields.get("dry_run", "false").lower()
        if dry_run not in ("true", "false"):
            raise InvalidInput.of("dry_run", "must be true or false")
        header = common_pb2.ImportHeader(
            kind=kind, file_name=form.file_name[-200:], mapping=_mapping(form), dry_run=dry_run == "true"
        )
        validate(header)
        return header


def _mapping(form: Form) -> dict[str, str]:
    text = form.fields.get("mapping", "").strip()
    if not text:
        return {}
    try:
        found = parse_json(text.encode())
    except InvalidInput as error:
        raise InvalidInput.of("mapping", "must be a JSON object") from error
    if not all(isinstance(value, str) for value in found.values()):
        raise InvalidInput.of("mapping", "must map column names to field names")
    return found


class _Source:
    """The request body as the messages of an upload."""

    def __init__(self, request: Request, form: Form) -> None:
        self._body = request.chunks()
        self._form = form
        self._size = 0
        self._ended = False
        self.failure: Exception | None = None

    async def read_until_file(self) -> None:
        """Reads up to the first bytes of the file. Raises InvalidInput if there is no file."""
        while not self._form.in_file:
            if not await self._feed():
                raise InvalidInput.of("file", "is missing")

    async def messages(self, header: common_pb2.ImportHeader) -> AsyncIterator[bytes]:
        """The header, then the file in pieces."""
        yield common_pb2.UploadImportRequest(header=header).SerializeToString()
        try:
            more = True
            while more:
                more = await self._feed()
                while len(self._form.file) >= CHUNK or (self._form.file and not more):
                    piece = bytes(self._form.file[:CHUNK])
                    del self._form.file[:CHUNK]
                    yield common_pb2.UploadImportRequest(chunk=piece).SerializeToString()
            self._form.finish()
            late = sorted(self._form.late)
            if late:
                raise InvalidInput(
                    "The file must come last.", errors={name: ["must come before the file"] for name in late}
                )
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


class FindImport:
    """Handles GET /v1/imports/{id} and /v1/imports/{id}/errors: asks everybody, takes the one that knows."""

    def __init__(self, upstreams: Upstreams, method: crm_contracts.Method, http: crm_contracts.Http) -> None:
        self._upstreams = upstreams
        self._binding = Binding(method, http)
        self._method = crm_contracts.method(f"crm.common.v1.ImportService.{method.name}")
        self._services = sorted(set(kinds().values()))

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted = await self._binding.message(request, path)
        validate(wanted)
        body = wanted.SerializeToString()
        calls: dict[str, Awaitable[bytes]] = {
            service: self._upstreams.call(self._method, body, request, service=service) for service in self._services
        }
        answers = await ask(calls)
        for raw in answers.good.values():
            found: Any = self._method.response.FromString(raw)
            return Reply(200, request.caller.encoder.dumps(found))
        answers.raise_input()
        errors = sorted(answers.failed.values(), key=lambda error: error.status)
        raise errors[-1]
