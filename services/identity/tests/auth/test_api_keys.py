"""API keys: made, shown once, resolved, revoked; never more than their user may do."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from crm.common.v1 import history_pb2, standard_pb2
from crm.identity.v1 import api_keys_pb2, auth_pb2, users_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, user

GATEWAY = Actor("", "gateway")
HELD = {"api_keys.create": OWN, "api_keys.read": OWN, "api_keys.delete": OWN, "contacts.read": ALL}


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


@pytest.fixture
def owner(make_user: Any, make_role: Any) -> Actor:
    """Somebody who may have keys."""
    role = make_role({"api_keys.*": "OWN", "contacts.read": "ALL", "leads.read": "ALL"})
    return user(HELD, id_=make_user(role_ids=[role.id]).id)


@pytest.fixture
def make_key(rpc: Any, clock: Any) -> Any:
    def make(as_: Actor, days: float = 30, **fields: Any) -> Any:
        key = {"name": "import", "permissions": ["contacts.read"]} | fields
        request = api_keys_pb2.CreateApiKeyRequest(api_key=key)
        request.api_key.expires_at.FromSeconds(int(clock().timestamp() + days * 86_400))
        return rpc("CreateApiKey", request, as_=as_)

    return make


@pytest.fixture
def resolve(rpc: Any) -> Any:
    def run(secret: str) -> Any:
        digest = hashlib.sha256(secret.encode()).digest()
        return rpc("ResolveApiKey", auth_pb2.ResolveApiKeyRequest(digest=digest), as_=GATEWAY)

    return run


def test_a_key_is_shown_once_and_stands_for_its_user(owner: Actor, make_key: Any, resolve: Any, rpc: Any) -> None:
    created = make_key(owner)

    resolved = resolve(created.secret)

    assert created.secret.startswith(created.prefix + "_")
    assert (resolved.user_id, resolved.api_key_id) == (owner.id, created.id)
    assert (list(resolved.permissions), resolved.prefix) == (["contacts.read"], created.prefix)
    assert resolved.expires_at == created.expires_at
    read = rpc("GetApiKey", standard_pb2.GetRequest(id=created.id), as_=owner)
    assert (read.HasField("last_used_at"), created.HasField("last_used_at")) == (True, False)
    assert created.secret not in str(read)


def test_a_key_is_not_readable_in_the_database(owner: Actor, make_key: Any, engine: Any, published: Any) -> None:
    from sqlalchemy import text

    created = make_key(owner)

    with engine.connect() as connection:
        id_ = {"id": created.id}
        row = connection.execute(text("SELECT * FROM api_keys WHERE id = :id"), id_).one()
        changes = connection.execute(text("SELECT changes::text FROM history WHERE record_id = :id"), id_).scalar_one()
    digest = hashlib.sha256(created.secret.encode()).digest()
    assert row.digest == digest
    assert created.secret not in f"{row}{changes}"
    assert digest.hex() not in f"{changes}{published(created.id)}"


def test_use_is_noted_to_the_minute(owner: Actor, make_key: Any, resolve: Any, rpc: Any, clock: Any) -> None:
    clock.advance(seconds=1)
    created = make_key(owner)

    def used() -> int:
        return int(rpc("GetApiKey", standard_pb2.GetRequest(id=created.id), as_=owner).last_used_at.seconds)

    resolve(created.secret)
    first = used()
    clock.advance(seconds=59)
    resolve(created.secret)
    assert used() == first
    clock.advance(seconds=1)
    resolve(created.secret)
    assert used() == first + 60


def test_expired_revoked_and_unknown_keys_are_good_for_nothing(
    owner: Actor, make_key: Any, resolve: Any, rpc: Any, clock: Any
) -> None:
    clock.advance(seconds=1)
    short, revoked = make_key(owner, days=1), make_key(owner)
    rpc("DeleteApiKey", standard_pb2.DeleteRequest(id=revoked.id), as_=owner)
    clock.advance(days=1, seconds=1)

    for secret in (short.secret, revoked.secret, "crm_00000000_x"):
        assert not resolve(secret).user_id


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"days": -1}, "api_key.expires_at"),
        ({"days": 400}, "api_key.expires_at"),
        ({"permissions": ["planets.read"]}, "api_key.permissions"),
        ({"permissions": []}, "api_key.permissions"),
        ({"name": ""}, "api_key.name"),
    ],
)
def test_a_key_is_limited_in_time_and_rights(owner: Actor, make_key: Any, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        make_key(owner, **wrong)

    assert list(refused.value.errors) == [field]


def test_a_key_does_not_do_what_its_maker_may_not(owner: Actor, make_key: Any) -> None:
    for permission in ("leads.read", "contacts.*", "*"):
        assert reason(make_key, owner, permissions=[permission]) == "GRANTS_MORE_THAN_HELD"


def test_only_the_user_and_who_reaches_the_user_sees_and_revokes(
    owner: Actor, make_key: Any, make_user: Any, rpc: Any
) -> None:
    key = make_key(owner)
    stranger, admin = user(HELD, id_=make_user().id), user()

    def listed(as_: Actor) -> list[str]:
        request = api_keys_pb2.ListApiKeysRequest(filter=f"user_id = {owner.id}")
        return [one.id for one in rpc("ListApiKeys", request, as_=as_).api_keys]

    assert (listed(owner), listed(admin), listed(stranger)) == ([key.id], [key.id], [])
    delete = standard_pb2.DeleteRequest(id=key.id)
    assert reason(rpc, "DeleteApiKey", delete, as_=stranger) == "NOT_FOUND"
    assert rpc("DeleteApiKey", delete, as_=admin).HasField("deleted_at")
    assert not listed(owner)


def test_keys_of_others_are_made_by_who_reaches_them_and_holds_as_much(
    owner: Actor, make_key: Any, make_user: Any, make_role: Any
) -> None:
    program = make_user(password="", role_ids=[make_role({"contacts.read": "ALL"}).id])
    clerk = user({"api_keys.create": ALL, "users.read": ALL, "contacts.read": OWN}, id_=make_user().id)

    assert make_key(user(), user_id=program.id).user_id == program.id
    assert reason(make_key, owner, user_id=program.id) == "UNKNOWN_REFERENCE"
    assert reason(make_key, clerk, user_id=program.id) == "GRANTS_MORE_THAN_HELD"


def test_keys_end_with_their_user_for_good(owner: Actor, make_key: Any, resolve: Any, rpc: Any) -> None:
    first = make_key(owner)
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=owner.id), as_=user())
    rpc("ReactivateUser", users_pb2.ReactivateUserRequest(id=owner.id), as_=user())
    assert not resolve(first.secret).user_id
    second = make_key(owner)
    rpc("DeleteUser", standard_pb2.DeleteRequest(id=owner.id), as_=user())
    rpc("UndeleteUser", standard_pb2.UndeleteRequest(id=owner.id), as_=user())

    assert not resolve(second.secret).user_id


def test_a_key_changes_nothing_of_the_person(owner: Actor, make_key: Any, rpc: Any) -> None:
    key = make_key(owner)
    program = Actor(owner.id, "user", {"contacts.read": ALL}, key.id, key.prefix)

    for name, request in (
        ("ChangePassword", auth_pb2.ChangePasswordRequest(current_password="x", new_password="a password of mine")),
        ("EnrolTotp", auth_pb2.EnrolTotpRequest(password="x")),
        ("UpdateMe", auth_pb2.UpdateMeRequest(me={"language": "fr"}, update_mask={"paths": ["language"]})),
    ):
        assert reason(rpc, name, request, as_=program) == "PERMISSION_DENIED"
    me = rpc("GetMe", auth_pb2.GetMeRequest(), as_=program)
    assert [grant.permission for grant in me.permissions] == ["contacts.read"]


def test_the_audit_trail_names_the_key(owner: Actor, make_key: Any, rpc: Any, make_role: Any) -> None:
    program = Actor(owner.id, "user", {"roles.create": ALL}, "", "crm_1234abcd")
    role = make_role({}, as_=program)

    (entry,) = rpc(
        "ListHistory", history_pb2.ListHistoryRequest(filter=f"record_id = {role.id}"), as_=user()
    ).audit_entries

    assert (entry.actor_id, entry.source) == (owner.id, "api_key crm_1234abcd")


def test_only_the_gateway_resolves_keys(rpc: Any) -> None:
    request = auth_pb2.ResolveApiKeyRequest(digest=b"x")

    assert reason(rpc, "ResolveApiKey", request, as_=user()) == "PERMISSION_DENIED"
