"""Who gets in, as whom, and how soon a change of rights is felt."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import crm_contracts
import pytest
from crm.identity.v1 import auth_pb2, roles_pb2, users_pb2
from crm_chassis.access.actor import OWN, Actor
from crm_chassis.errors import ActorTokenExpired, ActorTokenRefused, DomainError, NotFound, Unauthenticated, Unavailable
from crm_chassis.ids import uuid7
from crm_gateway.authn import REFETCH_SECONDS, Authenticator, Claims, Keys
from crm_gateway.authz import Minter, authorise
from crm_gateway.errors import InvalidToken
from crm_gateway.principals import FED_SECONDS, GRACE_SECONDS, UNFED_SECONDS, Principals
from crm_gateway.routes import routed
from gateway_harness import ACTOR_SEED, KID, TOKEN_SEED, Client, Suite, jwks

ID = uuid7()
OTHER_SEED = bytes(range(7, 39))


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _with(suite: Suite, token: str) -> Any:
    return suite.stranger().get(f"/v1/contacts/{ID}", headers={"authorization": f"Bearer {token}"})


def test_without_token(suite: Suite) -> None:
    answer = suite.stranger().get(f"/v1/contacts/{ID}")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="crm"'
    assert answer.json()["reason"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "bearer x", "Bearer a.b", "Bearer a.b.c.d"])
def test_odd_authorization(suite: Suite, header: str) -> None:
    answer = suite.stranger().get("/v1/me", headers={"authorization": header})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "crm-sales"}, {"aud": ["crm-gateway"]}, {"aud": None}, {"iss": "somebody"}, {"iss": None},
        {"exp": 1}, {"exp": None}, {"exp": "9999999999"}, {"exp": True}, {"iat": None}, {"iat": 99999999999},
        {"sub": ""}, {"sub": None}, {"sub": 7}, {"sid": None}, {"sid": ""}, {"epoch": None}, {"epoch": "0"},
        {"epoch": True}, {"epoch": 0.5},
    ],
)  # fmt: skip
def test_wrong_claims(suite: Suite, claims: dict[str, Any]) -> None:
    answer = _with(suite, suite.token(suite.user(), **claims))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].endswith('error="invalid_token"')
    assert not suite.services["GetContact"]


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"}, {"typ": "actor+jwt"}, {"kid": "other"}, {"kid": "../key"}, {"kid": "x" * 33}, {"kid": ""},
        {"jku": "https://evil.example"}, {"jwk": {"kty": "oct"}}, {"x5u": "https://evil.example"},
    ],
)  # fmt: skip
def test_wrong_header(suite: Suite, header: dict[str, Any]) -> None:
    assert _with(suite, suite.token(suite.user(), header=header)).status_code == 401


def test_other_signatures(suite: Suite) -> None:
    user = suite.user()
    good = suite.token(user)
    assert _with(suite, good).status_code == 200
    head, claims, signature = good.split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt", "kid": KID}).encode()).decode()
    swapped = suite.token(suite.user()).split(".")[1]
    for token in (
        suite.token(user, seed=OTHER_SEED),
        suite.token(user, seed=ACTOR_SEED),
        f"{none.rstrip('=')}.{claims}.",
        f"{none.rstrip('=')}.{claims}.{signature}",
        f"{head}.{swapped}.{signature}",
        f"{head}.{claims}.{signature[:-4]}AAAA",
        f"{head}.{claims}.",
        good + "x" * 5000,
    ):
        assert _with(suite, token).status_code == 401


def test_a_token_given_twice(suite: Suite) -> None:
    token = suite.token(suite.user())
    headers = [("authorization", f"Bearer {token}"), ("authorization", "Bearer x")]
    assert suite.stranger().get("/v1/me", headers=headers).status_code == 400


def test_unknown_user(suite: Suite) -> None:
    assert _with(suite, suite.token(uuid7())).status_code == 401


def test_inactive_user(suite: Suite) -> None:
    assert _with(suite, suite.token(suite.user(active=False))).status_code == 401


def test_old_epoch(suite: Suite) -> None:
    user = suite.user(epoch=3)
    assert _with(suite, suite.token(user, epoch=2)).status_code == 401
    assert _with(suite, suite.token(user, epoch=3)).status_code == 200


def test_revoked_session(suite: Suite) -> None:
    user = suite.user(revoked_session_ids=["s1"])
    assert _with(suite, suite.token(user, sid="s1")).status_code == 401
    assert _with(suite, suite.token(user, sid="s2")).status_code == 200


def test_the_gateway_resolves_as_itself(suite: Suite) -> None:
    suite.client().get("/v1/me")
    actor = suite.services["ResolvePrincipals"][0].actor
    assert actor is not None
    assert (actor.kind, actor.id) == ("gateway", "")


def test_public_methods_carry_nobody(suite: Suite, admin: Client) -> None:
    for client in (admin, suite.stranger()):
        assert client.post("/v1/auth/login", json={"email": "a", "password": "b"}).status_code == 200
    assert all(call.actor is not None and call.actor.kind == "anonymous" for call in suite.services["Login"])


def test_every_route_asks_for_its_permission(suite: Suite) -> None:
    nobody, stranger = suite.client({}), suite.stranger()
    for method, http in routed():
        path = http.path.replace("{resource}", "tickets").replace("{", "").replace("}", "")
        policy = method.policy
        if method.descriptor.server_streaming:
            stream = suite.open_stream(nobody)
            assert (policy.permission, stream.status) == ("", 200)
            stream.close()
            assert stranger.request(http.verb, path).status_code == 401, method.full_name
            continue
        answer = nobody.request(http.verb, path)
        if policy.permission:
            assert answer.status_code == 403, method.full_name
            assert policy.permission in answer.json()["detail"]
        else:
            assert answer.status_code != 403, method.full_name
        if not policy.public:
            assert stranger.request(http.verb, path).status_code == 401, method.full_name


def test_a_refusal_reaches_the_audit_trail_of_the_service(suite: Suite) -> None:
    id_ = uuid7()
    assert suite.client({}).post(f"/v1/users/{id_}:deactivate", json={}).status_code == 403
    (call,) = suite.services["DeactivateUser"]
    assert call.message.id == id_
    assert call.actor is not None
    assert not call.actor.grants


OWN_METHODS = [
    ("GET", "/v1/audit_entries", "ListHistory", "ListAuditEntries", "identity"),
    ("POST", "/v1/imports", "UploadImport", "CreateImport", "identity"),
    ("GET", "/v1/import_kinds", "DescribeImportKinds", "DescribeImportKinds", "identity"),
    ("GET", "/v1/imports", "ListImports", "ListImports", "identity"),
    ("GET", "/v1/imports/{id}", "GetImport", "GetImport", "identity"),
    ("GET", "/v1/imports/{id}/errors", "ListImportErrors", "ListImportErrors", "identity"),
    ("GET", "/v1/imports/{id}/failed_rows", "GetImport", "DownloadFailedRows", "identity"),
    ("POST", "/v1/imports/{id}:cancel", "CancelImport", "CancelImport", "identity"),
    ("POST", "/v1/proposals", "CreateProposal", "CreateProposal", "identity"),
    ("POST", "/v1/proposals/{id}:withdraw", "WithdrawProposal", "WithdrawProposal", "identity"),
    ("GET", "/v1/contacts/{id}/customer360", "GetContact", "GetContact360", "contacts"),
    ("GET", "/v1/accounts/{id}/customer360", "GetAccount", "GetAccount360", "contacts"),
    ("GET", "/v1/contacts/{id}/timeline", "GetContact", "ListContactTimeline", "contacts"),
    ("GET", "/v1/accounts/{id}/timeline", "GetAccount", "ListAccountTimeline", "contacts"),
]


@pytest.mark.parametrize(("verb", "path", "asked", "called", "service"), OWN_METHODS)
def test_so_does_that_of_a_method_of_the_gateway(
    suite: Suite, verb: str, path: str, asked: str, called: str, service: str
) -> None:
    """A service with the same right refuses it, and its trail names the method that was called."""
    id_ = uuid7()
    assert suite.client({}).request(verb, path.format(id=id_)).status_code == 403
    (call,) = suite.services[asked]
    assert (call.service, call.metadata["x-called-as"]) == (service, called)
    assert call.actor is not None
    assert not call.actor.grants
    if "{id}" in path:
        assert call.message.id == id_


def test_every_method_of_the_gateway_that_asks_for_a_right_has_one_that_notes_its_refusal() -> None:
    own = [method for method in crm_contracts.methods().values() if method.domain == "gateway"]
    asking = {method.name for method in own if method.policy.permission}
    assert asking == {called for _, _, _, called, _ in OWN_METHODS}


def test_a_refusal_by_a_service_that_is_named_in_the_path_reaches_its_trail(suite: Suite) -> None:
    assert suite.client({}).get("/v1/services/sales/jobs").status_code == 403
    (call,) = suite.services["ListJobs"]
    assert call.service == "sales"
    assert suite.client({}).get("/v1/services/nowhere/jobs").status_code == 403


def test_an_import_that_is_hidden_is_refused_by_one_service(suite: Suite) -> None:
    suite.services.answers |= {"GetImport": NotFound(), "CancelImport": NotFound()}
    assert suite.client().post(f"/v1/imports/{uuid7()}:cancel", json={}).status_code == 404
    assert len(suite.services["CancelImport"]) == 1


def test_policies_deny_by_default() -> None:
    method = next(m for m, _ in routed() if m.policy.permission)
    for actor in (Actor("", "anonymous"), Actor("", "gateway"), Actor("", "system")):
        with pytest.raises(Unauthenticated):
            authorise(method.policy, actor)
    with pytest.raises(DomainError, match="itself"):
        authorise(type(method.policy)(), Actor("u"))
    with pytest.raises(DomainError, match="itself"):
        authorise(type(method.policy)(internal=True), Actor("u"))


def test_actor_token_says_what_the_user_may(suite: Suite) -> None:
    client = suite.client({"contacts.read": OWN})
    client.get("/v1/contacts")
    client.get("/v1/contacts")
    first, second = suite.services["ListContacts"]
    assert first.actor is not None
    assert dict(first.actor.grants) == {"contacts.read": OWN}
    assert first.metadata["x-actor-token"] == second.metadata["x-actor-token"]


def test_actor_token_refused_is_not_the_callers_fault(suite: Suite, admin: Client) -> None:
    suite.services.answers["GetContact"] = ActorTokenRefused()
    answer = admin.get(f"/v1/contacts/{ID}")
    assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")


def test_a_wrong_password_is(suite: Suite) -> None:
    suite.services.answers["Login"] = Unauthenticated("E-mail or password is wrong.")
    answer = suite.stranger().post("/v1/auth/login", json={"email": "a", "password": "b"})
    assert (answer.status_code, answer.json()["detail"]) == (401, "E-mail or password is wrong.")


# -- events ----------------------------------------------------------------------------------------------------


def _soon(suite: Suite, function: Callable[..., None], *arguments: Any) -> None:
    async def call() -> None:
        function(*arguments)

    suite.run(call())


def test_deactivation_is_felt_at_once(suite: Suite) -> None:
    _soon(suite, suite.gateway.principals.fed, True)
    try:
        user = suite.user()
        token = suite.token(user)
        assert _with(suite, token).status_code == 200
        suite.services.principals[user].active = False
        assert _with(suite, token).status_code == 200
        suite.hear(users_pb2.UserDeactivated(user=users_pb2.User(id=user)), user)
        assert _with(suite, token).status_code == 401
    finally:
        _soon(suite, suite.gateway.principals.fed, False)


def test_a_changed_role_is_felt_at_once(suite: Suite) -> None:
    _soon(suite, suite.gateway.principals.fed, True)
    try:
        user = suite.user()
        token = suite.token(user)
        assert _with(suite, token).status_code == 200
        del suite.services.principals[user].grants[:]
        suite.hear(roles_pb2.RoleUpdated(role=roles_pb2.Role(id=uuid7())), uuid7())
        assert _with(suite, token).status_code == 403
    finally:
        _soon(suite, suite.gateway.principals.fed, False)


class Directory:
    """Identity as Principals sees it."""

    def __init__(self) -> None:
        self.asked = 0
        self.active = True
        self.error: DomainError | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    async def __call__(self, user_id: str) -> Any:
        self.asked += 1
        active = self.active
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        if self.error is not None:
            raise self.error
        return auth_pb2.Principal(user_id=user_id, active=active)


CLAIMS = Claims("u", "s", 0, 1e12)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def principals(directory: Directory, clock: Clock) -> Principals:
    return Principals(directory, Minter(ACTOR_SEED), clock)


def test_without_feed_a_principal_holds_a_second(
    suite: Suite, principals: Principals, directory: Directory, clock: Clock
) -> None:
    suite.run(principals.caller(CLAIMS))
    clock.now += UNFED_SECONDS / 2
    suite.run(principals.caller(CLAIMS))
    assert directory.asked == 1
    clock.now += UNFED_SECONDS
    directory.active = False
    with pytest.raises(InvalidToken):
        suite.run(principals.caller(CLAIMS))


def test_without_feed_and_identity_a_principal_holds_a_minute(
    suite: Suite, principals: Principals, directory: Directory, clock: Clock
) -> None:
    suite.run(principals.caller(CLAIMS))
    directory.error = Unavailable()
    clock.now += GRACE_SECONDS - 1
    suite.run(principals.caller(CLAIMS))
    clock.now += 2
    with pytest.raises(Unavailable):
        suite.run(principals.caller(CLAIMS))


def test_with_feed_a_principal_outlives_identity(
    suite: Suite, principals: Principals, directory: Directory, clock: Clock
) -> None:
    principals.fed(True)
    suite.run(principals.caller(CLAIMS))
    directory.error = Unavailable()
    clock.now += FED_SECONDS * 10
    suite.run(principals.caller(CLAIMS))
    principals.drop("u")
    with pytest.raises(Unavailable):
        suite.run(principals.caller(CLAIMS))


def test_reconnection_asks_again(suite: Suite, principals: Principals, directory: Directory) -> None:
    principals.fed(True)
    suite.run(principals.caller(CLAIMS))
    principals.fed(False)
    principals.fed(True)
    directory.active = False
    with pytest.raises(InvalidToken):
        suite.run(principals.caller(CLAIMS))


def test_an_event_during_the_question_repeats_it(suite: Suite, principals: Principals, directory: Directory) -> None:
    principals.fed(True)

    def deactivate() -> None:
        directory.active = False
        principals.drop("u")

    directory.meanwhile = deactivate
    with pytest.raises(InvalidToken):
        suite.run(principals.caller(CLAIMS))
    assert directory.asked == 2


# -- keys ------------------------------------------------------------------------------------------------------


def test_unknown_keys_are_fetched_once_a_minute(suite: Suite, clock: Clock) -> None:
    fetched: list[float] = []
    published = list(jwks().keys)

    async def fetch() -> list[Any]:
        fetched.append(clock.now)
        return published

    keys = Keys(fetch, clock)
    assert suite.run(keys.get(KID)) is not None
    for _ in range(20):
        assert suite.run(keys.get("new")) is None
    assert len(fetched) == 1
    published.extend(jwks(OTHER_SEED, "new").keys)
    clock.now += REFETCH_SECONDS + 1
    assert suite.run(keys.get("new")) is not None
    assert len(fetched) == 2


def test_keys_outlive_identity(suite: Suite, clock: Clock) -> None:
    alive = [True]

    async def fetch() -> list[Any]:
        if not alive[0]:
            raise Unavailable()
        return list(jwks().keys)

    keys = Keys(fetch, clock)
    suite.run(keys.get(KID))
    alive[0] = False
    clock.now += 10_000
    assert suite.run(keys.get(KID)) is not None


def test_no_keys_yet_is_not_the_callers_fault(suite: Suite) -> None:
    async def fetch() -> list[Any]:
        raise Unavailable()

    authenticator = Authenticator(Keys(fetch))
    with pytest.raises(Unavailable):
        suite.run(authenticator.claims(suite.token("u")))


def test_foreign_keys_are_passed_over(suite: Suite) -> None:
    odd = auth_pb2.Jwk(kty="RSA", crv="", x="AAAA", kid="rsa")
    bad_name = jwks(TOKEN_SEED, "a/b").keys[0]

    async def fetch() -> list[Any]:
        return [odd, bad_name]

    keys = Keys(fetch)
    assert suite.run(keys.get("rsa")) is None
    assert suite.run(keys.get("a/b")) is None


def test_an_expired_token_is_refused_from_the_cache_too(suite: Suite) -> None:
    now = [time.time()]

    async def fetch() -> list[Any]:
        return list(jwks().keys)

    authenticator = Authenticator(Keys(fetch), lambda: now[0])
    token = suite.token("u")
    suite.run(authenticator.claims(token))
    now[0] += 301
    with pytest.raises(InvalidToken, match="expired"):
        suite.run(authenticator.claims(token))


def test_an_actor_token_lives_for_seconds(suite: Suite, admin: Client) -> None:
    """Who steals one, or has lost a right, has no more of it than that."""
    admin.get("/v1/contacts")
    token = suite.services["ListContacts"][0].metadata["x-actor-token"]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] <= 5


def test_a_user_whom_the_service_does_not_know_any_more(suite: Suite, admin: Client) -> None:
    """Identity has heard of a deactivation before the gateway has."""
    suite.services.answers["GetMe"] = Unauthenticated()
    asked = len(suite.services["ResolvePrincipals"])
    answer = admin.get("/v1/me")
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    admin.get("/v1/me")
    assert len(suite.services["ResolvePrincipals"]) == asked + 2, "who the user is has to be asked again"


def test_a_call_that_waited_too_long_may_be_repeated(suite: Suite, admin: Client) -> None:
    suite.services.answers["GetContact"] = ActorTokenExpired()
    answer = admin.get(f"/v1/contacts/{ID}")
    assert (answer.status_code, answer.json()["service"]) == (503, "contacts")
