"""Actor tokens are good for one service, for seconds, from one issuer."""

from __future__ import annotations

import base64
import json
import time

import pytest
from crm_chassis.access import tokens
from crm_chassis.access.actor import ALL, OWN, Actor
from crm_chassis.errors import ActorTokenExpired, ActorTokenRefused

SEED = b"\x03" * 32
ACTOR = Actor("01a20087-6a16-726d-a0b5-929defca4fce", "user", {"contacts.read": OWN, "leads.*": ALL}, "session")


def verifier(audience: str = "sales", seed: bytes = SEED) -> tokens.Verifier:
    return tokens.Verifier([tokens.raw_public_key(seed)], audience)


def test_the_actor_comes_out_as_it_went_in() -> None:
    assert verifier().verify(tokens.Issuer(SEED).issue(ACTOR, "sales")) == ACTOR


@pytest.mark.parametrize("change", ["audience", "key", "body", "alg"])
def test_a_token_that_is_not_quite_right_is_refused(change: str) -> None:
    token = tokens.Issuer(SEED).issue(ACTOR, "contacts" if change == "audience" else "sales")
    header, body, signature = token.split(".")
    if change == "body":
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        body = base64.urlsafe_b64encode(json.dumps(claims | {"grants": {"*": ALL}}).encode()).rstrip(b"=").decode()
    if change == "alg":
        header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"actor+jwt"}').rstrip(b"=").decode()
        signature = ""
    check = verifier(seed=b"\x04" * 32) if change == "key" else verifier()
    with pytest.raises(ActorTokenRefused):
        check.verify(f"{header}.{body}.{signature}")


def test_an_expired_token_is_refused_even_if_it_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    check, token = verifier(), tokens.Issuer(SEED).issue(ACTOR, "sales", 5)
    check.verify(token)
    later = time.time() + 6
    monkeypatch.setattr(tokens.time, "time", lambda: later)
    with pytest.raises(ActorTokenExpired):
        check.verify(token)


def test_nobody_becomes_the_system_by_token() -> None:
    with pytest.raises(ActorTokenRefused):
        verifier().verify(tokens.Issuer(SEED).issue(Actor("", "system"), "sales"))


def test_wildcards_reach_as_far_as_they_say() -> None:
    assert (ACTOR.scope_of("leads.convert"), ACTOR.scope_of("contacts.read"), ACTOR.scope_of("contacts.update")) == (
        ALL,
        OWN,
        0,
    )
