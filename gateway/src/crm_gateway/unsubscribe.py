"""The page behind an unsubscribe link: a GET shows it and changes nothing, its button posts (RFC 8058)."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import orjson
from crm_chassis.errors import DomainError

from crm_gateway.routes import Handler
from crm_gateway.web import Reply, Request

PATH = "/v1/unsubscribe/{token}"
_POLICY = b"default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


def page(title: str, text: str, button: str = "") -> bytes:
    """A page that needs neither scripts nor styles."""
    form = f'<form method="post"><button type="submit">{escape(button)}</button></form>' if button else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title></head><body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>{form}"
        "</main></body></html>"
    ).encode()


class UnsubscribePage:
    """Answers people with a page and programs with JSON."""

    def __init__(self, answer: Handler) -> None:
        self._answer = answer

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        if not request.accepts_html():
            return await self._answer(request, path)
        try:
            reply = await self._answer(request, path)
        except DomainError as error:
            if error.status >= 500:
                return self._html(error.status, page("Please try again later", "This did not work just now."))
            return self._html(error.status, page("This link does not work", "It is incomplete or too old."))
        return self._html(reply.status, self._state(orjson.loads(reply.body)))

    @staticmethod
    def _state(found: Mapping[str, Any]) -> bytes:
        address = found.get("masked_email") or "Your address"
        if found.get("unsubscribed"):
            return page("You are unsubscribed", f"{address} gets no more mail of this kind.")
        return page("Unsubscribe", f"{address} will get no more mail of this kind.", "Unsubscribe")

    @staticmethod
    def _html(status: int, body: bytes) -> Reply:
        return Reply(status, body, b"text/html; charset=utf-8", policy=_POLICY)
