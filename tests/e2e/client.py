"""A client of the gateway, as a user's program would be: JSON over HTTP with a token."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


_opened: dict[str, list[httpx.Client]] = {}


def close_all(gateway_url: str) -> None:
    """Closes the connections of every Api to a gateway."""
    for client in _opened.pop(gateway_url, ()):
        client.close()


class Session(httpx.Auth):
    """Sends the access token, and gets the next one a minute before it runs out."""

    def __init__(self, tokens: dict[str, Any]) -> None:
        self._take(tokens)

    def _take(self, tokens: dict[str, Any]) -> None:
        self.tokens = tokens
        self._until = time.monotonic() + tokens["expires_in"] - 60

    @property
    def is_over(self) -> bool:
        """Whether the access token is about to run out."""
        return time.monotonic() > self._until

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Called by httpx for every request."""
        if self.is_over:
            url = request.url.copy_with(path="/v1/auth/refresh", query=None)
            answer = yield httpx.Request("POST", url, json={"refresh_token": self.tokens["refresh_token"]})
            answer.read()
            if answer.status_code == 200:
                self._take(answer.json())
        request.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        yield request


class Api:
    """Calls the gateway as one user."""

    def __init__(self, gateway_url: str, email: str = "", password: str = "") -> None:
        self.http = httpx.Client(base_url=gateway_url, timeout=30)
        _opened.setdefault(gateway_url, []).append(self.http)
        self.email, self.password = email, password
        self.id = ""
        if email:
            answer = eventually(self._login)
            assert answer.status_code == 200, answer.text
            self.session = Session(answer.json())
            self.http.auth = self.session
            self.id = self.get("/v1/me")["id"]

    def _login(self) -> httpx.Response:
        """The answer; who is asked to repeat later fails, and is tried again."""
        answer = self.http.post("/v1/auth/login", json={"email": self.email, "password": self.password})
        assert answer.status_code != 503, answer.text
        return answer

    def bearer(self) -> str:
        """The Authorization header that is good now."""
        if self.session.is_over:
            self.get("/v1/me")
        return f"Bearer {self.session.tokens['access_token']}"

    def get(self, path: str, **query: Any) -> Any:
        """The answer of a GET that must succeed."""
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, path: str, **body: Any) -> Any:
        """The answer of a POST that must succeed."""
        answer = self.http.post(path, json=body)
        assert answer.status_code in (200, 201), f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def patch(self, path: str, **body: Any) -> Any:
        """The answer of a PATCH that must succeed."""
        answer = self.http.patch(path, json=body)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()


def eventually(check: Callable[[], T | None], seconds: float = 30) -> T:
    """The first true answer of `check`; fails with its last error if there is none in time."""
    until = time.monotonic() + seconds
    while True:
        try:
            found = check()
            if found:
                return found
            error: BaseException = AssertionError("never came true")
        except (AssertionError, httpx.HTTPError, KeyError, IndexError) as caught:
            error = caught
        if time.monotonic() > until:
            raise error
        time.sleep(0.05)
