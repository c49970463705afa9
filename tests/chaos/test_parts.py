"""The parts of a chaos run that need no running suite."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.chaos import cables, checks
from tests.chaos.client import Client
from tests.chaos.harm import BACKEND, BROKER, CUT, DATABASE, KILL, LOSS
from tests.chaos.history import FAIL, INFO, OK, History, Write
from tests.chaos.nemesis import Dose, plan
from tests.chaos.proxy import BACK, THERE, Network

PROCESSES = ["gateway", "sales.api", "sales.worker"]


def test_a_plan_follows_from_its_seed_and_has_the_dose() -> None:
    dose = Dose(kills=20, broker_kills=3, database_kills=4, freezes=2, cuts=2, losses=3)
    faults = plan(dose, PROCESSES, 7)
    assert faults == plan(dose, PROCESSES, 7)
    assert faults != plan(dose, PROCESSES, 8)
    killed = Counter(fault.victim for fault in faults if fault.kind == KILL)
    assert killed.total() == 20
    assert (killed[BROKER], killed[DATABASE], killed[BACKEND]) == (3, 2, 2)
    assert sum(fault.kind == CUT for fault in faults) == 2
    assert sum(fault.kind == LOSS for fault in faults) == 3


class Answers(Client):
    """A client whose tries meet the given answers."""

    def __init__(self, history: History, *answers: httpx.Response | Exception) -> None:
        self._history = history
        self.keys: list[str] = []
        self._answers = list(answers)

    def request(self, verb: str, path: str, **options: Any) -> httpx.Response:
        if "headers" in options:
            self.keys.append(options["headers"]["Idempotency-Key"])
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer(status: int, **body: Any) -> httpx.Response:
    return httpx.Response(status, json=body)


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([answer(503), httpx.ReadError("gone"), answer(201, id="1", etag="1")], OK),
        ([answer(422, reason="NO")], FAIL),
        ([httpx.ReadError("gone"), answer(422, reason="NO")], INFO),
        ([answer(409, reason="CONCURRENT_CHANGE"), answer(201, id="1", etag="1")], OK),
    ],
)
def test_a_write_is_repeated_with_its_key_until_its_outcome_is_known(
    answers: list[httpx.Response | Exception], outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.chaos.client.PATIENCE", 0.05 if outcome == INFO else 5)
    history = History()
    client = Answers(history, *answers)
    client.write("create account", "POST", "/v1/accounts", {"name": "a"}, collection="/v1/accounts")
    assert history.writes[0].outcome == outcome
    assert len(set(client.keys)) == 1
    assert history.writes[0].record == ("/v1/accounts/1" if outcome == OK else "")


def test_what_is_expected_leaves_out_what_nobody_knows() -> None:
    history = History()
    first = Write("update", "/v1/a/1", "", {"name": "a", "title": "t"}, outcome=OK, answer={"etag": "2"})
    history.add(first)
    history.add(Write("update", "/v1/a/1", "", {"title": "u"}, before={"title": "t"}, outcome=INFO))
    assert history.expected() == {"/v1/a/1": ({"name": "a"}, 2)}


@pytest.mark.parametrize(
    ("found", "fault"), [("t", ""), ("u", ""), ("x", "half there")], ids=["absent", "whole", "neither"]
)
def test_an_unknown_update_is_whole_or_absent(found: str, fault: str) -> None:
    history = History()
    history.add(Write("update", "/v1/a/1", "", {"title": "u"}, before={"title": "t"}, outcome=INFO))
    faults = checks.unknown_is_absent_or_whole(Answers(history, answer(200, title=found)), history, Counter())
    assert (fault in faults[0]) if fault else faults == []


def test_a_line_that_a_full_disk_tore_is_no_record(tmp_path: Path) -> None:
    log = tmp_path / "sales.worker.log"
    log.write_text('{"event":"a","level":"error"}\n{"event":"b","lev{"event":"c","level":"error"}\nerror\n"error"\n')
    assert [record["event"] for record in checks.records(log, "error")] == ["a"]


def test_a_refused_write_that_happened_is_a_fault() -> None:
    history = History()
    history.add(Write("create account", "", "m", {"name": "m"}, outcome=FAIL))
    there = Answers(history, answer(200, accounts=[{"id": "1", "name": "m"}]))
    assert "ended as fail and is whole" in checks.unknown_is_absent_or_whole(there, history, Counter())[0]


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that sends back what it gets."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(ConnectionResetError):
                    while data := connection.recv(100):
                        connection.sendall(data)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture
def own_network() -> Iterator[None]:
    if obstacle := cables.impossible():
        pytest.skip(obstacle)
    with cables.own_network():
        yield


@pytest.mark.parametrize("lost", [[THERE], [BACK], [THERE, BACK]], ids=["there", "back", "both"])
def test_a_cable_loses_packets_until_it_is_healed(own_network: None, echo: int, lost: list[str]) -> None:
    network = Network(cables=True)
    try:
        host, port = network.open("sales>postgres", echo).split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"one")
            assert connection.recv(3) == b"one"
            network.disturb(network.links, lose=lost)
            connection.sendall(b"two")
            connection.settimeout(0.5)
            with pytest.raises(TimeoutError):
                connection.recv(3)
            retransmitted, unacknowledged = connection_state(connection)
            assert retransmitted > 0
            assert unacknowledged > 0
            network.disturb(network.links)
            connection.settimeout(10)
            assert connection.recv(3) == b"two"
    finally:
        network.close()


def connection_state(connection: socket.socket) -> tuple[int, int]:
    """(segments sent more than once in a row, segments that nobody has acknowledged), as the kernel knows them."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return info[2], struct.unpack_from("I", info, 24)[0]


def test_the_network_delays_holds_and_breaks(echo: int) -> None:
    network = Network()
    try:
        host, port = network.open("sales>postgres", echo).split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"one")
            assert connection.recv(3) == b"one"
            network.disturb(network.links, delay=0.1)
            began = time.monotonic()
            connection.sendall(b"two")
            assert connection.recv(3) == b"two"
            assert time.monotonic() - began >= 0.1
            for held in ([THERE], [BACK], [THERE, BACK]):
                network.disturb(network.links, hold=held)
                connection.sendall(b"six")
                connection.settimeout(0.3)
                with pytest.raises(TimeoutError):
                    connection.recv(3)
                network.disturb(network.links)
                connection.settimeout(10)
                assert connection.recv(3) == b"six"
            network.disturb(network.links, **{"break": True})
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
    finally:
        network.close()
