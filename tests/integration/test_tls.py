"""Processes that have certificates speak to those only that have the right ones."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc
import pytest
import structlog
from crm.contacts.v1 import accounts_pb2
from crm_chassis.access.tokens import Issuer, Verifier, raw_public_key
from crm_chassis.bus.topology import connect
from crm_chassis.calls.pipeline import Calls
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError
from crm_chassis.rpc.client import Client
from crm_chassis.rpc.server import Dispatcher
from crm_chassis.rpc.transport import listen
from crm_chassis.settings import SettingsError
from crm_chassis.testing import user
from crm_chassis.tls import VARIABLES, Tls, of_process
from crm_gateway.upstreams import Replica
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SEED = b"\x07" * 32
LIST = "crm.contacts.v1.AccountService.ListAccounts"


class Authority:
    """Signs certificates into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, folder.name)])
        own = self._builder(self.name, self.key, timedelta(days=1)).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.file = folder / "ca.pem"
        self.file.write_bytes(own.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _builder(self, name: x509.Name, key: Any, life: timedelta) -> x509.CertificateBuilder:
        end = datetime.now(UTC) + life
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=2))
            .not_valid_after(end)
        )

    def issue(self, name: str, life: timedelta = timedelta(hours=1)) -> Tls:
        """A certificate for an identity, and for this machine's address."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
        signed = self._builder(subject, key, life).add_extension(x509.SubjectAlternativeName(names), critical=False)
        found = Tls(self.file, self.folder / f"{name}.pem", self.folder / f"{name}.key")
        found.certificate.write_bytes(signed.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        found.key.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
        return found


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "strangers")


@pytest.fixture(scope="module")
def address(service: Any, engine: Any, ours: Authority) -> Iterator[str]:
    """The contacts service, which the gateway and sales may call."""
    server = grpc.server(futures.ThreadPoolExecutor(4))
    verifier = Verifier([raw_public_key(SEED)], service.name)
    callers = frozenset({"crm-gateway", "crm-sales"})
    calls = Calls(service, engine, Vault(b"\x05" * 32))
    dispatcher = Dispatcher(service, calls, verifier, callers=callers)
    server.add_generic_rpc_handlers((dispatcher,))
    port = listen(server, "127.0.0.1:0", ours.issue("crm-contacts"))
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Tls], None]:
    """Gives this process certificates."""

    def set_(tls: Tls) -> None:
        for variable, path in zip(VARIABLES, (tls.ca, tls.certificate, tls.key), strict=True):
            monkeypatch.setenv(variable, str(path))

    return set_


def call(address: str, service: str = "contacts") -> Any:
    client = Client(address, Issuer(SEED).issue(user(), "contacts"), service)
    try:
        return client.call(LIST, accounts_pb2.ListAccountsRequest(page_size=1), timeout=5)
    finally:
        client.close()


@pytest.mark.parametrize("name", ["crm-gateway", "crm-sales"])
def test_the_right_certificate_may_call(address: str, ours: Authority, use: Any, name: str) -> None:
    use(ours.issue(name))
    assert call(address) is not None


def test_no_certificate_is_refused(address: str) -> None:
    with pytest.raises(DomainError):
        call(address)


def test_the_authority_alone_is_no_certificate(address: str, ours: Authority) -> None:
    credentials = grpc.ssl_channel_credentials(ours.file.read_bytes())
    options = (("grpc.ssl_target_name_override", "crm-contacts"),)
    with grpc.secure_channel(address, credentials, options) as channel, pytest.raises(grpc.RpcError) as refused:
        channel.unary_unary("/crm.contacts.v1.AccountService/ListAccounts")(b"", timeout=5)
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_certificate_of_another_authority_is_refused(
    address: str, ours: Authority, strangers: Authority, use: Any
) -> None:
    forged = strangers.issue("crm-gateway")
    use(Tls(ours.file, forged.certificate, forged.key))
    with pytest.raises(DomainError):
        call(address)


def test_a_server_of_another_authority_is_not_trusted(
    address: str, ours: Authority, strangers: Authority, use: Any
) -> None:
    own = ours.issue("crm-gateway")
    use(Tls(strangers.file, own.certificate, own.key))
    with pytest.raises(DomainError):
        call(address)


def test_a_service_that_is_another_one_is_not_trusted(address: str, ours: Authority, use: Any) -> None:
    use(ours.issue("crm-gateway"))
    with pytest.raises(DomainError):
        call(address, "identity")


def test_a_certificate_whose_time_is_over_ends_the_start(ours: Authority, use: Any) -> None:
    use(ours.issue("crm-old", timedelta(minutes=-1)))
    with pytest.raises(SettingsError, match=r"CRM_TLS_CERT is not valid any more since 20"):
        of_process()


def test_a_certificate_whose_time_is_over_is_refused(address: str, ours: Authority) -> None:
    expired = ours.issue("crm-gateway", timedelta(minutes=-1))

    async def attempt() -> None:
        replica = Replica("contacts", address, expired)
        try:
            await replica.call("/crm.contacts.v1.AccountService/ListAccounts", b"", (), 5)
        finally:
            await replica.close()

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        asyncio.run(attempt())
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_member_of_the_suite_that_has_no_business_there_is_refused(address: str, ours: Authority, use: Any) -> None:
    use(ours.issue("crm-marketing"))
    with structlog.testing.capture_logs() as logs, pytest.raises(DomainError, match="may not call"):
        call(address)
    (line,) = (line for line in logs if line["event"] == "caller refused")
    assert "crm-marketing" in line["names"]


def test_the_gateway_says_which_replica_it_does_not_trust(address: str, ours: Authority, strangers: Authority) -> None:
    own = ours.issue("crm-gateway")

    async def attempt() -> None:
        replica = Replica("contacts", address, Tls(strangers.file, own.certificate, own.key))
        try:
            await replica.call("/crm.contacts.v1.AccountService/ListAccounts", b"", (), 5)
        finally:
            await replica.close()

    with structlog.testing.capture_logs() as logs, pytest.raises(grpc.aio.AioRpcError):
        asyncio.run(attempt())
    (line,) = (line for line in logs if line["event"] == "replica refused")
    assert (line["upstream"], line["address"]) == ("contacts", address)
    assert "CERTIFICATE_VERIFY_FAILED" in line["error"]


def test_files_that_do_not_belong_together(ours: Authority, use: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = ours.issue("crm-one"), ours.issue("crm-other")
    use(Tls(one.ca, one.certificate, other.key))
    with pytest.raises(SettingsError, match="cannot be used"):
        of_process()
    monkeypatch.setenv("CRM_TLS_KEY", "")
    with pytest.raises(SettingsError, match="belong together"):
        of_process()


def test_a_broker_behind_tls_needs_certificates() -> None:
    with pytest.raises(SettingsError, match="CRM_TLS_CA"):
        connect("amqps://crm@127.0.0.1:1/crm")


@pytest.mark.parametrize("trusted", [True, False])
def test_a_broker_and_its_client_show_each_other_who_they_are(
    ours: Authority, strangers: Authority, use: Any, trusted: bool
) -> None:
    """A TLS listener that stands for the broker: the client's certificate arrives, or the broker's is not trusted."""
    broker = (ours if trusted else strangers).issue("rabbitmq")
    use(ours.issue("crm-sales"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(ours.file))
    context.load_cert_chain(broker.certificate, broker.key)
    context.verify_mode = ssl.CERT_REQUIRED
    shown: list[Any] = []

    def accept(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        try:
            with peer, context.wrap_socket(peer, server_side=True) as wrapped:
                wrapped.recv(8)
                certificate: Any = wrapped.getpeercert()
                shown.append(("DNS", "crm-sales") in certificate["subjectAltName"])
        except ssl.SSLError as error:
            shown.append(error.reason)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, args=(listener,))
        thread.start()
        with pytest.raises(OSError, match=r"."):
            connect(f"amqps://crm:x@127.0.0.1:{listener.getsockname()[1]}/crm").connect()
        thread.join(10)
    assert shown == ([True] if trusted else ["TLSV1_ALERT_UNKNOWN_CA"])
