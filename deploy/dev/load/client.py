"""The public API as a loader uses it: log in, list, create, import a file and wait for it."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

from deploy.dev import LauncherError

TIMEOUT = httpx.Timeout(60.0, connect=5.0)
ATTEMPTS = 8  # of a call that may be repeated
FIRST_POLL, LONGEST_POLL = 0.1, 2.0  # seconds between two looks at an import
OVERLOADED = (429, 502, 503, 504)

Record = dict[str, Any]


class ApiError(LauncherError):
    """The suite refused a call; `status` and `reason` are those of its answer."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Import:
    """How far an import has come, and what it has done with the rows it read."""

    id: str
    state: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    error: str = ""

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Self:
        """The import an answer of the suite describes; numbers that are 0 may be absent."""
        counts = {name: int(answer.get(f"rows_{name}") or 0) for name in _COUNTS}
        return cls(id=answer["id"], state=answer["state"], error=answer.get("error", ""), **counts)

    @property
    def settled(self) -> int:
        """Rows whose outcome is known."""
        return self.created + self.updated + self.unchanged + self.failed


_COUNTS = ("read", "created", "updated", "unchanged", "failed")


class _Upload:
    """What an iterator of bytes yields, as the file httpx wants; it never holds more than one piece."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _: int = -1) -> bytes:
        return next(self._pieces, b"")


class Client:
    """One user's connection to a gateway; may be used by several threads."""

    def __init__(self, gateway_url: str, email: str, password: str) -> None:
        self._credentials = {"email": email, "password": password}
        self._http = httpx.Client(base_url=gateway_url, timeout=TIMEOUT, trust_env=False)
        self._login = threading.Lock()
        self._token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Record:
        """Reads one answer."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any], key: str) -> Record:
        """Creates something or acts on it, once however often the call is repeated with the same key."""
        return self._call("POST", path, json=body, headers={"Idempotency-Key": key})

    def patch(self, path: str, body: Mapping[str, Any]) -> Record:
        """Sets fields of a record to values."""
        return self._call("PATCH", path, json=body)

    def list(self, resource: str, filter: str = "", **query: Any) -> Iterator[Record]:
        """Every record of a collection that matches, page by page."""
        wanted = {"page_size": 200, **query} | ({"filter": filter} if filter else {})
        while True:
            page = self.get(f"/v1/{resource}", **wanted)
            yield from page.get(resource, [])
            token = page.get("next_page_token")
            if not token:
                return
            wanted["page_token"] = token

    def count(self, resource: str, filter: str = "") -> int:
        """How many records of a collection match."""
        query: dict[str, Any] = {"page_size": 1, "exact_total_size": "true"}
        answer = self.get(f"/v1/{resource}", **query, **({"filter": filter} if filter else {}))
        return int(answer.get("total_size") or 0)

    def find(self, resource: str, field: str, value: str) -> Record | None:
        """The record with a value in a field, if there is one."""
        return next(self.list(resource, f"{field} = {json.dumps(value, ensure_ascii=False)}"), None)

    def start_import(self, kind: str, name: str, pieces: Callable[[], Iterator[bytes]]) -> Import:
        """Sends a CSV file whose columns are named like fields; `pieces` yields it anew for every attempt."""

        def send() -> httpx.Response:
            upload: Any = _Upload(pieces())
            return self._http.post(
                "/v1/imports",
                data={"kind": kind},
                files={"file": (name, upload, "text/csv")},
                headers=self._authorization(),
                timeout=httpx.Timeout(900.0, connect=5.0),
            )

        return Import.of(self._patiently(send, f"POST /v1/imports ({kind})"))

    def get_import(self, id_: str) -> Import:
        """How far an import has come."""
        return Import.of(self.get(f"/v1/imports/{id_}"))

    def wait_import(self, id_: str, progress: Callable[[Import], None]) -> Import:
        """Waits until an import is over, telling its progress whenever it has moved.

        Raises LauncherError if it was stopped or cancelled.
        """
        pause, last = FIRST_POLL, Import(id_, "")
        while True:
            found = self.get_import(id_)
            if found != last:
                progress(found)
                pause, last = FIRST_POLL, found
            if found.state in ("FAILED", "CANCELLED"):
                raise LauncherError(f"Import {id_} was stopped: {found.error or found.state.lower()}")
            if found.state == "DONE":
                return found
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_POLL)

    def import_errors(self, id_: str) -> Iterator[Record]:
        """The rows of an import that were not applied, with line, field and message."""
        wanted: dict[str, Any] = {"page_size": 200}
        while True:
            page = self.get(f"/v1/imports/{id_}/errors", **wanted)
            yield from page.get("errors", [])
            if not page.get("next_page_token"):
                return
            wanted["page_token"] = page["next_page_token"]

    def _call(self, method: str, path: str, headers: Mapping[str, str] = {}, **content: Any) -> Record:
        def send() -> httpx.Response:
            return self._http.request(method, path, headers={**headers, **self._authorization()}, **content)

        return self._patiently(send, f"{method} {path}")

    def _patiently(self, send: Callable[[], httpx.Response], what: str) -> Record:
        """The answer to a call; tried again while the suite is busy, starting or does not know the token any more."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = send()
            except httpx.TransportError as error:
                if attempt == ATTEMPTS:
                    raise LauncherError(f"The gateway at {self._http.base_url} does not answer: {error!r}") from error
                time.sleep(min(0.1 * 2**attempt, LONGEST_POLL))
                continue
            if response.status_code == 401 and attempt < ATTEMPTS:
                self._renew(response.request.headers.get("Authorization", ""))
            elif response.status_code in OVERLOADED and attempt < ATTEMPTS:
                time.sleep(_seconds(response.headers.get("Retry-After", "")) or min(0.1 * 2**attempt, LONGEST_POLL))
            elif response.is_success:
                return response.json() if response.content else {}
            else:
                raise _error(what, response)
        raise LauncherError(f"{what} was never answered.")

    def _authorization(self) -> dict[str, str]:
        if not self._token:
            self._renew("")
        return {"Authorization": f"Bearer {self._token}"}

    def _renew(self, used: str) -> None:
        """Logs in, unless another thread did so since the header `used` was made."""
        with self._login:
            if self._token and used != f"Bearer {self._token}":
                return
            response = self._http.post("/v1/auth/login", json=self._credentials)
            if not response.is_success:
                raise _error(f"Login as {self._credentials['email']}", response)
            self._token = response.json()["access_token"]


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else 0.0


def _error(what: str, response: httpx.Response) -> ApiError:
    try:
        problem: Record = response.json()
    except ValueError:
        problem = {}
    fields = "; ".join(f"{name}: {', '.join(texts)}" for name, texts in problem.get("errors", {}).items())
    text = " ".join(filter(None, (problem.get("detail") or problem.get("title") or response.reason_phrase, fields)))
    return ApiError(response.status_code, problem.get("reason", ""), f"{what}: {response.status_code} {text}")
