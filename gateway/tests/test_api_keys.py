"""API keys at the gateway: a caller with some of the rights of a user, until the key ends."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from crm.contacts.v1 import contacts_pb2
from crm.identity.v1 import api_keys_pb2, auth_pb2, users_pb2
from crm_chassis.access.actor import ALL, TEAM
from crm_chassis.errors import Unavailable
from crm_chassis.ids import uuid7
from gateway_harness import Client, Suite

KEY_ID, SECRET = uuid7(), "crm_1234abcd_" + "s" * 43
CONTACT = f"/v1/contacts/{uuid7()}"


class Identity:
    """What identity says of the key: answers ResolveApiKey."""

    def __init__(self, user_id: str, permissions: list[str]) -> None:
        self.user_id, self.permissions = user_id, permissions
        self.seconds = 3600.0
        self.revoked = False

    def __call__(self, call: Any) -> auth_pb2.ResolveApiKeyResponse:
        if self.revoked or call.message.digest != hashlib.sha256(SECRET.encode()).digest():
            return auth_pb2.ResolveApiKeyResponse()
        answer = auth_pb2.ResolveApiKeyResponse(
            api_key_id=KEY_ID, user_id=self.user_id, prefix=SECRET[:12], permissions=self.permissions
        )
        answer.expires_at.FromSeconds(int(time.time() + self.seconds))
        return answer


@pytest.fixture
def identity(suite: Suite) -> Identity:
    user_id = suite.user({"contacts.*": ALL, "accounts.read": TEAM})
    found = suite.services.answers["ResolveApiKey"] = Identity(user_id, ["contacts.read", "leads.read"])
    suite.services.answers["GetContact"] = contacts_pb2.Contact(id=uuid7())
    suite.gateway.api_keys.forget()
    return found


@pytest.fixture
def program(suite: Suite) -> Client:
    return Client(suite, {"authorization": f"Bearer {SECRET}"})


def test_a_key_does_what_it_names_and_its_user_may(suite: Suite, identity: Identity, program: Client) -> None:
    assert program.get(CONTACT).status_code == 200
    actor = suite.services["GetContact"][0].actor
    assert actor is not None
    assert (actor.id, actor.session_id, actor.api_key) == (identity.user_id, KEY_ID, "crm_1234abcd")
    assert dict(actor.grants) == {"contacts.read": ALL}
    assert program.delete(CONTACT).status_code == 403
    assert program.get(f"/v1/accounts/{uuid7()}").status_code == 403
    assert program.get(f"/v1/leads/{uuid7()}").status_code == 403


def test_the_key_itself_goes_nowhere(suite: Suite, identity: Identity, program: Client) -> None:
    program.get(CONTACT)

    assert SECRET not in str(suite.services.calls)
    assert SECRET.encode() not in suite.log.getvalue()


def test_a_key_does_nothing_for_the_person(identity: Identity, program: Client) -> None:
    body = {"current_password": "x", "new_password": "a password of mine"}

    assert program.post("/v1/me:changePassword", json=body).status_code == 403
    assert program.patch("/v1/me", json={"language": "fr"}).status_code == 403
    assert program.delete("/v1/me/sessions").status_code == 403
    assert program.get("/v1/me").status_code == 200


def test_it_is_asked_about_once_while_events_are_followed(suite: Suite, identity: Identity, program: Client) -> None:
    suite.follow(True)
    for _ in range(3):
        assert program.get(CONTACT).status_code == 200
    assert len(suite.services["ResolveApiKey"]) == 1
    suite.pass_time(31)
    program.get(CONTACT)
    assert len(suite.services["ResolveApiKey"]) == 2
    suite.follow(False)
    program.get(CONTACT)
    suite.pass_time(1)
    program.get(CONTACT)
    assert len(suite.services["ResolveApiKey"]) == 4


def test_a_revoked_key_ends_with_the_event(suite: Suite, identity: Identity, program: Client) -> None:
    suite.follow(True)
    assert program.get(CONTACT).status_code == 200
    identity.revoked = True

    suite.hear(api_keys_pb2.ApiKeyDeleted(api_key=api_keys_pb2.ApiKey(id=KEY_ID)), KEY_ID)

    assert program.get(CONTACT).status_code == 401
    suite.follow(False)


def test_a_key_revoked_while_it_was_asked_about_is_asked_about_again(
    suite: Suite, identity: Identity, program: Client
) -> None:
    """The answer may be older than the event that came in between."""
    suite.follow(True)
    answer: Callable[[Any], Any] = identity.__call__

    def overtaken(call: Any) -> Any:
        found = answer(call)
        if not identity.revoked:
            identity.revoked = True
            suite.hear(api_keys_pb2.ApiKeyDeleted(api_key=api_keys_pb2.ApiKey(id=KEY_ID)), KEY_ID)
        return found

    suite.services.answers["ResolveApiKey"] = overtaken

    assert program.get(CONTACT).status_code == 401
    suite.follow(False)


def test_an_expired_key_ends_by_the_clock(suite: Suite, identity: Identity, program: Client) -> None:
    suite.follow(True)
    identity.seconds = -1

    answer = program.get(CONTACT)

    assert (answer.status_code, answer.json()["reason"]) == (401, "INVALID_TOKEN")
    suite.follow(False)


def test_a_key_ends_with_its_user(suite: Suite, identity: Identity, program: Client) -> None:
    suite.follow(True)
    assert program.get(CONTACT).status_code == 200
    suite.services.principals[identity.user_id].active = False

    suite.hear(users_pb2.UserDeactivated(user=users_pb2.User(id=identity.user_id)), identity.user_id)

    assert program.get(CONTACT).status_code == 401
    suite.follow(False)


@pytest.mark.parametrize("unknown", ["crm_", "crm_1234abcd_" + "x" * 43, "crm_" + "x" * 5000])
def test_an_unknown_key_is_refused(suite: Suite, identity: Identity, unknown: str) -> None:
    assert Client(suite, {"authorization": f"Bearer {unknown}"}).get(CONTACT).status_code == 401


def test_a_key_goes_on_for_a_minute_while_identity_is_silent(suite: Suite, identity: Identity, program: Client) -> None:
    suite.follow(True)
    assert program.get(CONTACT).status_code == 200
    suite.services.answers["ResolveApiKey"] = Unavailable()

    suite.pass_time(31)
    assert program.get(CONTACT).status_code == 200
    suite.pass_time(31)
    assert program.get(CONTACT).status_code == 503
    suite.follow(False)


def test_a_key_has_limits_of_its_own(make_suite: Callable[..., Suite]) -> None:
    rates = {"READ": 2, "WRITE": 2, "HEAVY": 2, "CREDENTIAL": 10}
    suite = make_suite(rates=rates)
    user_id = suite.user({"contacts.*": ALL})
    suite.services.answers["ResolveApiKey"] = Identity(user_id, ["contacts.read"])
    suite.services.answers["GetContact"] = contacts_pb2.Contact(id=uuid7())
    program = Client(suite, {"authorization": f"Bearer {SECRET}"})
    person = Client(suite, {"authorization": f"Bearer {suite.token(user_id)}"})

    answers = [program.get(CONTACT).status_code for _ in range(4)]

    assert answers[:2] == [200, 200]
    assert 429 in answers
    assert person.get(CONTACT).status_code == 200
