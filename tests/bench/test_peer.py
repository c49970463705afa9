"""An adapter file says how another system is measured."""

from __future__ import annotations

import asyncio
import json
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.bench.load import Connection
from tests.bench.peer import OUR_ADAPTER, Peer, compare, table
from tests.bench.suite import MOST_MS

ADAPTER = """
[headers]
X-Version = "3"

[sign_in]
request = ["POST", "/token"]
body = '{"name": "{user}", "secret": "{password}"}'
token = "key"

[ids.person]
request = ["GET", "/people"]
items = "data.people"
id = "number"
count = 2

[operations.read]
requests = [["GET", "/people/{person}"], ["GET", "/people/{person}/notes"]]

[operations.write]
requests = [["POST", "/people", '{"name": "{number}"}']]
status = 201
"""


class System(BaseHTTPRequestHandler):
    """Answers as the adapter says; in chunks, as many systems do."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, str, str]]

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.seen.append((self.command, self.path, body, self.headers.get("Authorization", "")))
        people = {"data": {"people": [{"number": n} for n in (7, 8, 9)]}}
        content = {"/token": {"key": "k"}, "/people": people}.get(self.path, {})
        self.send_response(201 if body and self.path == "/people" else 200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        text = json.dumps(content).encode()
        for part in (text[:2], text[2:]):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part) if part else b"")
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    System.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), System) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_system_is_measured_as_its_adapter_says(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PEER_USER", "ada")
    monkeypatch.setenv("CRM_PEER_PASSWORD", "secret")
    (tmp_path / "system.toml").write_text(ADAPTER)
    peer = Peer.of(address, tmp_path / "system.toml")

    async def both() -> None:
        connection = Connection(peer.url, peer.headers)
        read, write = peer.operation("read", connection), peer.operation("write", connection)
        assert [await once() for once in (read, read, read, write, write)] == [True] * 5
        await connection.close()

    asyncio.run(both())

    sign_in, _, *reads, first, second = System.seen
    assert json.loads(sign_in[2]) == {"name": "ada", "secret": "secret"}
    assert [path for _, path, _, _ in reads] == [
        "/people/7", "/people/7/notes", "/people/8", "/people/8/notes", "/people/7", "/people/7/notes",
    ]  # fmt: skip
    assert {key for *_, key in [*reads, first, second]} == {"Bearer k"}
    assert first[2] != second[2]


def test_two_systems_are_measured_in_turn_and_bad_answers_count() -> None:
    turns: list[str] = []

    async def ours() -> bool:
        turns.append("ours")
        await asyncio.sleep(0.001)
        return True

    async def theirs() -> bool:
        turns.append("theirs")
        await asyncio.sleep(0.004)
        return False

    beside = asyncio.run(compare(ours, theirs, lambda: 0.0, None, 0.05))

    changes = [one for one, before in zip(turns, ["", *turns], strict=False) if one != before]
    assert changes == ["ours", "theirs"] * 4
    assert beside.errors == turns.count("theirs")
    assert beside.theirs / beside.ours > 1
    assert table({"read": beside}).splitlines()[-1].startswith("| read | ")


def test_the_adapter_for_the_suite_has_what_is_measured_of_it() -> None:
    assert set(tomllib.loads(OUR_ADAPTER.read_text())["operations"]) == set(MOST_MS)
