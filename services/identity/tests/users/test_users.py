"""Users, and nobody above their rights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.identity.v1 import teams_pb2, users_pb2
from crm_chassis.errors import DomainError
from crm_chassis.records.directory import DirectoryReport, DirectoryTeamMember, DirectoryUser
from crm_chassis.testing import ALL, OWN, SUBTREE, unique, user
from sqlalchemy import select
from sqlalchemy.orm import Session

ADMIN = user()


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


@pytest.fixture
def update(rpc: Any) -> Any:
    def run(as_: Any = ADMIN, mask: tuple[str, ...] = (), **fields: Any) -> Any:
        request = users_pb2.UpdateUserRequest(user=fields)
        request.update_mask.paths.extend(mask)
        return rpc("UpdateUser", request, as_=as_)

    return run


def test_a_user_is_created_and_read_without_secrets(make_user: Any, rpc: Any, published: Any) -> None:
    ann = make_user(email=f"{unique('Ann')}@CRM.Example")

    found = rpc("GetUser", standard_pb2.GetRequest(id=ann.id), as_=user({"users.read": ALL}))

    assert found.email == found.email.lower()
    assert (found.password, found.status, found.totp_enabled) == ("", users_pb2.User.ACTIVE, False)
    (event,) = published(ann.id)
    assert event.type == "crm.identity.user.created.v1"
    assert not any(word in str(event.payload["user"]).replace("'password': ''", "") for word in ("argon2", "staple"))


def test_the_login_name_is_unique_whatever_its_case(make_user: Any) -> None:
    ann = make_user()

    assert reason(make_user, email=ann.email.upper()) == "ALREADY_EXISTS"


def test_a_weak_password_is_refused(make_user: Any) -> None:
    for weak in ("short", "password1", "iloveyou"):
        with pytest.raises(DomainError) as refused:
            make_user(password=weak)
        assert list(refused.value.errors) == ["user.password"]


def test_references_must_exist(make_user: Any) -> None:
    nothing = "00000000-0000-7000-8000-000000000000"
    for field in ("role_ids", "team_ids", "territory_ids"):
        assert reason(make_user, **{field: [nothing]}) == "UNKNOWN_REFERENCE"
    assert reason(make_user, manager_id=nothing) == "UNKNOWN_REFERENCE"


def test_users_are_listed_and_filtered(make_user: Any, make_role: Any, rpc: Any) -> None:
    role = make_role({})
    name = unique("Zoe").replace("-", "")
    ann, bob = make_user(role_ids=[role.id], display_name=f"{name} Lee"), make_user(role_ids=[role.id])

    def found(filter_: str) -> list[str]:
        request = users_pb2.ListUsersRequest(filter=filter_, order_by="created_at")
        return [one.id for one in rpc("ListUsers", request, as_=ADMIN).users]

    assert found(f'role_ids : "{role.id}"') == [ann.id, bob.id]
    assert found(f'email = "{bob.email}"') == [bob.id]
    assert found(f'display_name : "{name.lower()}"') == [ann.id]


def test_own_reaches_oneself_and_subtree_ones_reports(make_user: Any, rpc: Any) -> None:
    boss = make_user()
    lead = make_user(manager_id=boss.id)
    rep, stranger = make_user(manager_id=lead.id), make_user()

    def seen(scope: int) -> set[str]:
        request = users_pb2.ListUsersRequest(page_size=200)
        return {one.id for one in rpc("ListUsers", request, as_=user({"users.read": scope}, id_=boss.id)).users}

    assert seen(OWN) == {boss.id}
    assert seen(SUBTREE) == {boss.id, lead.id, rep.id}
    assert stranger.id in seen(ALL)


def test_the_directory_follows_in_the_same_transaction(make_user: Any, update: Any, rpc: Any, engine: Any) -> None:
    team = rpc("CreateTeam", teams_pb2.CreateTeamRequest(team={"name": unique("Team")}), as_=ADMIN)
    boss, other = make_user(), make_user()
    ann = make_user(manager_id=boss.id, team_ids=[team.id, team.id])

    update(id=ann.id, manager_id=other.id, display_name="Ann Roe")
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=ann.id), as_=ADMIN)

    with Session(engine) as session:
        known = session.scalars(select(DirectoryUser).where(DirectoryUser.id == ann.id)).one()
        assert (known.display_name, known.active, known.manager_id) == ("Ann Roe", False, other.id)
        members = select(DirectoryTeamMember.team_id).where(DirectoryTeamMember.user_id == ann.id)
        assert session.scalars(members).all() == [team.id]
        above = select(DirectoryReport.manager_id).where(DirectoryReport.user_id == ann.id)
        assert set(session.scalars(above)) == {ann.id, other.id}


def test_nobody_is_above_themselves(make_user: Any, update: Any) -> None:
    ann = make_user()
    bob = make_user(manager_id=ann.id)
    cid = make_user(manager_id=bob.id)

    assert reason(update, id=ann.id, manager_id=cid.id) == "USER_HIERARCHY_CYCLE"
    assert reason(update, id=ann.id, manager_id=ann.id) == "USER_HIERARCHY_CYCLE"
    update(id=bob.id, mask=("manager_id",))
    assert update(id=ann.id, manager_id=cid.id).manager_id == cid.id


def test_two_changes_at_once_close_no_cycle(make_user: Any, update: Any) -> None:
    for _ in range(5):
        pair = make_user().id, make_user().id

        def swap(n: int, pair: tuple[str, str] = pair) -> bool:
            try:
                return bool(update(id=pair[n], manager_id=pair[1 - n]))
            except DomainError:
                return False

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(swap, range(2))) == 1


def test_users_created_at_once_all_reach_the_directory(make_user: Any, engine: Any) -> None:
    def create(_: int) -> str:
        """Like a client: who waited too long for the others is told so, and tries again."""
        for _attempt in range(20):
            try:
                return str(make_user().id)
            except DomainError as error:
                if error.reason != "CONCURRENT_CHANGE":
                    raise
        raise AssertionError("never had its turn")

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(create, range(16)))
    assert len(ids) == 16

    with Session(engine) as session:
        themselves = select(DirectoryReport.user_id).where(DirectoryReport.user_id.in_(ids), DirectoryReport.depth == 0)
        assert set(session.scalars(themselves)) == ids


# -- nobody above their rights ----------------------------------------------------------------------------


def test_nobody_assigns_a_role_that_may_more_than_they_do(
    make_user: Any, make_role: Any, role_id: Any, update: Any, rpc: Any
) -> None:
    held = {"users.create": ALL, "users.update": ALL, "users.read": ALL, "roles.assign": ALL, "roles.read": ALL}
    clerk = user(held | {"contacts.read": SUBTREE}, id_=make_user().id)
    ann = make_user()
    within, beyond = make_role({"contacts.read": "SUBTREE"}), make_role({"contacts.read": "ALL"})

    for role in (beyond.id, role_id("admin"), role_id("sales_rep")):
        assert reason(update, clerk, id=ann.id, role_ids=[role]) == "GRANTS_MORE_THAN_HELD"
        assert reason(update, clerk, id=clerk.id, role_ids=[role]) == "GRANTS_MORE_THAN_HELD"
        new = {"email": f"{unique('x')}@crm.example", "display_name": "X", "role_ids": [role]}
        assert reason(rpc, "CreateUser", users_pb2.CreateUserRequest(user=new), as_=clerk) == "GRANTS_MORE_THAN_HELD"
    assert list(update(clerk, id=ann.id, role_ids=[within.id]).role_ids) == [within.id]


def test_roles_and_organisation_need_their_own_permission(make_user: Any, update: Any, role_id: Any) -> None:
    ann = make_user()
    clerk = user({"users.update": ALL, "users.read": ALL, "roles.read": ALL})

    assert reason(update, clerk, id=ann.id, role_ids=[role_id("customer")]) == "PERMISSION_DENIED"
    assert reason(update, clerk, id=ann.id, manager_id=make_user().id) == "PERMISSION_DENIED"


def test_nobody_takes_over_an_account_that_may_more(make_user: Any, role_id: Any, update: Any, login: Any) -> None:
    admin, plain = make_user(role_ids=[role_id("admin")]), make_user()
    clerk = user({"users.update": ALL, "users.read": ALL})

    assert reason(update, clerk, id=admin.id, password="a password of mine") == "GRANTS_MORE_THAN_HELD"
    assert reason(update, clerk, id=admin.id, email=f"{unique('x')}@crm.example") == "GRANTS_MORE_THAN_HELD"
    assert update(clerk, id=admin.id, display_name="Still fine").display_name == "Still fine"
    update(clerk, id=plain.id, password="a password of mine")
    assert login(plain.email, "a password of mine").access_token


def test_a_password_set_by_somebody_else_ends_all_sessions(
    make_user: Any, update: Any, login: Any, refresh: Any, principal: Any
) -> None:
    ann = make_user()
    token, epoch = login(ann.email).refresh_token, principal(ann.id).epoch

    update(id=ann.id, password="a password of mine")

    assert reason(refresh, token) == "SESSION_ENDED"
    assert principal(ann.id).epoch == epoch + 1


def test_the_own_password_needs_the_old_one(make_user: Any, update: Any) -> None:
    ann = make_user()
    herself = user({"users.update": OWN, "users.read": OWN}, id_=ann.id)

    assert reason(update, herself, id=ann.id, password="a password of mine") == "OWN_PASSWORD_NEEDS_OLD_ONE"
    assert update(herself, id=ann.id, language="fr").language == "fr"
    assert reason(update, herself, id=make_user().id, language="fr") == "NOT_FOUND"


def test_an_old_etag_is_refused(make_user: Any, update: Any) -> None:
    ann = make_user()
    update(id=ann.id, language="fr")

    assert reason(update, id=ann.id, language="de", etag=ann.etag) == "ETAG_MISMATCH"


def test_an_address_is_free_again_after_deletion(make_user: Any, rpc: Any) -> None:
    ann = make_user()
    rpc("DeleteUser", standard_pb2.DeleteRequest(id=ann.id), as_=ADMIN)
    make_user(email=ann.email)

    undelete = standard_pb2.UndeleteRequest(id=ann.id)
    assert reason(rpc, "UndeleteUser", undelete, as_=ADMIN) == "ALREADY_EXISTS"


def test_nobody_new_works_for_a_deactivated_manager(make_user: Any, update: Any, rpc: Any) -> None:
    gone = make_user()
    ann = make_user(manager_id=gone.id)
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=gone.id), as_=ADMIN)

    assert reason(make_user, manager_id=gone.id) == "USER_INACTIVE"
    assert reason(update, id=make_user().id, manager_id=gone.id) == "USER_INACTIVE"
    assert update(id=ann.id, manager_id=gone.id, language="fr").manager_id == gone.id, "what is there may stay"
