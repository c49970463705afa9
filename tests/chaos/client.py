"""A client of the gateway that does not give up at once: same Idempotency-Key, again and again, until it knows."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import suppress
from typing import Any

import httpx

from tests.chaos.history import FAIL, INFO, OK, History, Write

PATIENCE = 40.0  # seconds a client tries to learn what became of its write
ANSWER = 8.0  # seconds it waits for one answer
FRESH = 120.0  # seconds after which a client logs in again if it can
_AGAIN = {"CONCURRENT_CHANGE"}  # a 409 that asks to repeat


class Session:
    """The access token of one user, shared by his clients."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=ANSWER)
        self._login = {"email": email, "password": password}
        self._lock = threading.Lock()
        self._token = ""
        self._taken = self._until = 0.0

    def token(self) -> str:
        """A token that is good now; an older one where nobody can log in. Raises httpx.HTTPError without any."""
        now = time.monotonic()
        # While one thread logs in, the others go on with the token there is.
        if now > self._taken + FRESH and self._lock.acquire(blocking=now > self._until):
            try:
                self._renew(time.monotonic())
            finally:
                self._lock.release()
        return self._token

    def _renew(self, now: float) -> None:
        if now <= self._taken + FRESH:
            return
        try:
            answer = self._http.post("/v1/auth/login", json=self._login)
            answer.raise_for_status()
            found = answer.json()
            self._token, self._taken = found["access_token"], now
            self._until = now + found["expires_in"] - 10
        except httpx.HTTPError:
            if now > self._until:
                raise
            self._taken = now - FRESH + 5

    def close(self) -> None:
        self._http.close()


class Client:
    """Calls the gateway as one user, from one thread."""

    def __init__(self, url: str, session: Session, history: History | None = None) -> None:
        self.http = httpx.Client(base_url=url, timeout=ANSWER)
        self._session = session
        self._history = history or History()

    def sign_in(self) -> None:
        """Sees to it that the next request need not log in first, if that can be."""
        with suppress(httpx.HTTPError):
            self._session.token()

    def request(self, verb: str, path: str, **options: Any) -> httpx.Response:
        """One try. Raises httpx.HTTPError when there is no answer."""
        headers = {"Authorization": f"Bearer {self._session.token()}"} | options.pop("headers", {})
        return self.http.request(verb, path, headers=headers, **options)

    def get(self, path: str, patience: float = PATIENCE, **query: Any) -> dict[str, Any] | None:
        """The answer of a read, tried again until there is one; None for 404. Raises TimeoutError after `patience`."""
        until = time.monotonic() + patience
        while True:
            try:
                answer = self.request("GET", path, params=query or None)
                if answer.status_code in (200, 404):
                    return dict(answer.json()) if answer.status_code == 200 else None
                last = f"{answer.status_code} {answer.text[:300]}"
            except httpx.HTTPError as error:
                last = repr(error)
            if time.monotonic() > until:
                raise TimeoutError(f"GET {path}: {last}")
            time.sleep(0.2)

    def write(
        self,
        kind: str,
        verb: str,
        path: str,
        body: dict[str, Any],
        *,
        record: str = "",
        collection: str = "",
        mark: str = "",
        sets: dict[str, Any] | None = None,
        before: dict[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        """Writes until the outcome is known and notes it; the answer, or None if it was not acknowledged.

        A new record belongs to a `collection`; its path follows from the answer.
        """
        write = Write(kind, record, mark, body if sets is None else sets, before or {})
        key, until = secrets.token_hex(12), time.monotonic() + PATIENCE
        while True:
            write.attempts += 1
            try:
                answer = self.request(verb, path, json=body, headers={"Idempotency-Key": key})
            except httpx.HTTPError as error:
                write.outcome, write.reason = INFO, repr(error)
            else:
                self._judge(write, answer)
            if write.outcome != INFO or time.monotonic() > until:
                break
            time.sleep(min(0.1 * write.attempts, 1.0))
        if write.outcome == OK and collection:
            write.record = f"{collection}/{write.answer['id']}"
        self._history.add(write)
        return write.answer if write.outcome == OK else None

    def _judge(self, write: Write, answer: httpx.Response) -> None:
        write.status = answer.status_code
        body = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        write.reason = str(body.get("reason", ""))
        if answer.status_code < 300:
            write.outcome, write.answer = OK, body
        elif answer.status_code in (401, 429) or answer.status_code >= 500 or write.reason in _AGAIN:
            write.outcome = INFO
        else:
            # Refused; but an earlier try without an answer may still be on its way.
            write.outcome = FAIL if write.attempts == 1 else INFO

    def close(self) -> None:
        self.http.close()
