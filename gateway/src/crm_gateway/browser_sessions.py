"""Sessions of people in a browser.

The refresh token lives in a cookie that script cannot read and that travels to this one address only; pages get
access tokens and keep them in memory. A page of another origin can neither send the cookie (SameSite=Strict) nor
have a request answered here, so there is nothing to forge.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import crm_contracts
from crm.gateway.v1 import browser_sessions_pb2
from crm.identity.v1 import auth_pb2
from crm_chassis.contracts.transcode import dumps
from crm_chassis.errors import Unauthenticated

from crm_gateway.errors import OtherOrigin
from crm_gateway.limits import Limits
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request

COOKIE = "crm_session"
PATH = "/v1/browser_session"
COOKIE_SECONDS = 30 * 24 * 3600

_LOGIN = crm_contracts.method("crm.identity.v1.AuthService.Login")
_REFRESH = crm_contracts.method("crm.identity.v1.AuthService.RefreshSession")
_LOGOUT = crm_contracts.method("crm.identity.v1.AuthService.Logout")


class StartBrowserSession:
    """Logs in."""

    def __init__(
        self, upstreams: Upstreams, limits: Limits, method: crm_contracts.Method, http: crm_contracts.Http
    ) -> None:
        self._upstreams = upstreams
        self._limits = limits
        self._binding = Binding(method, http)

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        _refuse_other_origins(request)
        login: Any = await self._binding.message(request, path)
        self._limits.credential(request.address, login.email)
        return _tokens(request, await self._upstreams.call(_LOGIN, login.SerializeToString(), request))


class RefreshBrowserSession:
    """Gives a new access token; the token in the cookie is replaced by its successor."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        _refuse_other_origins(request)
        token = _cookie(request)
        if not token:
            raise Unauthenticated("Log in first.")
        body = auth_pb2.RefreshSessionRequest(refresh_token=token).SerializeToString()
        return _tokens(request, await self._upstreams.call(_REFRESH, body, request))


class EndBrowserSession:
    """Logs out; without a session there is nothing to do."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        _refuse_other_origins(request)
        if token := _cookie(request):
            body = auth_pb2.LogoutRequest(refresh_token=token).SerializeToString()
            await self._upstreams.call(_LOGOUT, body, request)
        return Reply(200, b"{}", headers=[_set_cookie(request, "", 0)])


def _refuse_other_origins(request: Request) -> None:
    """Raises OtherOrigin. Programs that are no browsers send neither header."""
    origin = request.header(b"origin")
    foreign = bool(origin) and urlsplit(origin).netloc != request.header(b"host")
    if foreign or request.header(b"sec-fetch-site") not in ("", "none", "same-origin"):
        raise OtherOrigin()


def _cookie(request: Request) -> str:
    """The refresh token that the browser sent, "" without one."""
    try:
        morsel = SimpleCookie(request.header(b"cookie")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel is not None else ""


def _tokens(request: Request, raw: bytes) -> Reply:
    """An access token for the page, and the refresh token in a cookie."""
    pair = auth_pb2.TokenPair.FromString(raw)
    token = browser_sessions_pb2.AccessToken(
        access_token=pair.access_token, token_type=pair.token_type, expires_in=pair.expires_in
    )
    cookie = _set_cookie(request, pair.refresh_token, COOKIE_SECONDS)
    return Reply(200, dumps(request.caller.encoder.encode(token)), headers=[cookie], secret=True)


def _set_cookie(request: Request, value: str, seconds: int) -> tuple[bytes, bytes]:
    cookie = f"{COOKIE}={value}; Path={PATH}; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    return b"set-cookie", (cookie + "; Secure" if request.is_encrypted() else cookie).encode()
