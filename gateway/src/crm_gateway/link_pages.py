"""The pages behind links in mails: a GET shows what would be done and changes nothing, the form posts (RFC 8058)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import orjson
from crm_chassis.errors import DomainError, InvalidInput

from crm_gateway.routes import Handler
from crm_gateway.web import Reply, Request

_POLICY = b"default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_PASSWORD = (
    '<p><label>New password <input type="password" name="new_password" minlength="8" maxlength="200"'
    ' autocomplete="new-password" required></label></p>'
)


def page(title: str, text: str, button: str = "", fields: str = "") -> bytes:
    """A page that needs neither scripts nor styles."""
    form = f'<form method="post">{fields}<button type="submit">{escape(button)}</button></form>' if button else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title></head><body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>{form}"
        "</main></body></html>"
    ).encode()


def _unsubscribe(state: Mapping[str, Any]) -> bytes:
    address = state.get("masked_email") or "Your address"
    if state.get("unsubscribed"):
        return page("You are unsubscribed", f"{address} gets no more mail of this kind.")
    return page("Unsubscribe", f"{address} will get no more mail of this kind.", "Unsubscribe")


def _password(state: Mapping[str, Any]) -> bytes:
    if state.get("used"):
        return page("Your password is set", "Log in with it from now on.")
    return _password_form(f"For {state.get('masked_email')}: at least 8 characters.")


def _password_form(text: str) -> bytes:
    return page("Set a new password", text, "Set the password", _PASSWORD)


STATES: Mapping[str, Callable[[Mapping[str, Any]], bytes]] = {
    "/v1/unsubscribe/{token}": _unsubscribe,
    "/v1/password_links/{token}": _password,
}
"""What the page of a path shows of the answer."""


class LinkPage:
    """Answers people with a page and programs with JSON."""

    def __init__(self, answer: Handler, path: str) -> None:
        self._answer = answer
        self._state = STATES[path]

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        if not request.accepts_html():
            return await self._answer(request, path)
        try:
            reply = await self._answer(request, path)
        except DomainError as error:
            return self._html(error.status, _problem(error))
        return self._html(reply.status, self._state(orjson.loads(reply.body)))

    @staticmethod
    def _html(status: int, body: bytes) -> Reply:
        return Reply(status, body, b"text/html; charset=utf-8", policy=_POLICY)


def _problem(error: DomainError) -> bytes:
    if error.status >= 500:
        return page("Please try again later", "This did not work just now.")
    if error.reason == InvalidInput.reason and (wrong := error.errors.get("new_password")):
        return _password_form(f"The password {', '.join(wrong)}.")
    return page("This link does not work", "It is incomplete, too old or used.")
