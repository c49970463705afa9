"""What arrives at the socket: connections that say nothing, never finish or never read, and requests that two parsers
could read differently."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from crm_chassis.ids import uuid7
from crm_gateway import imports, main, protocol
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from gateway_harness import Suite

ID = uuid7()


class Door:
    """A gateway behind a socket."""

    def __init__(self, suite: Suite, **settings: Any) -> None:
        self.suite = suite
        configuration = main.configuration(suite.gateway, suite.settings)
        configuration.lifespan = "off"  # the suite has started the gateway
        self._server = main.Server(configuration, suite.gateway, suite.settings)
        self._served = asyncio.run_coroutine_threadsafe(self._server.serve(), suite.loop)
        self.wait(lambda: self._server.started)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]

    def wait(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < until
            time.sleep(0.01)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def ask(self, request: bytes) -> tuple[int, bytes, Any]:
        """Status, head and document of the answer to a request that closes its connection."""
        with self.connect() as connection:
            connection.sendall(request)
            return answer_of(read_all(connection))

    def stop(self) -> None:
        self._server.should_exit = True
        self._served.result(30)


def read_all(connection: socket.socket) -> bytes:
    received = b""
    while True:
        try:
            more = connection.recv(65536)
        except ConnectionResetError:
            return received
        if not more:
            return received
        received += more


def answer_of(received: bytes) -> tuple[int, bytes, Any]:
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.lower(), json.loads(body) if body else None


@pytest.fixture
def door(make_suite: Callable[..., Suite], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Door]]:
    opened: list[Door] = []

    def open_(seconds: float = 0.2, **settings: Any) -> Door:
        monkeypatch.setattr(protocol, "HEAD_SECONDS", seconds)
        monkeypatch.setattr(protocol, "WRITE_SECONDS", seconds)
        opened.append(Door(make_suite(**settings)))
        return opened[-1]

    yield open_
    for one in opened:
        one.stop()


def request(line: str, *headers: str, body: str = "") -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", *headers, "Connection: close", "", body]).encode()


def test_a_silent_connection_is_closed(door: Callable[..., Door]) -> None:
    with door().connect() as connection:
        assert read_all(connection) == b""


@pytest.mark.parametrize("head", [b"GET /v1/me", b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX-A: "])
def test_headers_that_do_not_end_are_not_waited_for(door: Callable[..., Door], head: bytes) -> None:
    with door().connect() as connection:
        connection.sendall(head)
        status, _, found = answer_of(read_all(connection))
    assert (status, found["reason"]) == (408, "REQUEST_TIMEOUT")


def test_nor_are_those_that_come_a_byte_at_a_time_behind_an_answer(door: Callable[..., Door]) -> None:
    with door(0.4).connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.settimeout(0.05)
        until = time.monotonic() + 5
        while True:
            assert time.monotonic() < until
            try:
                connection.sendall(b"\r\n")
                if connection.recv(65536) == b"":
                    return
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                return


def test_a_client_that_does_not_read_is_not_waited_for(door: Callable[..., Door]) -> None:
    opened = door()
    with opened.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        opened.wait(lambda: bool(opened._server.server_state.connections))
        opened.wait(lambda: not opened._server.server_state.connections)


def test_connections_are_counted(door: Callable[..., Door]) -> None:
    opened = door(10, max_connections=3, max_connections_per_address=2)
    held = [opened.connect() for _ in range(2)]
    for connection in held:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    with opened.connect() as refused:
        status, head, found = answer_of(read_all(refused))
    assert (status, found["reason"]) == (503, "OVERLOADED")
    assert b"retry-after" in head
    held.pop().close()
    opened.wait(lambda: opened.ask(request("GET /healthz", "Host: x"))[0] == 200)
    held.pop().close()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """PEM files of a certificate for 127.0.0.1 that has signed itself, and of its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    named = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1)).add_extension(named, critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    chain, secret = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(signed.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(chain), str(secret)


def encrypted(opened: Door, certificate: tuple[str, str]) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=certificate[0])
    return context.wrap_socket(opened.connect(), server_hostname="127.0.0.1")


def serves(opened: Door, certificate: tuple[str, str]) -> bool:
    try:
        with encrypted(opened, certificate) as connection:
            connection.sendall(request("GET /healthz", "Host: x"))
            return answer_of(read_all(connection))[0] == 200
    except OSError:
        return False


def test_connections_that_do_not_finish_their_handshake_are_counted(
    door: Callable[..., Door], certificate: tuple[str, str]
) -> None:
    opened = door(20, max_connections=3, max_connections_per_address=2, https=certificate)
    assert serves(opened, certificate)
    held = [opened.connect() for _ in range(2)]
    held[0].sendall(b"\x16\x03\x01\x02\x00")  # the beginning of a greeting
    opened.wait(lambda: not serves(opened, certificate))
    for connection in held:
        connection.close()
    opened.wait(lambda: serves(opened, certificate))


def test_a_handshake_that_does_not_end_is_not_waited_for(
    door: Callable[..., Door], certificate: tuple[str, str]
) -> None:
    opened = door(0.2, max_connections=2, https=certificate)
    for connection in [opened.connect() for _ in range(2)]:
        with connection:
            assert read_all(connection) == b""
    opened.wait(lambda: serves(opened, certificate))


def test_what_is_no_handshake_ends_the_connection(door: Callable[..., Door], certificate: tuple[str, str]) -> None:
    opened = door(20, max_connections=1, https=certificate)
    with opened.connect() as plain:
        plain.sendall(request("GET /healthz", "Host: x"))
        assert b"HTTP" not in read_all(plain)
    opened.wait(lambda: serves(opened, certificate))


def test_a_proxy_is_not_one_client(door: Callable[..., Door]) -> None:
    opened = door(10, max_connections=3, max_connections_per_address=1, trusted_proxies=(ip_network("127.0.0.0/8"),))
    held = [opened.connect() for _ in range(3)]
    for connection in held:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    with opened.connect() as refused:
        assert answer_of(read_all(refused))[0] == 503
    for connection in held:
        connection.close()


REFUSED = {
    "without host": request("GET /v1/me"),
    "host that is none": request("GET /v1/me", "Host: a/b"),
    "two hosts": request("GET /v1/me", "Host: a", "Host: b"),
    "a foreign address": request("GET http://evil.example/v1/me", "Host: crm.example"),
    "a foreign port": request("GET http://crm.example:99/v1/me", "Host: crm.example"),
    "an unknown coding": request(
        "POST /v1/contacts", "Host: x", "Content-Type: application/json", "Transfer-Encoding: identity, chunked",
        body="2\r\n{}\r\n0\r\n\r\n",
    ),
    "two lengths": request(
        "POST /v1/contacts", "Host: x", "Content-Type: application/json", "Content-Length: 2",
        "Transfer-Encoding: chunked", body="2\r\n{}\r\n0\r\n\r\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_two_parsers_could_read_differently_is_refused(door: Callable[..., Door], kind: str) -> None:
    opened = door(5)
    status, head, found = opened.ask(REFUSED[kind])
    assert (status, found["reason"]) == (400, "INVALID_INPUT")
    assert b"connection: close" in head
    assert not opened.suite.services.calls


def test_an_absolute_address_of_our_own_is_served(door: Callable[..., Door]) -> None:
    assert door(5).ask(request("GET http://crm.example/healthz", "Host: crm.example"))[0] == 200


def test_many_headers(door: Callable[..., Door]) -> None:
    status, _, found = door(5).ask(request("GET /v1/me", "Host: x", *(f"X-{n}: 1" for n in range(150))))
    assert (status, found["reason"]) == (431, "HEADERS_TOO_LARGE")


@pytest.mark.parametrize("odd", ["%0d%0a", "%0A", "%00", "%20", "%e2%80%a8", "%ff", "%7f"])
def test_an_odd_id_is_refused_before_anything_is_written(door: Callable[..., Door], odd: str) -> None:
    opened = door(5)
    token = f"Authorization: Bearer {opened.suite.token(opened.suite.user())}"
    ask = request(
        f"POST /v1/tickets/{ID}{odd}/messages", "Host: x", token, "Content-Type: application/json",
        "Content-Length: 2", body="{}",
    )  # fmt: skip
    status, _, found = opened.ask(ask)
    assert (status, found["reason"]) == (400, "INVALID_INPUT")
    assert not opened.suite.services["CreateMessage"]


def test_an_encoded_slash_separates_nothing(door: Callable[..., Door]) -> None:
    opened = door(5)
    token = f"Authorization: Bearer {opened.suite.token(opened.suite.user())}"
    opened.ask(request(f"GET /v1/contacts/{ID}%2Fcustomer360", "Host: x", token))
    (call,) = opened.suite.services["GetContact"]
    assert call.message.id == f"{ID}/customer360"
    assert opened.ask(request("GET /v1%2Fme", "Host: x", token))[0] == 404


def test_a_form_may_not_trickle_before_its_file(door: Callable[..., Door], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "FIELDS_SECONDS", 0.2)
    opened = door(5)
    token = f"Authorization: Bearer {opened.suite.token(opened.suite.user())}"
    head = request(
        "POST /v1/imports", "Host: x", token, "Content-Type: multipart/form-data; boundary=b", "Content-Length: 9999"
    )
    with opened.connect() as connection:
        connection.sendall(head + b'--b\r\nContent-Disposition: form-data; name="mapping"\r\n\r\n')
        connection.settimeout(0.02)
        received, until = b"", time.monotonic() + 5
        while not received.startswith(b"HTTP/1.1") and time.monotonic() < until:
            connection.sendall(b"-")
            try:
                received += connection.recv(65536)
            except TimeoutError:
                continue
    assert received.startswith(b"HTTP/1.1 408")


def test_a_port_is_shared_only_by_those_who_say_so() -> None:
    with main.listening_socket("127.0.0.1", 0, shared=True) as first:
        port = first.getsockname()[1]
        main.listening_socket("127.0.0.1", port, shared=True).close()
        with pytest.raises(OSError, match="in use"):
            socket.create_server(("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", 0)) as alone, pytest.raises(OSError, match="in use"):
        main.listening_socket("127.0.0.1", alone.getsockname()[1], shared=True)
