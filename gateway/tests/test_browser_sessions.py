"""Sessions of browsers: the refresh token stays in a cookie, and no page of another origin gets anything."""

from __future__ import annotations

import pytest
from crm.identity.v1 import auth_pb2
from crm_chassis.errors import Unauthenticated
from gateway_harness import Client, Suite

PATH = "/v1/browser_session"
LOGIN = {"email": "a@x.example", "password": "secret-1"}
PAIR = auth_pb2.TokenPair(access_token="access", refresh_token="refresh", token_type="Bearer", expires_in=600)


@pytest.fixture
def browser(suite: Suite) -> Client:
    return suite.stranger()


def test_the_refresh_token_is_in_a_cookie_only(suite: Suite, browser: Client) -> None:
    suite.services.answers["Login"] = PAIR
    answer = browser.post(PATH, json=LOGIN)
    assert answer.json() == {"access_token": "access", "token_type": "Bearer", "expires_in": 600}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("crm_session=refresh; ")
    assert {"HttpOnly", "SameSite=Strict", f"Path={PATH}"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    (call,) = suite.services["Login"]
    assert (call.message.email, call.message.password) == (LOGIN["email"], LOGIN["password"])


def test_a_refresh_replaces_the_cookie(suite: Suite, browser: Client) -> None:
    suite.services.answers["RefreshSession"] = PAIR
    answer = browser.request("PUT", PATH, headers={"cookie": "other=1; crm_session=before"})
    assert answer.json()["access_token"] == "access"
    assert answer.headers["set-cookie"].startswith("crm_session=refresh; ")
    (call,) = suite.services["RefreshSession"]
    assert call.message.refresh_token == "before"


@pytest.mark.parametrize("cookie", ["", "crm_session=", "x", "crm_session", "\x7f=;;=", "crm_session=;"])
def test_without_a_session_there_is_nothing_to_refresh(suite: Suite, browser: Client, cookie: str) -> None:
    answer = browser.request("PUT", PATH, headers={"cookie": cookie})
    assert answer.status_code == 401
    assert not suite.services["RefreshSession"]


def test_an_ended_session_stays_ended(suite: Suite, browser: Client) -> None:
    suite.services.answers["RefreshSession"] = Unauthenticated()
    answer = browser.request("PUT", PATH, headers={"cookie": "crm_session=old"})
    assert answer.status_code == 401
    assert "access_token" not in answer.text


def test_logging_out_ends_the_session_and_clears_the_cookie(suite: Suite, browser: Client) -> None:
    answer = browser.delete(PATH, headers={"cookie": "crm_session=token"})
    assert answer.json() == {}
    assert answer.headers["set-cookie"].startswith(f"crm_session=; Path={PATH}; Max-Age=0; ")
    (call,) = suite.services["Logout"]
    assert call.message.refresh_token == "token"
    assert browser.delete(PATH).status_code == 200
    assert len(suite.services["Logout"]) == 1


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
     {"sec-fetch-site": "same-site"}],
)  # fmt: skip
def test_pages_of_other_origins_are_refused(suite: Suite, browser: Client, verb: str, headers: dict[str, str]) -> None:
    body = {"json": LOGIN} if verb == "POST" else {}
    answer = browser.request(verb, PATH, headers={"cookie": "crm_session=token"} | headers, **body)
    assert (answer.status_code, answer.json()["reason"]) == (403, "OTHER_ORIGIN")
    assert not suite.services["Login"] + suite.services["RefreshSession"] + suite.services["Logout"]


def test_a_form_of_any_page_cannot_log_in(suite: Suite, browser: Client) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.post(PATH, content=b"email=a&password=b", headers=form)
    assert answer.status_code == 415
    assert not suite.services["Login"]


def test_a_page_of_the_same_origin_is_answered(suite: Suite, browser: Client) -> None:
    suite.services.answers["Login"] = PAIR
    host = browser.post(PATH, json=LOGIN).request.headers["host"]
    headers = {"origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    assert browser.post(PATH, json=LOGIN, headers=headers).status_code == 200
