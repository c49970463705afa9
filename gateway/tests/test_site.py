"""Documentation, health, metrics, the unsubscribe page, the process itself."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import crm_contracts
import httpx
import pytest
import yaml
from crm.identity.v1 import password_links_pb2, users_pb2
from crm.marketing.v1 import opt_outs_pb2
from crm_chassis.envelope import Occurrence, seal
from crm_chassis.errors import InvalidInput, NotFound
from crm_chassis.ids import uuid7
from crm_chassis.settings import SettingsError
from crm_gateway import events_page
from crm_gateway import feed as feed_module
from crm_gateway.feed import Feed
from crm_gateway.routes import routed, template
from crm_gateway.settings import GatewaySettings, services
from crm_gateway.site import Site
from gateway_harness import ACTOR_SEED, Client, Suite


def test_without_a_console_the_root_leads_to_what_there_is(admin: Client) -> None:
    answer = admin.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")
    assert "/openapi.json" in admin.get("/docs").text


def test_who_asks_at_once_whether_the_gateway_is_ready_asks_the_services_once() -> None:
    asked = []

    async def check() -> str:
        asked.append(1)
        await asyncio.sleep(0)
        return ""

    async def ask() -> list[Any]:
        site, request = Site({"identity": check}), SimpleNamespace(path="/readyz")
        return await asyncio.gather(*(site.handle(request) for _ in range(50)))

    assert {reply.status for reply in asyncio.run(ask())} == {200}
    assert len(asked) == 1


def test_openapi_covers_every_route(admin: Client) -> None:
    document = admin.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    offered = {(verb.upper(), path) for path, verbs in document["paths"].items() for verb in verbs}
    assert {(http.verb, template(http.path)) for _, http in routed()} <= offered


def test_the_catalogue_of_events_is_a_page_that_needs_nothing_from_elsewhere(admin: Client) -> None:
    answer = admin.get("/docs/events")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in answer.headers["content-security-policy"]
    page = answer.text
    for source in re.findall(r'(?:src|href)="([^"#]+)"', page):
        assert source.startswith("/")
        assert admin.get(source).status_code == 200
    assert "<script" not in page
    assert [type_ for type_ in crm_contracts.events() if f"<code>{type_}</code>" not in page] == []
    anchors = re.findall(r'id="([^"]+)"', page)
    assert len(set(anchors)) == len(anchors)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
    assert not re.search(r"^(#|\||```)", page, re.MULTILINE), "Markdown that was not understood"


def test_text_of_the_catalogue_is_shown_as_text() -> None:
    shown = events_page.page(
        '# A\n\n| `x<y>` | [`t`](#a) |\n| --- | --- |\n| <b> | a\\|b |\n\n```json\n{"k": "</pre>"}\n```\n'
    )
    assert "<code>x&lt;y&gt;</code></th>" in shown
    assert '<a href="#a"><code>t</code></a>' in shown
    assert "<td>&lt;b&gt;</td><td>a|b</td>" in shown
    assert "&lt;/pre&gt;" in shown


def test_asyncapi_covers_every_event(admin: Client) -> None:
    answer = admin.get("/asyncapi.yaml")
    assert answer.headers["content-type"] == "application/yaml"
    assert set(yaml.safe_load(answer.text)["channels"]) == set(crm_contracts.events())


def test_health(suite: Suite) -> None:
    stranger = suite.stranger()
    assert stranger.get("/healthz").json() == {"status": "ok"}
    suite.gateway.site._found = None
    assert stranger.get("/readyz").json() == {"status": "ready", "failed": {}}
    suite.gateway.site._found = None
    suite.services.dead.add("identity")
    answer = stranger.get("/readyz")
    assert (answer.status_code, list(answer.json()["failed"])) == (503, ["identity"])
    suite.gateway.site._found = None
    answer = stranger.post("/healthz")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_metrics(suite: Suite, admin: Client) -> None:
    admin.get("/v1/me")
    assert admin.get("/metrics").status_code == 404, "not for clients"
    assert suite.gateway.probes is not None
    side_door = f"http://127.0.0.1:{suite.gateway.probes.port}"
    text = httpx.get(f"{side_door}/metrics").text
    assert 'crm_gateway_upstream_breaker{replica="127.0.0.1:' in text
    assert httpx.get(f"{side_door}/readyz").json() == {"status": "ready", "failed": {}}
    suite.services.dead.add("identity")
    assert list(httpx.get(f"{side_door}/readyz").json()["failed"]) == ["identity"]


def test_access_log(suite: Suite, admin: Client) -> None:
    id_ = uuid7()
    admin.get(f"/v1/contacts/{id_}", headers={"x-request-id": id_})
    suite.run(_flush(suite))
    line = next(json.loads(one) for one in suite.log.getvalue().splitlines() if id_.encode() in one)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/contacts/{id}", 200)
    assert line["user_id"]


async def _flush(suite: Suite) -> None:
    suite.gateway._access.flush()


# -- unsubscribe -----------------------------------------------------------------------------------------------


def test_a_get_shows_and_changes_nothing(suite: Suite) -> None:
    suite.services.answers["GetUnsubscribe"] = opt_outs_pb2.UnsubscribeState(masked_email="a<b>*@x.example")
    page = suite.stranger().get("/v1/unsubscribe/to-ken", headers={"accept": "text/html,*/*"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<form method="post">' in page.text
    assert "a&lt;b&gt;*@x.example" in page.text
    assert "script" not in page.text
    assert suite.services["GetUnsubscribe"][0].message.token == "to-ken"
    assert not suite.services["Unsubscribe"]


def test_a_form_unsubscribes(suite: Suite) -> None:
    suite.services.answers["Unsubscribe"] = opt_outs_pb2.UnsubscribeState(unsubscribed=True)
    form = {"content": b"List-Unsubscribe=One-Click",
            "headers": {"content-type": "application/x-www-form-urlencoded"}}  # fmt: skip
    answer = suite.stranger().post("/v1/unsubscribe/t", **form)
    assert (answer.status_code, answer.json()["unsubscribed"]) == (200, True)
    form["headers"]["accept"] = "text/html"  # type: ignore[index]
    assert "You are unsubscribed" in suite.stranger().post("/v1/unsubscribe/t", **form).text


def test_the_page_of_a_password_link_sets_the_password(suite: Suite) -> None:
    suite.services.answers["GetPasswordLink"] = password_links_pb2.PasswordLink(masked_email="a***@x.example")
    suite.services.answers["UsePasswordLink"] = password_links_pb2.PasswordLink(
        masked_email="a***@x.example", used=True
    )
    html = {"accept": "text/html,*/*"}
    page = suite.stranger().get("/v1/password_links/to-ken", headers=html)
    assert 'type="password" name="new_password"' in page.text
    assert "a***@x.example" in page.text
    assert not suite.services["UsePasswordLink"]

    form = {"content-type": "application/x-www-form-urlencoded"} | html
    body = b"new_password=correct+horse%26%C3%A9"
    page = suite.stranger().post("/v1/password_links/to-ken", content=body, headers=form)

    (call,) = suite.services["UsePasswordLink"]
    assert (call.message.token, call.message.new_password) == ("to-ken", "correct horse&é")
    assert "Your password is set" in page.text
    assert b"to-ken" not in suite.log.getvalue()


def test_a_weak_password_is_asked_for_again(suite: Suite) -> None:
    weak = InvalidInput.of("new_password", "is one of the most <common> passwords")
    suite.services.answers["UsePasswordLink"] = weak
    form = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}

    page = suite.stranger().post("/v1/password_links/t", content=b"new_password=password123", headers=form)

    assert page.status_code == 400
    assert "most &lt;common&gt; passwords" in page.text
    assert 'name="new_password"' in page.text
    flood = suite.stranger().post("/v1/password_links/t", content=b"&".join([b"a=b"] * 50), headers=form)
    assert flood.status_code == 400


def test_a_wrong_link_is_told_politely(suite: Suite) -> None:
    suite.services.answers["GetUnsubscribe"] = NotFound()
    page = suite.stranger().get("/v1/unsubscribe/t", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "does not work" in page.text
    suite.services.dead.add("marketing")
    assert "later" in suite.stranger().get("/v1/unsubscribe/t", headers={"accept": "text/html"}).text


# -- feed ------------------------------------------------------------------------------------------------------


def test_the_feed_hands_on_who_has_changed() -> None:
    heard: list[tuple[str, bytes]] = []
    feed = Feed("memory://", lambda type_, envelope: heard.append((type_, envelope)), lambda _: None)
    user_id = uuid7()
    about = Occurrence(uuid7(), user_id, 1, datetime.now(UTC), "", "", "", "")
    event = seal(users_pb2.UserDeactivated(user=users_pb2.User(id=user_id)), about)
    for body in (event, "\udcff"):
        feed._receive(SimpleNamespace(body=body, delivery_info={"routing_key": "crm.identity.user.deactivated.v1.7"}))
    assert heard == [("crm.identity.user.deactivated.v1", event)]


def test_the_feed_goes_on_when_the_broker_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[bool] = []
    monkeypatch.setattr(feed_module, "RETRY_SECONDS", (0.0,))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"amqp://127.0.0.1:{free.getsockname()[1]}//"
    feed = Feed(url, lambda *_: None, states.append)
    feed.start()
    feed.stop()
    assert not feed.has_run
    assert states == []


# -- process ---------------------------------------------------------------------------------------------------


def _environment(**changes: str) -> dict[str, str]:
    return {
        "CRM_ACTOR_PRIVATE_KEY": b64encode(ACTOR_SEED).decode(), "AMQP_URL": "amqp://127.0.0.1:1//",
        "CRM_TRUSTED_PROXIES": "none",
        **{f"CRM_UPSTREAM_{name.upper()}": "127.0.0.1:1,127.0.0.1:2" for name in services()}, **changes,
    }  # fmt: skip


def test_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _environment(CRM_TRUSTED_PROXIES="10.0.0.0/8", CRM_RATE_READ="7").items():
        monkeypatch.setenv(name, value)
    found = GatewaySettings.from_environment()
    assert found.upstreams["sales"] == ("127.0.0.1:1", "127.0.0.1:2")
    assert found.rates is not None
    assert found.rates["READ"] == 7
    assert found.trusted_proxies == (ip_network("10.0.0.0/8"),)
    monkeypatch.setenv("CRM_TRUSTED_PROXIES", "none")
    assert GatewaySettings.from_environment().trusted_proxies == ()
    monkeypatch.setenv("CRM_RATE_LIMITS", "off")
    assert GatewaySettings.from_environment().rates is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("CRM_UPSTREAM_SALES", ""), ("CRM_UPSTREAM_SALES", "sales"), ("CRM_TRUSTED_PROXIES", "x"),
     ("CRM_TRUSTED_PROXIES", ""),
     ("CRM_RATE_READ", "0"), ("CRM_RATE_READ", "x"), ("CRM_ACTOR_PRIVATE_KEY", "AAAA"), ("AMQP_URL", "")],
)  # fmt: skip
def test_wrong_settings(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for key, good in _environment(**{name: value}).items():
        monkeypatch.setenv(key, good)
    with pytest.raises(SettingsError, match=r"CRM_|AMQP_URL"):
        GatewaySettings.from_environment()


def _until_closed(connection: socket.socket) -> bytes:
    found = b""
    while True:
        try:
            more = connection.recv(65536)
        except ConnectionResetError:
            return found
        if not more:
            return found
        found += more


def test_the_gateway_loads_nothing_of_databases_and_workers() -> None:
    code = "import sys, crm_gateway.main; print(*({'sqlalchemy', 'eventlet', 'nameko', 'psycopg'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_the_process_serves_and_stops() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "crm-gateway")]
    process = subprocess.Popen(command, env=_environment(CRM_HTTP_PORT=str(port)), stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10)
                break
            except (urllib.error.URLError, TimeoutError):
                assert time.monotonic() < deadline
                assert process.poll() is None
        assert answer.status == 200
        assert "server" not in answer.headers
        for garbage, status in ((b"BREW / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000, 431)):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(garbage)
                head, _, body = _until_closed(connection).partition(b"\r\n\r\n")
            assert b"application/problem+json" in head
            assert json.loads(body)["status"] == status
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGTERM)
    assert b"Traceback" not in errors
