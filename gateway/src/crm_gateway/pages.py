"""What browsers load: the console and the page of the API. Plain Starlette around the transcoder.

Built files carry a hash in their names and may be kept for ever; the pages that name them are asked for each time.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from crm_chassis.errors import DomainError
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from crm_gateway import web
from crm_gateway.compression import accepts
from crm_gateway.link_pages import page
from crm_gateway.problems import problem
from crm_gateway.settings import Network

Endpoint = Callable[[Request], Awaitable[Response]]
Admission = Callable[[web.Request], AbstractContextManager[None]]
"""Lets a request in or raises a DomainError; the request has been answered when the context is left."""

CONSOLE = "/app"
_NONCE = "%NONCE%"
_NAMED = re.compile(r"[a-z0-9-]+\.(svg|png|webmanifest)")
_HASHED = re.compile(r"[A-Za-z0-9_.-]+\.(js|css|svg|png|woff2)")
_PACKED = {"br": ".br", "gzip": ".gz"}
"""How files are packed when they are built, the smallest first."""
_NOT_BUILT = "The console was not built. The API is described in /openapi.json, its events at /docs/events."
_COMMON = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
)
# The console's component library writes its style sheet itself, and says so with the nonce of the page.
_CONSOLE_POLICY = _COMMON + "style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'"
_API_POLICY = _COMMON + "style-src 'self' 'unsafe-inline'"
_HEADERS = {
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin", "vary": "Accept-Encoding",
}  # fmt: skip


def built() -> Path | None:
    """The folder of the built console, packed with the gateway or beside it in a source tree; None if not built."""
    packed = Path(str(files("crm_gateway"))) / "console"
    beside = Path(__file__).parents[2] / "console" / "dist"
    return next((folder for folder in (packed, beside) if (folder / "index.html").is_file()), None)


def _anybody(_: web.Request) -> AbstractContextManager[None]:
    return nullcontext()


def pages(
    transcoder: ASGIApp,
    find: Callable[[], Path | None] = built,
    trusted: Sequence[Network] = (),
    admit: Admission = _anybody,
) -> ASGIApp:
    """The console in the folder that `find` gives; whatever else is asked for goes to the transcoder.

    `trusted` are the proxies that may say that a request was encrypted. Each request for a page is answered within
    `admit`, which may raise a DomainError.
    """
    console = _Console(find)
    answers = {
        "/": console.first,
        CONSOLE: console.index,
        CONSOLE + "/{path:path}": console.file_or_index,
        "/docs": console.api,
        "/assets/{path:path}": console.asset,
    }
    routes = [Route(path, _Page(answer, trusted, admit), methods=["GET"]) for path, answer in answers.items()]
    return Router(routes, default=transcoder, redirect_slashes=False)


class _Page:
    """An address with its answer. The request is under way until the last byte of it is sent."""

    def __init__(self, answer: Endpoint, trusted: Sequence[Network], admit: Admission) -> None:
        self._answer = answer
        self._trusted = trusted
        self._admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = web.Request(scope, receive, self._trusted)
        try:
            with self._admit(known):
                response = await self._answer(Request(scope, receive))
                await self._send(known, response, scope, receive, send)
        except DomainError as error:
            await self._send(known, _refusal(error, known.request_id), scope, receive, send)

    @staticmethod
    async def _send(known: web.Request, response: Response, scope: Scope, receive: Receive, send: Send) -> None:
        response.headers["x-request-id"] = known.request_id
        if known.is_encrypted():
            name, value = web.ENCRYPTED_ALWAYS
            response.headers[name.decode()] = value.decode()
        await response(scope, receive, send)


def _refusal(error: DomainError, request_id: str) -> Response:
    reply = problem(error, request_id)
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    headers |= _HEADERS | {"content-security-policy": reply.policy.decode(), "cache-control": reply.cache.decode()}
    return Response(reply.body, reply.status, headers, reply.content_type.decode())


class _Console:
    """The pages that name the built files, and the files. A console may be built while the gateway runs."""

    def __init__(self, find: Callable[[], Path | None]) -> None:
        self._find = find
        self._texts: dict[str, tuple[tuple[int, int], str]] = {}
        """The pages by their names, and which state of the file each is of."""

    def _text(self, path: Path) -> str:
        """A page, read once as long as its file stays: to read it for everybody would hold up all other requests."""
        status = path.stat()
        state = status.st_mtime_ns, status.st_ino
        known = self._texts.get(path.name)
        if known is None or known[0] != state:
            known = self._texts[path.name] = state, path.read_text()
        return known[1]

    async def first(self, _: Request) -> Response:
        return _to(CONSOLE if self._find() else "/docs")

    async def index(self, _: Request) -> Response:
        folder = self._find()
        if folder is None:
            return _to("/docs")
        nonce = secrets.token_urlsafe(16)
        text = self._text(folder / "index.html").replace(_NONCE, nonce)
        return _page(text, _CONSOLE_POLICY.format(nonce=nonce))

    async def file_or_index(self, request: Request) -> Response:
        """Icons and the manifest keep their names; any other path is a page, which the browser chooses."""
        folder, name = self._find(), request.path_params["path"]
        if folder is None or not _NAMED.fullmatch(name) or not (folder / name).is_file():
            return await self.index(request)
        return FileResponse(folder / name, headers=_HEADERS | {"cache-control": "no-cache"})

    async def api(self, _: Request) -> Response:
        folder = self._find()
        if folder is None:
            return _page(page("API", _NOT_BUILT).decode(), "default-src 'none'")
        return _page(self._text(folder / "docs.html"), _API_POLICY)

    async def asset(self, request: Request) -> Response:
        """A file whose name holds a hash, packed when it was built."""
        folder, name = self._find(), request.path_params["path"]
        if folder is None or not _HASHED.fullmatch(name) or not (folder / "assets" / name).is_file():
            return PlainTextResponse("There is no such file.", 404, _HEADERS)
        path = folder / "assets" / name
        headers = _HEADERS | {"cache-control": "public, max-age=31536000, immutable"}
        accepted = request.headers.get("accept-encoding", "")
        for coding, ending in _PACKED.items():
            packed = path.with_name(name + ending)
            if accepts(accepted, coding) and packed.is_file():
                return FileResponse(
                    packed, headers=headers | {"content-encoding": coding}, media_type=guess_type(name)[0]
                )
        return FileResponse(path, headers=headers)


def _to(path: str) -> Response:
    return RedirectResponse(path, 307, _HEADERS | {"content-security-policy": "default-src 'none'"})


def _page(text: str, policy: str) -> Response:
    return HTMLResponse(text, headers=_HEADERS | {"content-security-policy": policy, "cache-control": "no-cache"})
