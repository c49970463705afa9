"""The stream of changes on the running suite: from another user's change to the browser of who sees the record."""

from __future__ import annotations

import json
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.e2e.client import Api, eventually

pytestmark = pytest.mark.slow


class Follower:
    """Follows the stream of a user in a thread of its own."""

    def __init__(self, api: Api, **headers: str) -> None:
        self._context = api.http.stream("GET", "/v1/stream", headers=headers, timeout=60)
        self._answer = self._context.__enter__()
        assert self._answer.status_code == 200
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self._opened.wait(30)

    def _read(self) -> None:
        name, position = "", ""
        # Whoever closes it does so from another thread.
        with suppress(httpx.TransportError, httpx.StreamError):
            for line in self._answer.iter_lines():
                self._opened.set()
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    position = value
                elif field == "data":
                    self._events.put({"event": name, "position": position, **json.loads(value)})
        self._events.put(None)

    def of(self, *ids: str) -> dict[str, Any]:
        """The next event about one of these records."""
        while event := self._events.get(timeout=60):
            if event.get("id") in ids:
                return event
        raise AssertionError("the stream has ended")

    def catches_up(self, id_: str) -> bool:
        """Whether a change of the record that was missed is told, or that everything has to be read again."""
        while event := self._events.get(timeout=60):
            if event["event"] == "reset" or event.get("id") == id_:
                return True
        return False

    def end(self) -> dict[str, Any]:
        """The last event."""
        last: dict[str, Any] = {}
        while event := self._events.get(timeout=60):
            last = event
        return last

    def close(self) -> None:
        self._answer.close()
        self._thread.join(30)


@pytest.fixture
def follow() -> Iterator[Callable[..., Follower]]:
    opened: list[Follower] = []

    def open_stream(api: Api, **headers: str) -> Follower:
        opened.append(Follower(api, **headers))
        return opened[-1]

    yield open_stream
    for follower in opened:
        follower.close()


def test_a_change_of_another_user_arrives_where_it_may(
    admin: Api, hire: Callable[..., Api], roles: dict[str, str], follow: Callable[..., Follower]
) -> None:
    own = admin.post(
        "/v1/roles",
        name=f"own_deals_{secrets.token_hex(4)}",
        grants=[{"permission": f"opportunities.{right}", "scope": "OWN"} for right in ("read", "update")],
    )
    ann, bob = (hire("customer", role_ids=[own["id"]]) for _ in range(2))
    streams = {api.id: follow(api) for api in (ann, bob)}

    deal = admin.post("/v1/opportunities", name="Secret deal", owner_id=ann.id)
    hers = streams[ann.id].of(deal["id"])
    assert hers == {
        "event": "change", "position": hers["position"], "kind": "crm.sales.opportunity", "id": deal["id"],
        "version": deal["etag"], "action": "created",
    }  # fmt: skip

    given = admin.patch(f"/v1/opportunities/{deal['id']}", owner_id=bob.id)
    assert streams[ann.id].of(deal["id"])["action"] == "gone"
    first_of_bob = streams[bob.id].of(deal["id"])
    assert (first_of_bob["action"], first_of_bob["version"]) == ("updated", given["etag"]), "of before nothing is told"
    eventually(lambda: ann.http.get(f"/v1/opportunities/{deal['id']}").status_code == 404)

    admin.patch(f"/v1/opportunities/{deal['id']}", next_step="Call")
    second = admin.post("/v1/opportunities", name="Next", owner_id=ann.id)
    assert streams[ann.id].of(deal["id"], second["id"])["id"] == second["id"]

    again = follow(ann, **{"Last-Event-ID": hers["position"]})
    assert again.catches_up(second["id"])

    admin.post(f"/v1/users/{ann.id}:deactivate")
    assert streams[ann.id].end()["event"] == "end"
    assert again.end()["reason"] == "INVALID_TOKEN"
