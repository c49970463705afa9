"""Who may administer whom: nobody touches who holds more, nobody gives a reach that they do not have."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from crm.common.v1 import standard_pb2, types_pb2
from crm.identity.v1 import api_keys_pb2, roles_pb2, teams_pb2, territories_pb2, users_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, SUBTREE, TEAM, unique, user
from google.protobuf.timestamp_pb2 import Timestamp

ADMIN = user()
REFUSED = "GRANTS_MORE_THAN_HELD"
ADMINISTERS = dict.fromkeys(
    [
        *(f"users.{verb}" for verb in ("create", "read", "update", "delete", "deactivate", "organise")),
        *(f"{plural}.{verb}" for plural in ("roles", "teams", "territories") for verb in ("read", "update", "delete")),
        *("roles.assign", "roles.create"),
    ],
    ALL,
)


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def status(call: Any, *args: Any, **kwargs: Any) -> int:
    try:
        call(*args, **kwargs)
    except DomainError as refused:
        return refused.status
    return 200


@pytest.fixture
def update(rpc: Any) -> Any:
    def run(as_: Any = ADMIN, mask: tuple[str, ...] = (), **fields: Any) -> Any:
        request = users_pb2.UpdateUserRequest(user=fields)
        request.update_mask.paths.extend(mask)
        return rpc("UpdateUser", request, as_=as_)

    return run


@pytest.fixture
def team(rpc: Any) -> Any:
    def make() -> str:
        return str(rpc("CreateTeam", teams_pb2.CreateTeamRequest(team={"name": unique("Team")}), as_=ADMIN).id)

    return make


@pytest.fixture
def territory(rpc: Any) -> Any:
    def make(**fields: Any) -> str:
        message = {"name": unique("Territory")} | fields
        return str(rpc("CreateTerritory", territories_pb2.CreateTerritoryRequest(territory=message), as_=ADMIN).id)

    return make


def test_who_holds_more_is_not_touched(make_user: Any, make_role: Any, update: Any, rpc: Any, team: Any) -> None:
    above = make_user(role_ids=[make_role({"contacts.read": "ALL"}).id])
    clerk = user(ADMINISTERS, id_=make_user().id)

    for change in (
        {"mask": ("role_ids",)},
        {"password": "a password of mine"},
        {"email": f"{unique('x')}@crm.example"},
        {"team_ids": [team()]},
        {"manager_id": make_user().id},
    ):
        assert reason(update, clerk, id=above.id, **change) == REFUSED
    for name, request in (
        ("DeactivateUser", users_pb2.DeactivateUserRequest(id=above.id)),
        ("DeleteUser", standard_pb2.DeleteRequest(id=above.id)),
    ):
        assert reason(rpc, name, request, as_=clerk) == REFUSED
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=above.id), as_=ADMIN)
    assert reason(rpc, "ReactivateUser", users_pb2.ReactivateUserRequest(id=above.id), as_=clerk) == REFUSED
    rpc("DeleteUser", standard_pb2.DeleteRequest(id=above.id), as_=ADMIN)
    assert reason(rpc, "UndeleteUser", standard_pb2.UndeleteRequest(id=above.id), as_=clerk) == REFUSED


def test_what_does_not_change_is_not_asked_for(make_user: Any, make_role: Any, update: Any) -> None:
    above = make_user(role_ids=[make_role({"contacts.read": "ALL"}).id])

    same = update(user(ADMINISTERS), id=above.id, email=above.email, role_ids=list(above.role_ids), language="fr")

    assert same.language == "fr"


@pytest.mark.parametrize(
    ("held", "given", "allowed"),
    [
        (SUBTREE, "TEAM", False),
        (TEAM, "SUBTREE", False),
        (SUBTREE, "TERRITORY", False),
        (types_pb2.TERRITORY, "TEAM", False),
        (types_pb2.TERRITORY, "SUBTREE", False),
        (TEAM, "TEAM", True),
        (TEAM, "OWN", True),
        (types_pb2.TERRITORY, "OWN", True),
        (ALL, "TERRITORY", True),
    ],
)
def test_a_scope_is_given_by_who_holds_it_or_all(
    make_user: Any, make_role: Any, update: Any, held: int, given: str, allowed: bool
) -> None:
    clerk = user(ADMINISTERS | {"leads.read": held}, id_=make_user().id)
    ann, role = make_user(), make_role({"leads.read": given})

    if allowed:
        assert list(update(clerk, id=ann.id, role_ids=[role.id]).role_ids) == [role.id]
    else:
        assert reason(update, clerk, id=ann.id, role_ids=[role.id]) == REFUSED
        assert reason(make_role, {"leads.read": given}, as_=clerk) == REFUSED


def test_several_scopes_of_one_permission_count_each(make_user: Any, make_role: Any, update: Any) -> None:
    both = [make_role({"leads.read": "TEAM"}).id, make_role({"leads.read": "SUBTREE"}).id]
    ann = make_user(role_ids=both)

    assert reason(update, user(ADMINISTERS | {"leads.read": SUBTREE}), id=ann.id, role_ids=both[1:]) == REFUSED


def test_nobody_changes_a_role_that_may_more(make_role: Any, rpc: Any) -> None:
    wide = make_role({"leads.read": "ALL", "tasks.read": "OWN"})
    clerk = user(ADMINISTERS | {"tasks.read": OWN})
    narrower = {"id": wide.id, "grants": [{"permission": "tasks.read", "scope": "OWN"}]}

    assert reason(rpc, "UpdateRole", roles_pb2.UpdateRoleRequest(role=narrower), as_=clerk) == REFUSED
    assert reason(rpc, "DeleteRole", standard_pb2.DeleteRequest(id=wide.id), as_=clerk) == REFUSED


def test_one_may_give_away_ones_own_roles(make_user: Any, make_role: Any, update: Any) -> None:
    role = make_role({"leads.read": "TEAM"})
    ann = make_user(role_ids=[role.id])

    assert not update(user(ADMINISTERS | {"leads.read": SUBTREE}, id_=ann.id), id=ann.id, mask=("role_ids",)).role_ids


# -- placement --------------------------------------------------------------------------------------------


def test_nobody_joins_a_team_to_see_more(make_user: Any, make_role: Any, update: Any, team: Any) -> None:
    reads = make_role({"contacts.read": "TEAM"})
    mine, theirs = team(), team()
    me = make_user(role_ids=[reads.id], team_ids=[mine])
    clerk = user(ADMINISTERS | {"contacts.read": TEAM}, id_=me.id)
    ann, mate = make_user(role_ids=[reads.id]), make_user(role_ids=[reads.id], team_ids=[mine])

    assert reason(update, clerk, id=me.id, team_ids=[mine, theirs]) == REFUSED
    assert reason(update, clerk, id=ann.id, team_ids=[theirs]) == REFUSED
    assert update(clerk, id=mate.id, mask=("team_ids",)).id == mate.id


def test_nobody_brings_somebody_into_the_own_team_to_see_more(
    make_user: Any, make_role: Any, update: Any, team: Any
) -> None:
    reads = make_role({"contacts.read": "TEAM"})
    mine = team()
    clerk = user(ADMINISTERS | {"contacts.read": TEAM}, id_=make_user(role_ids=[reads.id], team_ids=[mine]).id)
    stranger = make_user()

    assert reason(update, clerk, id=stranger.id, team_ids=[mine]) == REFUSED
    everything = user(ADMINISTERS | {"contacts.read": ALL})
    assert list(update(everything, id=stranger.id, team_ids=[mine]).team_ids) == [mine]


def test_nobody_becomes_the_manager_of_strangers(make_user: Any, make_role: Any, update: Any) -> None:
    reads = make_role({"leads.read": "SUBTREE"})
    me = make_user(role_ids=[reads.id])
    lead = make_user(role_ids=[reads.id], manager_id=me.id)
    rep, seller = make_user(manager_id=me.id), make_user()
    clerk = user(ADMINISTERS | {"leads.read": SUBTREE}, id_=me.id)

    assert reason(update, clerk, id=seller.id, manager_id=me.id) == REFUSED
    assert reason(update, clerk, id=seller.id, manager_id=lead.id) == REFUSED
    assert update(clerk, id=rep.id, manager_id=lead.id).manager_id == lead.id


def test_nobody_takes_a_territory_to_see_more(make_user: Any, make_role: Any, update: Any, territory: Any) -> None:
    reads = make_role({"accounts.read": "TERRITORY"})
    mine, theirs = territory(), territory()
    part = territory(parent_id=mine)
    me, ann = make_user(role_ids=[reads.id], territory_ids=[mine]), make_user(role_ids=[reads.id])
    clerk = user(ADMINISTERS | {"accounts.read": types_pb2.TERRITORY}, id_=me.id)

    assert reason(update, clerk, id=me.id, territory_ids=[mine, theirs]) == REFUSED
    assert reason(update, clerk, id=ann.id, territory_ids=[theirs]) == REFUSED
    assert list(update(clerk, id=ann.id, territory_ids=[part]).territory_ids) == [part]


def test_nobody_moves_a_territory_to_see_more(make_user: Any, make_role: Any, territory: Any, rpc: Any) -> None:
    reads = make_role({"accounts.read": "TERRITORY"})
    mine, theirs = territory(), territory()
    me = make_user(role_ids=[reads.id], territory_ids=[mine])
    request = territories_pb2.UpdateTerritoryRequest(territory={"id": theirs, "parent_id": mine})

    for as_, allowed in (
        (user(ADMINISTERS | {"accounts.read": types_pb2.TERRITORY}, id_=me.id), False),
        (user(ADMINISTERS | {"accounts.read": ALL}), True),
    ):
        if allowed:
            assert rpc("UpdateTerritory", request, as_=as_).parent_id == mine
        else:
            assert reason(rpc, "UpdateTerritory", request, as_=as_) == REFUSED


def test_a_role_reaches_no_further_than_the_caller(make_user: Any, make_role: Any, update: Any, team: Any) -> None:
    reads = make_role({"contacts.read": "TEAM"})
    mine, theirs = team(), team()
    clerk = user(ADMINISTERS | {"contacts.read": TEAM}, id_=make_user(role_ids=[reads.id], team_ids=[mine]).id)
    near, far = make_user(team_ids=[mine]), make_user(team_ids=[theirs])

    assert reason(update, clerk, id=far.id, role_ids=[reads.id]) == REFUSED
    assert list(update(clerk, id=near.id, role_ids=[reads.id]).role_ids) == [reads.id]


def test_a_role_that_grants_more_reaches_no_further_than_the_caller(
    make_user: Any, make_role: Any, rpc: Any, team: Any, territory: Any
) -> None:
    mine, theirs, here, there = team(), team(), territory(), territory()
    me = make_user(team_ids=[mine], territory_ids=[here])
    clerk = user(
        ADMINISTERS | {"contacts.read": types_pb2.TERRITORY, "leads.read": TEAM, "tasks.read": SUBTREE}, id_=me.id
    )
    near, far, above = make_role({}), make_role({}), make_role({})
    make_user(role_ids=[near.id], team_ids=[mine], territory_ids=[here])
    make_user(role_ids=[far.id], team_ids=[theirs], territory_ids=[there])
    make_user(manager_id=make_user(role_ids=[above.id]).id)

    def grant(role: Any, permission: str, scope: str, as_: Any = clerk) -> Any:
        fields = {"id": role.id, "grants": [{"permission": permission, "scope": scope}]}
        return rpc("UpdateRole", roles_pb2.UpdateRoleRequest(role=fields), as_=as_)

    assert reason(grant, far, "contacts.read", "TERRITORY") == REFUSED
    assert reason(grant, far, "leads.read", "TEAM") == REFUSED
    assert reason(grant, above, "tasks.read", "SUBTREE") == REFUSED
    assert grant(near, "contacts.read", "TERRITORY").grants
    assert grant(near, "leads.read", "TEAM").grants
    assert grant(far, "contacts.read", "TERRITORY", as_=user(ADMINISTERS | {"contacts.read": ALL})).grants


@pytest.fixture
def peers(make_user: Any, make_role: Any, team: Any) -> Any:
    """An administrator with contacts.read for a team, somebody of another team with the same, and a team mate."""
    reads = make_role({"contacts.read": "TEAM"})
    mine, theirs = team(), team()
    me, mate = make_user(role_ids=[reads.id], team_ids=[mine]), make_user(role_ids=[reads.id], team_ids=[mine])
    peer = make_user(role_ids=[reads.id], team_ids=[theirs])
    return user(ADMINISTERS | {"contacts.read": TEAM, "api_keys.create": ALL}, id_=me.id), peer, mate


def test_nobody_acts_as_a_peer_who_reaches_other_places(peers: Any, update: Any, rpc: Any) -> None:
    clerk, peer, mate = peers

    def key_of(person: Any) -> Any:
        days = Timestamp(seconds=int(time.time()) + 86_400)
        key = {"name": unique("Key"), "user_id": person.id, "permissions": ["contacts.read"], "expires_at": days}
        return rpc("CreateApiKey", api_keys_pb2.CreateApiKeyRequest(api_key=key), as_=clerk)

    assert reason(update, clerk, id=peer.id, password="a password of mine") == REFUSED
    assert reason(update, clerk, id=peer.id, email=f"{unique('x')}@crm.example") == REFUSED
    assert reason(key_of, peer) == REFUSED
    assert update(clerk, id=mate.id, password="a password of mine", email=f"{unique('x')}@crm.example").id == mate.id
    assert key_of(mate).secret


def test_nobody_acts_as_a_peer_whose_own_records_one_does_not_reach(
    make_user: Any, make_role: Any, update: Any
) -> None:
    peer = make_user(role_ids=[make_role({"contacts.read": "OWN"}).id])

    for held, allowed in ((OWN, False), (TEAM, False), (ALL, True)):
        clerk = user(ADMINISTERS | {"contacts.read": held}, id_=make_user().id)
        if allowed:
            assert update(clerk, id=peer.id, password="a password of mine").id == peer.id
        else:
            assert reason(update, clerk, id=peer.id, password="a password of mine") == REFUSED


def test_nobody_leaves_records_to_who_then_reaches_more_than_the_caller(
    peers: Any, make_user: Any, make_role: Any, rpc: Any, team: Any
) -> None:
    clerk, peer, mate = peers
    reads = make_role({"contacts.read": "TEAM"})
    idle, beside = make_user(), team()
    make_user(role_ids=[reads.id], team_ids=[beside])
    of_others = make_user(team_ids=[beside])

    def leave(person: Any, successor_id: str, as_: Any = clerk) -> Any:
        request = users_pb2.DeactivateUserRequest(id=person.id, reassign_to_id=successor_id)
        return rpc("DeactivateUser", request, as_=as_)

    assert reason(leave, peer, clerk.id) == REFUSED
    assert reason(leave, peer, mate.id) == REFUSED
    assert reason(leave, peer, of_others.id) == REFUSED
    assert leave(mate, clerk.id).id == mate.id
    assert leave(peer, idle.id).id == peer.id
    other = make_user(role_ids=[reads.id], team_ids=[team()])
    assert leave(other, clerk.id, as_=user(ADMINISTERS | {"contacts.read": ALL})).id == other.id


# -- whatever a limited administrator tries ---------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_no_sequence_of_calls_raises_anybody_above_the_caller(
    make_user: Any, make_role: Any, rpc: Any, team: Any, principal: Any, seed: int
) -> None:
    """What anybody holds beyond the caller stays as it was, and who holds so much stays untouched."""
    choose = random.Random(seed)
    scopes = ["OWN", "TEAM", "SUBTREE", "TERRITORY", "ALL"]
    held = {"contacts.read": TEAM, "leads.read": SUBTREE, "tasks.read": ALL}
    roles = [make_role({p: s}).id for p in held for s in scopes]
    teams = [team() for _ in range(3)]
    me = make_user(role_ids=choose.sample(roles[:2], 1), team_ids=teams[:1])
    clerk = user(ADMINISTERS | held, id_=me.id)
    others = [make_user(role_ids=choose.sample(roles, 2), team_ids=choose.sample(teams, 1)) for _ in range(4)]
    people = [me, *others]

    def beyond(person: Any) -> set[tuple[str, int]]:
        role_ids = rpc("GetUser", standard_pb2.GetRequest(id=person.id), as_=ADMIN).role_ids
        grants = [
            grant for id_ in role_ids for grant in rpc("GetRole", standard_pb2.GetRequest(id=id_), as_=ADMIN).grants
        ]
        return {
            (grant.permission, grant.scope)
            for grant in grants
            if clerk.scope_of(grant.permission) not in (grant.scope, ALL) and grant.scope != OWN
        }

    before = {person.id: beyond(person) for person in people}
    epochs = {person.id: principal(person.id).epoch for person in others if before[person.id]}
    for _ in range(50):
        one, role = choose.choice(people), choose.choice(roles)
        grants = [{"permission": choose.choice(list(held)), "scope": choose.choice(scopes)}]
        fields: dict[str, Any] = choose.choice(
            [
                {"role_ids": [role]},
                {"team_ids": [choose.choice(teams)]},
                {"manager_id": choose.choice(people).id},
                {"password": "a password of mine"},
            ]
        )
        call, request = choose.choice(
            [
                ("UpdateUser", users_pb2.UpdateUserRequest(user={"id": one.id} | fields)),
                ("UpdateUser", users_pb2.UpdateUserRequest(user={"id": one.id} | fields)),
                ("UpdateUser", users_pb2.UpdateUserRequest(user={"id": one.id}, update_mask={"paths": ["role_ids"]})),
                ("UpdateRole", roles_pb2.UpdateRoleRequest(role={"id": role, "grants": grants})),
                ("DeactivateUser", users_pb2.DeactivateUserRequest(id=one.id)),
                ("ReactivateUser", users_pb2.ReactivateUserRequest(id=one.id)),
            ]
        )
        assert status(rpc, call, request, as_=clerk) in (200, 403, 409, 422)
        assert {person.id: beyond(person) for person in people} == before, (call, request)
    assert {id_: principal(id_).epoch for id_ in epochs} == epochs
    assert all(principal(id_).active for id_ in epochs)
