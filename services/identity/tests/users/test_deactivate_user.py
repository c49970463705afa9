"""DeactivateUser and ReactivateUser: every right gone in one command, and always an admin left."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.identity.v1 import users_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import user
from sqlalchemy import text

ADMIN = user()


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


@pytest.fixture
def deactivate(rpc: Any) -> Any:
    return lambda id_, **more: rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=id_, **more), as_=ADMIN)


@pytest.fixture
def two_admins(make_user: Any, role_id: Any, engine: Any) -> Iterator[tuple[str, str]]:
    """Two admins, while nobody else is one."""
    admin = role_id("admin")
    with engine.begin() as connection:
        others = connection.execute(
            text(
                "UPDATE users SET role_ids = array_remove(role_ids, :admin) WHERE :admin = ANY(role_ids) RETURNING id"
            ),
            {"admin": admin},
        ).scalars()
        hidden = [str(one) for one in others]
    yield make_user(role_ids=[admin]).id, make_user(role_ids=[admin]).id
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE users SET role_ids = array_append(role_ids, :admin) WHERE id::text = ANY(:ids)"),
            {"admin": admin, "ids": hidden},
        )


def test_one_command_says_who_takes_over(deactivate: Any, make_user: Any, published: Any, principal: Any) -> None:
    ann, bob = make_user(), make_user()

    gone = deactivate(ann.id, reassign_to_id=bob.id)

    assert gone.status == users_pb2.User.DEACTIVATED
    event = published(ann.id)[-1]
    assert event.type == "crm.identity.user.deactivated.v1"
    assert event.data.reassign_to_id == bob.id
    assert list(event.data.changed_fields) == ["status"]
    assert (principal(ann.id).active, principal(ann.id).epoch) == (False, 2)


def test_work_goes_to_another_active_user(deactivate: Any, make_user: Any) -> None:
    ann, bob = make_user(), make_user()
    deactivate(bob.id)

    assert reason(deactivate, ann.id, reassign_to_id=bob.id) == "SUCCESSOR_NOT_ACTIVE"
    assert reason(deactivate, ann.id, reassign_to_id=ann.id) == "SUCCESSOR_NOT_ACTIVE"
    nobody = "00000000-0000-7000-8000-000000000000"
    assert reason(deactivate, ann.id, reassign_to_id=nobody) == "UNKNOWN_REFERENCE"


def test_it_happens_once_and_can_be_taken_back_once(deactivate: Any, make_user: Any, rpc: Any, published: Any) -> None:
    ann = make_user()
    back = users_pb2.ReactivateUserRequest(id=ann.id)
    assert reason(rpc, "ReactivateUser", back, as_=ADMIN) == "USER_NOT_DEACTIVATED"
    deactivate(ann.id)
    assert reason(deactivate, ann.id) == "USER_ALREADY_DEACTIVATED"

    rpc("ReactivateUser", back, as_=ADMIN)

    assert published(ann.id)[-1].type == "crm.identity.user.reactivated.v1"
    assert reason(rpc, "ReactivateUser", back, as_=ADMIN) == "USER_NOT_DEACTIVATED"


def test_the_last_admin_stays(two_admins: Any, deactivate: Any, rpc: Any, make_user: Any, role_id: Any) -> None:
    first, second = two_admins
    make_user(role_ids=[role_id("admin")], password="")
    deactivate(first)

    demote = users_pb2.UpdateUserRequest(user={"id": second})
    demote.update_mask.paths.append("role_ids")
    assert reason(deactivate, second) == "LAST_ADMIN"
    assert reason(rpc, "DeleteUser", standard_pb2.DeleteRequest(id=second), as_=ADMIN) == "LAST_ADMIN"
    assert reason(rpc, "UpdateUser", demote, as_=ADMIN) == "LAST_ADMIN"
    rpc("ReactivateUser", users_pb2.ReactivateUserRequest(id=first), as_=ADMIN)
    assert not rpc("UpdateUser", demote, as_=ADMIN).role_ids


def test_two_admins_do_not_leave_at_once(two_admins: Any, deactivate: Any) -> None:
    def leave(id_: str) -> bool:
        try:
            return bool(deactivate(id_))
        except DomainError as refused:
            return refused.reason != "LAST_ADMIN"

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(leave, two_admins)) == 1
