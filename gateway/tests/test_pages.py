"""The console's files: kept for ever by name, packed, under a policy without inline script."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
from crm_gateway.pages import pages

SCRIPT = b"export const page = 1;" * 100
BROTLI = brotli.compress(SCRIPT)


async def _transcoder(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<meta name="nonce" content="%NONCE%"><script src="/assets/a-1.js"></script>')
    (tmp_path / "docs.html").write_text("<title>API</title>")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / "assets" / "a-1.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "a-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets" / "a-1.js.br").write_bytes(BROTLI)
    return tmp_path


class Browser:
    def __init__(self, folder: Path | None) -> None:
        self._app = pages(_transcoder, lambda: folder)

    def get(self, path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://suite") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())


@pytest.fixture
def browser(folder: Path) -> Browser:
    return Browser(folder)


def test_the_root_leads_to_the_console(browser: Browser) -> None:
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/app")


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/contacts/0190-1?tab=deals", "/app/a/b/c"])
def test_every_address_of_the_console_is_its_page(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
    assert f'content="{nonce}"' in answer.text
    assert browser.get(path).headers["content-security-policy"] != policy


def test_a_page_is_read_once_until_it_is_built_anew(
    browser: Browser, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    whole = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda path, *args: read.append(path.name) or whole(path, *args))

    for path in ("/app", "/docs", "/app/contacts", "/docs"):
        assert browser.get(path).status_code == 200
    assert read == ["index.html", "docs.html"]

    (folder / "new.html").write_text("built anew")
    (folder / "new.html").replace(folder / "index.html")
    assert browser.get("/app").text == "built anew"


def test_files_with_a_hash_are_kept_for_ever(browser: Browser) -> None:
    plain = browser.get("/assets/a-1.js", **{"accept-encoding": "identity"})
    packed = browser.get("/assets/a-1.js", **{"accept-encoding": "br;q=0, gzip"})
    assert plain.content == packed.content == SCRIPT
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    for answer in (plain, packed):
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["vary"] == "Accept-Encoding"


def test_who_can_read_brotli_gets_it(browser: Browser, folder: Path) -> None:
    path = "/assets/a-1.js"
    with_both = {"accept-encoding": "gzip, deflate, br, zstd"}
    answer = browser.get(path, **with_both)
    assert answer.headers["content-length"] == str(len(BROTLI))
    assert answer.headers["content-encoding"] == "br"
    assert "javascript" in answer.headers["content-type"]
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept-Encoding"
    (folder / "assets" / "a-1.js.br").unlink()
    assert browser.get(path, **with_both).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in browser.get("/app", **with_both).headers


@pytest.mark.parametrize("path", ["/assets/gone.js", "/assets/../index.html", "/assets/%2e%2e/index.html"])
def test_nothing_else_is_given_away(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code in (404, 418)


def test_without_a_console_its_addresses_lead_to_the_api() -> None:
    browser = Browser(None)
    for path in ("/", "/app", "/app/contacts", "/app/icon.svg"):
        assert browser.get(path).headers["location"] == "/docs"
    assert "/openapi.json" in browser.get("/docs").text
    assert browser.get("/assets/a-1.js").status_code == 404


def test_the_manifest_keeps_its_name(browser: Browser) -> None:
    answer = browser.get("/app/manifest.webmanifest")
    assert (answer.text, answer.headers["cache-control"]) == ("{}", "no-cache")


def test_what_is_no_page_goes_to_the_transcoder(browser: Browser) -> None:
    assert browser.get("/healthz").status_code == 418
