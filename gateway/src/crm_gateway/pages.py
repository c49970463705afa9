"""What browsers load: the console and the page of the API. Plain Starlette around the transcoder.

Built files carry a hash in their names and may be kept for ever; the pages that name them are asked for each time.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from crm_gateway import web
from crm_gateway.compression import accepts
from crm_gateway.link_pages import page
from crm_gateway.settings import Network

Endpoint = Callable[[Request], Awaitable[Response]]

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


def pages(transcoder: ASGIApp, find: Callable[[], Path | None] = built, trusted: Sequence[Network] = ()) -> ASGIApp:
    """The console in the folder that `find` gives; whatever else is asked for goes to the transcoder.

    `trusted` are the proxies that may say that a request was encrypted.
    """
    console = _Console(find)
    answers = {
        "/": console.first,
        CONSOLE: console.index,
        CONSOLE + "/{path:path}": console.file_or_index,
        "/docs": console.api,
        "/assets/{path:path}": console.asset,
    }
    routes = [Route(path, _with_common_headers(answer, trusted)) for path, answer in answers.items()]
    return Router(routes, default=transcoder, redirect_slashes=False)


def _with_common_headers(answer: Endpoint, trusted: Sequence[Network]) -> Endpoint:
    async def respond(request: Request) -> Response:
        response = await answer(request)
        known = web.Request(request.scope, request.receive, trusted)
        response.headers["x-request-id"] = known.request_id
        if known.is_encrypted():
            name, value = web.ENCRYPTED_ALWAYS
            response.headers[name.decode()] = value.decode()
        return response

    return respond


class _Console:
    """The pages that name the built files, and the files. A console may be built while the gateway runs."""

    def __init__(self, find: Callable[[], Path | None]) -> None:
        self._find = find

    async def first(self, _: Request) -> Response:
        return _to(CONSOLE if self._find() else "/docs")

    async def index(self, _: Request) -> Response:
        folder = self._find()
        if folder is None:
            return _to("/docs")
        nonce = secrets.token_urlsafe(16)
        text = (folder / "index.html").read_text().replace(_NONCE, nonce)
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
        return _page((folder / "docs.html").read_text(), _API_POLICY)

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
