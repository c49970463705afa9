"""GetMe, ResolvePrincipals and GetJwks: what a user may do, and what tokens are checked with."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.identity.v1 import auth_pb2, roles_pb2, teams_pb2, territories_pb2, users_pb2
from crm_chassis.access.actor import ANONYMOUS, Actor
from crm_chassis.access.tokens import raw_public_key
from crm_chassis.errors import DomainError
from crm_chassis.records.sharing import EVERYONE
from crm_chassis.testing import ALL, OWN, TEAM, unique, user

GATEWAY = Actor("", "gateway")


def grants(found: Any) -> dict[str, int]:
    return {one.permission: one.scope for one in found}


def test_the_widest_scope_of_each_permission_counts(make_user: Any, make_role: Any, principal: Any, rpc: Any) -> None:
    narrow = make_role({"contacts.read": "OWN", "leads.read": "TEAM"})
    wide = make_role({"contacts.read": "ALL", "leads.read": "OWN", "tasks.read": "OWN"})
    ann = make_user(role_ids=[narrow.id, wide.id])
    expected = {"contacts.read": ALL, "leads.read": TEAM, "tasks.read": OWN}

    found = principal(ann.id)
    me = rpc("GetMe", auth_pb2.GetMeRequest(), as_=Actor(ann.id, "user"))

    assert grants(found.grants) == grants(me.permissions) == expected
    assert sorted(found.role_names) == sorted(me.roles) == sorted([narrow.name, wide.name])
    assert (found.active, found.display_name, found.epoch) == (True, "Ann Lee", 1)


def test_get_me_says_who_and_where_one_is(make_user: Any, rpc: Any) -> None:
    boss = make_user()
    team = rpc("CreateTeam", teams_pb2.CreateTeamRequest(team={"name": unique("Team")}), as_=user())
    ann = make_user(manager_id=boss.id, team_ids=[team.id], time_zone="Europe/Berlin", language="de")

    me = rpc("GetMe", auth_pb2.GetMeRequest(), as_=Actor(ann.id, "user"))

    assert (me.id, me.email, me.manager_id, list(me.team_ids)) == (ann.id, ann.email, boss.id, [team.id])
    assert (me.time_zone, me.language, me.totp_enabled) == ("Europe/Berlin", "de", False)


def test_a_change_of_roles_counts_at_once_and_ends_no_session(
    make_user: Any, make_role: Any, principal: Any, rpc: Any, login: Any, refresh: Any
) -> None:
    ann = make_user()
    token = login(ann.email).refresh_token
    role = make_role({"contacts.read": "TEAM"})

    rpc("UpdateUser", users_pb2.UpdateUserRequest(user={"id": ann.id, "role_ids": [role.id]}), as_=user())
    assert grants(principal(ann.id).grants) == {"contacts.read": TEAM}
    changed = {"id": role.id, "grants": [{"permission": "contacts.read", "scope": "OWN"}]}
    rpc("UpdateRole", roles_pb2.UpdateRoleRequest(role=changed), as_=user())

    assert grants(principal(ann.id).grants) == {"contacts.read": OWN}
    assert refresh(token).access_token


def test_where_a_user_stands_comes_with_what_the_user_may(
    make_user: Any, make_role: Any, principal: Any, rpc: Any
) -> None:
    def territory(parent_id: str | None = None) -> str:
        fields = {"name": unique("Territory")} | ({"parent_id": parent_id} if parent_id else {})
        request = territories_pb2.CreateTerritoryRequest(territory=fields)
        return str(rpc("CreateTerritory", request, as_=user()).id)

    region = territory()
    district = territory(region)
    town, elsewhere = territory(district), territory()
    boss, wide = make_user(), make_role({"accounts.read": "TERRITORY"})
    ann = make_user(manager_id=boss.id, territory_ids=[region], role_ids=[wide.id])
    bob = make_user(territory_ids=[district, elsewhere], role_ids=[wide.id])
    eve = make_user(territory_ids=[region])

    assert principal(ann.id).manager_id == boss.id
    assert set(principal(ann.id).reached_territory_ids) == {region, district, town}
    found = rpc("ResolvePrincipals", auth_pb2.ResolvePrincipalsRequest(user_ids=[ann.id, bob.id]), as_=GATEWAY)
    reached = {one.user_id: set(one.reached_territory_ids) for one in found.principals}
    assert reached == {ann.id: {region, district, town}, bob.id: {district, town, elsewhere}}
    assert list(principal(eve.id).reached_territory_ids) == [], "nothing of hers reaches as far as territories"


def test_what_a_user_stands_for_when_records_are_shared(
    make_user: Any, make_role: Any, rpc: Any, principal: Any
) -> None:
    """Oneself, teams, roles, territories with all above, and everyone; who leads others, theirs too."""

    def territory(parent_id: str = "") -> str:
        fields = {"name": unique("Territory")} | ({"parent_id": parent_id} if parent_id else {})
        request = territories_pb2.CreateTerritoryRequest(territory=fields)
        return str(rpc("CreateTerritory", request, as_=user()).id)

    region = territory()
    district = territory(region)
    territory(district)
    leads, own = make_role({"accounts.read": "SUBTREE"}), make_role({"accounts.read": "OWN"})
    boss = make_user(role_ids=[leads.id])
    ann = make_user(manager_id=boss.id, territory_ids=[district], role_ids=[own.id])
    bob = make_user(manager_id=ann.id)

    anns = {ann.id, own.id, region, district, EVERYONE}
    assert set(principal(ann.id).principal_ids) >= anns
    assert not set(principal(ann.id).principal_ids) & {boss.id, bob.id, leads.id}
    assert list(principal(ann.id).principal_ids_below) == [], "nothing of hers reaches as far as those below"
    assert set(principal(boss.id).principal_ids_below) >= anns | {boss.id, bob.id, leads.id}


def test_users_who_do_not_exist_are_left_out(make_user: Any, rpc: Any) -> None:
    ann = make_user()
    ids = [ann.id, "not-an-id", "00000000-0000-7000-8000-000000000000"]

    found = rpc("ResolvePrincipals", auth_pb2.ResolvePrincipalsRequest(user_ids=ids), as_=GATEWAY)

    assert [one.user_id for one in found.principals] == [ann.id]


def test_a_deleted_user_is_nobody(make_user: Any, rpc: Any, principal: Any, login: Any, refresh: Any) -> None:
    ann = make_user()
    token = login(ann.email).refresh_token

    rpc("DeleteUser", standard_pb2.DeleteRequest(id=ann.id), as_=user())

    assert principal(ann.id) is None
    for call in (
        lambda: rpc("GetMe", auth_pb2.GetMeRequest(), as_=Actor(ann.id, "user")),
        lambda: refresh(token),
        lambda: login(ann.email),
    ):
        with pytest.raises(DomainError) as refused:
            call()
        assert refused.value.status == 401
    rpc("UndeleteUser", standard_pb2.UndeleteRequest(id=ann.id), as_=user())
    assert login(ann.email).access_token


def test_only_the_gateway_resolves_principals(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        rpc("ResolvePrincipals", auth_pb2.ResolvePrincipalsRequest(user_ids=[]), as_=user())

    assert refused.value.status == 403


def test_the_present_and_the_former_key_are_published(rpc: Any, login: Any, make_user: Any, claims: Any) -> None:
    keys = rpc("GetJwks", auth_pb2.GetJwksRequest(), as_=ANONYMOUS).keys

    present = raw_public_key(b"\x01" * 32)
    assert [(key.kty, key.crv, key.alg, key.use) for key in keys] == [("OKP", "Ed25519", "Ed25519", "sig")] * 2
    assert keys[0].x == base64.urlsafe_b64encode(present).rstrip(b"=").decode()
    assert keys[0].kid == hashlib.sha256(present).hexdigest()[:16]
    assert keys[1].kid == hashlib.sha256(b"\x02" * 32).hexdigest()[:16]
    assert claims(login(make_user().email).access_token)["header"]["kid"] == keys[0].kid
