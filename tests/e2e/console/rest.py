"""Calls of the API by the person of a page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import APIResponse, Page


def fetch(page: Page, verb: str, path: str, body: dict[str, Any] | None = None, etag: str = "") -> APIResponse:
    """The answer to a call."""
    token = page.request.put("/v1/browser_session").json()["access_token"]
    headers = {"authorization": f"Bearer {token}"} | ({"if-match": f'"{etag}"'} if etag else {})
    return page.request.fetch(path, method=verb, data=body, headers=headers)


def call(page: Page, verb: str, path: str, body: dict[str, Any] | None = None, etag: str = "") -> Any:
    """What a call answers; fails unless it is a good one."""
    answer = fetch(page, verb, path, body, etag)
    assert answer.ok, answer.text()
    return answer.json()


def without_news(page: Page) -> None:
    """Has the page hear of no changes, as if its connection were slow."""
    page.route("**/v1/stream", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=""))
