"""Saved views: checked against the list that they are of, and used by those they are shared with."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.identity.v1 import saved_views_pb2, teams_pb2, users_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, unique, user

ADMIN = user()
READER = {"opportunities.read": OWN, "fields.personal.read": ALL, "fields.financial.read": ALL}
SHARER = {"saved_views.share": ALL, **READER}


def refusal(call: Any, *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value


@pytest.fixture
def team_id(rpc: Any) -> str:
    return str(rpc("CreateTeam", teams_pb2.CreateTeamRequest(team={"name": unique("Team")}), as_=ADMIN).id)


@pytest.fixture
def somebody(make_user: Any) -> Any:
    """A user with these grants."""
    return lambda grants=READER, **fields: user(grants, id_=make_user(**fields).id)


@pytest.fixture
def create(rpc: Any) -> Any:
    def run(as_: Actor, **fields: Any) -> Any:
        view = {"name": unique("View"), "resource": "opportunities"} | fields
        return rpc("CreateSavedView", saved_views_pb2.CreateSavedViewRequest(saved_view=view), as_=as_)

    return run


@pytest.fixture
def change(rpc: Any) -> Any:
    def run(as_: Actor, id_: str, etag: str = "", **fields: Any) -> Any:
        request = saved_views_pb2.UpdateSavedViewRequest(saved_view={"id": id_, "etag": etag, **fields})
        request.update_mask.paths.extend(fields)
        return rpc("UpdateSavedView", request, as_=as_)

    return run


@pytest.fixture
def delete(rpc: Any) -> Any:
    return lambda as_, id_: rpc("DeleteSavedView", standard_pb2.DeleteRequest(id=id_), as_=as_)


@pytest.fixture
def usable(rpc: Any) -> Any:
    """The ids of the views that somebody may use; reading each says the same."""

    def run(as_: Actor, *ids: str, resource: str = "opportunities") -> list[str]:
        listed, token = [], ""
        while True:
            request = saved_views_pb2.ListSavedViewsRequest(resource=resource, page_size=200, page_token=token)
            page = rpc("ListSavedViews", request, as_=as_)
            listed += [view.id for view in page.saved_views]
            token = page.next_page_token
            if not token:
                break
        for id_ in ids:
            if id_ not in listed:
                assert refusal(rpc, "GetSavedView", standard_pb2.GetRequest(id=id_), as_=as_).reason == "NOT_FOUND"
            else:
                assert rpc("GetSavedView", standard_pb2.GetRequest(id=id_), as_=as_).id == id_
        return [id_ for id_ in ids if id_ in listed]

    return run


def test_everybody_keeps_views_of_their_own(somebody: Any, create: Any, change: Any, usable: Any, delete: Any) -> None:
    ann, bob = somebody(), somebody()

    view = create(
        ann,
        filter='amount >= 1000 AND close_date < now() + 30d AND status = "OPEN"',
        columns=["name", "amount", "close_date"],
        order_by="-amount,name",
        layout="BOARD",
        group_by="status",
    )

    assert (view.owner_id, view.visibility) == (ann.id, saved_views_pb2.SavedView.PRIVATE)
    assert usable(ann, view.id) == [view.id]
    assert usable(bob, view.id) == []
    assert usable(user(), view.id) == []
    assert usable(ann, resource="contacts") == []
    changed = change(ann, view.id, view.etag, name="Mine", layout="TABLE")
    assert (changed.name, changed.filter) == ("Mine", view.filter)
    assert refusal(change, ann, view.id, view.etag, name="Late").reason == "ETAG_MISMATCH"
    assert refusal(change, bob, view.id, name="His").reason == "NOT_FOUND"
    assert refusal(delete, bob, view.id).reason == "NOT_FOUND"
    assert delete(ann, view.id).HasField("deleted_at")
    assert usable(ann, view.id) == []


@pytest.mark.parametrize(
    ("field", "fields", "named"),
    [
        ("resource", {"resource": "planets"}, "'planets'"),
        ("filter", {"filter": 'colour = "red"'}, "'colour'"),
        ("filter", {"filter": 'status = "HAPPY"'}, "status"),
        ("filter", {"filter": "name > 3"}, "name"),
        ("filter", {"filter": 'status = "OPEN" OR (name = "x" AND amount = "much")'}, "amount"),
        ("filter", {"filter": "status ="}, "character"),
        ("columns", {"columns": ["name", "colour"]}, "'colour'"),
        ("order_by", {"order_by": "description"}, "'description'"),
        ("order_by", {"order_by": "name,-name"}, "twice"),
        ("group_by", {"layout": "BOARD"}, "''"),
        ("group_by", {"group_by": "tags"}, "'tags'"),
        ("team_id", {"visibility": "TEAM"}, "required"),
        ("role_id", {"visibility": "ROLE"}, "required"),
        ("role_id", {"role_id": "01890000-0000-7000-8000-000000000000"}, "absent"),
        ("default", {"default": True}, "ROLE"),
    ],
)
def test_what_the_list_would_refuse_is_not_saved(
    somebody: Any, create: Any, field: str, fields: dict[str, Any], named: str
) -> None:
    refused = refusal(create, somebody(SHARER), **fields)

    assert refused.reason == "INVALID_INPUT"
    assert list(refused.errors) == [f"saved_view.{field}"]
    assert named in refused.errors[f"saved_view.{field}"][0]


@pytest.mark.parametrize(
    ("parameter", "fields"),
    [
        ("filter", {"filter": 'last_name = "Lee"'}),
        ("columns", {"columns": ["last_name"]}),
        ("order_by", {"order_by": "last_name"}),
    ],
)
def test_nobody_names_what_they_may_not_read(
    somebody: Any, create: Any, parameter: str, fields: dict[str, Any]
) -> None:
    refused = refusal(create, somebody({}), resource="contacts", **fields)

    assert refused.reason == "PERMISSION_DENIED"
    assert list(refused.errors) == [f"saved_view.{parameter}"]


def test_a_team_uses_what_one_of_it_shares(somebody: Any, create: Any, usable: Any, team_id: str, change: Any) -> None:
    ann, mate, stranger = somebody(team_ids=[team_id]), somebody(team_ids=[team_id]), somebody()

    view = create(ann, visibility="TEAM", team_id=team_id)

    assert usable(mate, view.id) == [view.id]
    assert usable(stranger, view.id) == []
    assert refusal(create, stranger, visibility="TEAM", team_id=team_id).reason == "UNKNOWN_REFERENCE"
    assert refusal(change, mate, view.id, name="Ours").reason == "PERMISSION_DENIED"
    assert change(user(SHARER, id_=mate.id), view.id, name="Ours").name == "Ours"
    withdrawn = change(ann, view.id, visibility="PRIVATE", team_id=None)
    assert usable(mate, withdrawn.id) == []


def test_sharing_wider_has_a_permission(somebody: Any, create: Any, usable: Any, make_role: Any, change: Any) -> None:
    role = make_role({})
    holder, other, ann = somebody(role_ids=[role.id]), somebody(), somebody(SHARER)

    assert refusal(create, other, visibility="EVERYBODY").reason == "PERMISSION_DENIED"
    assert refusal(create, other, visibility="ROLE", role_id=role.id).reason == "PERMISSION_DENIED"
    own = create(other)
    assert refusal(change, other, own.id, visibility="EVERYBODY").reason == "PERMISSION_DENIED"
    of_role = create(ann, visibility="ROLE", role_id=role.id)
    of_all = create(ann, visibility="EVERYBODY")

    assert usable(holder, of_role.id, of_all.id) == [of_role.id, of_all.id]
    assert usable(other, of_role.id, of_all.id) == [of_all.id]
    unknown = refusal(create, ann, visibility="ROLE", role_id="01890000-0000-7000-8000-000000000000")
    assert unknown.reason == "UNKNOWN_REFERENCE"


def test_a_role_sees_one_view_first(somebody: Any, create: Any, rpc: Any, make_role: Any) -> None:
    role, ann = make_role({}), somebody(SHARER)
    shared = {"visibility": "ROLE", "role_id": role.id, "default": True}
    first = create(ann, **shared)
    elsewhere = create(ann, resource="contacts", **shared)

    second = create(ann, **shared)

    def is_default(view: Any) -> bool:
        return bool(rpc("GetSavedView", standard_pb2.GetRequest(id=view.id), as_=ann).default)

    assert [is_default(view) for view in (first, second, elsewhere)] == [False, True, True]


def test_a_deleted_team_or_role_shares_nothing(
    somebody: Any, make_user: Any, create: Any, usable: Any, team_id: str, make_role: Any, rpc: Any
) -> None:
    role, ann = make_role({}), somebody(SHARER, team_ids=[team_id])
    member = make_user(team_ids=[team_id], role_ids=[role.id])
    views = [
        create(ann, visibility="TEAM", team_id=team_id).id,
        create(ann, visibility="ROLE", role_id=role.id).id,
    ]
    actor = user(READER, id_=member.id)
    assert usable(actor, *views) == views

    def leave(id_: str) -> None:
        request = users_pb2.UpdateUserRequest(user={"id": id_}, update_mask={"paths": ["team_ids", "role_ids"]})
        rpc("UpdateUser", request, as_=ADMIN)

    rpc("DeleteUser", standard_pb2.DeleteRequest(id=member.id), as_=ADMIN)
    leave(ann.id)
    rpc("DeleteTeam", standard_pb2.DeleteRequest(id=team_id), as_=ADMIN)
    rpc("DeleteRole", standard_pb2.DeleteRequest(id=role.id), as_=ADMIN)
    rpc("UndeleteUser", standard_pb2.UndeleteRequest(id=member.id), as_=ADMIN)

    assert usable(actor, *views) == []
    assert usable(ann, *views) == views


def test_a_view_opens_nothing(somebody: Any, create: Any, rpc: Any, make_user: Any) -> None:
    """Who uses the filter of a view sees of the list what the own rights show, and may not use a field unread."""
    hidden = make_user(display_name=unique("Hidden"))
    view = create(
        somebody(SHARER), resource="users", visibility="EVERYBODY", filter=f'display_name = "{hidden.display_name}"'
    )
    everything, own = user({"users.read": ALL}), somebody({"users.read": OWN})

    def found(as_: Actor) -> list[str]:
        used = rpc("GetSavedView", standard_pb2.GetRequest(id=view.id), as_=as_)
        return [one.id for one in rpc("ListUsers", users_pb2.ListUsersRequest(filter=used.filter), as_=as_).users]

    assert found(everything) == [hidden.id]
    assert found(own) == []
    assert refusal(found, somebody({})).reason == "NOT_FOUND"
    assert found(user({"users.read": ALL}, id_=own.id)) == [hidden.id]


def test_a_program_saves_nothing(somebody: Any, create: Any) -> None:
    ann = somebody()

    assert refusal(create, Actor(ann.id, "user", {}, "", "crm_1234abcd")).reason == "PERMISSION_DENIED"


def test_nobody_has_too_many(somebody: Any, create: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_identity.saved_views.usecases.MOST", 1)
    ann = somebody()
    create(ann)

    assert list(refusal(create, ann).errors) == ["saved_view"]
