"""Roles, and those that setup makes."""

from __future__ import annotations

from typing import Any

import crm_contracts
import pytest
from crm.common.v1 import standard_pb2
from crm.identity.v1 import roles_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, SUBTREE, TEAM, unique, user

ADMIN = user()


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def update(rpc: Any, id_: str, grants: dict[str, str], as_: Any = ADMIN) -> Any:
    given = {"id": id_, "grants": [{"permission": p, "scope": scope} for p, scope in grants.items()]}
    return rpc("UpdateRole", roles_pb2.UpdateRoleRequest(role=given), as_=as_)


def test_a_role_is_made_read_changed_and_deleted(make_role: Any, rpc: Any) -> None:
    role = make_role({"contacts.read": "TEAM", "tickets.*": "OWN", "*": "OWN"})

    assert not role.built_in
    assert rpc("GetRole", standard_pb2.GetRequest(id=role.id), as_=ADMIN) == role
    assert [grant.scope for grant in update(rpc, role.id, {"contacts.read": "OWN"}).grants] == [OWN]
    rpc("DeleteRole", standard_pb2.DeleteRequest(id=role.id), as_=ADMIN)
    assert reason(rpc, "GetRole", standard_pb2.GetRequest(id=role.id), as_=ADMIN) == "NOT_FOUND"


@pytest.mark.parametrize("unknown", ["contacts.fly", "planets.read", "planets.*", "nothing.*"])
def test_grants_name_permissions_that_exist(make_role: Any, unknown: str) -> None:
    with pytest.raises(DomainError) as refused:
        make_role({unknown: "ALL"})

    assert list(refused.value.errors) == ["role.grants.0.permission"]


def test_a_permission_stands_once_and_with_a_scope_that_exists(rpc: Any) -> None:
    for grants in (
        [{"permission": "contacts.read", "scope": "OWN"}, {"permission": "contacts.read", "scope": "ALL"}],
        [{"permission": "contacts.read"}],
        [{"permission": "contacts.read", "scope": 77}],
    ):
        request = roles_pb2.CreateRoleRequest(role={"name": unique("r").replace("-", "_"), "grants": grants})
        assert reason(rpc, "CreateRole", request, as_=ADMIN) == "INVALID_INPUT"


@pytest.mark.parametrize(
    "beyond", [{"contacts.read": "ALL"}, {"contacts.*": "OWN"}, {"*": "OWN"}, {"leads.read": "OWN"}]
)
def test_nobody_makes_a_role_that_may_more_than_they_do(make_role: Any, rpc: Any, beyond: dict[str, str]) -> None:
    clerk = user({"roles.create": ALL, "roles.update": ALL, "roles.read": ALL, "contacts.read": TEAM})
    mine = make_role({"contacts.read": "TEAM"}, as_=clerk)

    assert reason(make_role, beyond, as_=clerk) == "GRANTS_MORE_THAN_HELD"
    assert reason(update, rpc, mine.id, beyond, clerk) == "GRANTS_MORE_THAN_HELD"


def test_built_in_roles_stay_as_they_are(role_id: Any, rpc: Any) -> None:
    id_ = role_id("sales_rep")

    assert reason(update, rpc, id_, {"*": "ALL"}) == "ROLE_BUILT_IN"
    assert reason(rpc, "DeleteRole", standard_pb2.DeleteRequest(id=id_), as_=ADMIN) == "ROLE_BUILT_IN"


def test_a_role_somebody_has_is_not_deleted(make_role: Any, make_user: Any, rpc: Any) -> None:
    role = make_role({})
    ann = make_user(role_ids=[role.id])
    request = standard_pb2.DeleteRequest(id=role.id)
    assert reason(rpc, "DeleteRole", request, as_=ADMIN) == "STILL_REFERENCED"

    rpc("DeleteUser", standard_pb2.DeleteRequest(id=ann.id), as_=ADMIN)

    assert rpc("DeleteRole", request, as_=ADMIN).HasField("deleted_at")


def test_names_are_unique(make_role: Any) -> None:
    role = make_role({})

    assert reason(make_role, {}, name=role.name) == "ALREADY_EXISTS"


# -- built-in ---------------------------------------------------------------------------------------------


def set_up(engine: Any) -> None:
    from crm_chassis.db.vault import Vault
    from crm_chassis.records.tx import transaction
    from crm_identity.setup import setup

    with transaction(engine, vault=Vault(b"\x05" * 32), source="system") as tx:
        setup(tx)


def test_every_permission_of_the_table_exists() -> None:
    from crm_identity.roles.builtin import BUILT_IN

    known = crm_contracts.permissions()
    unknown = {(role.name, p) for role in BUILT_IN for p in role.grants if p != "*" and p not in known}
    assert not unknown


def test_setup_makes_every_built_in_role(rpc: Any) -> None:
    found = rpc("ListRoles", roles_pb2.ListRolesRequest(filter="built_in = true"), as_=ADMIN).roles
    grants = {role.name: {grant.permission: grant.scope for grant in role.grants} for role in found}

    assert grants["admin"] == {"*": ALL}
    assert grants["customer"] == {}
    assert "fields.financial.read" not in grants["support_agent"].keys() | grants["marketer"].keys()
    assert "fields.personal.read" not in grants["analyst"]
    assert all(p.endswith(".read") for p in grants["analyst"])
    assert not any(p.endswith(".delete") for p in grants["integration"])
    assert grants["sales_rep"]["opportunities.read"] == OWN
    assert grants["sales_rep"]["contacts.read"] == TEAM
    writers = {name: grants[name]["contacts.send_email"] for name in grants if "contacts.send_email" in grants[name]}
    assert writers == {"sales_manager": SUBTREE, "sales_rep": OWN, "support_manager": ALL, "support_agent": ALL}
    assert {name for name in grants if "leads.send_email" in grants[name]} == {"sales_manager", "sales_rep"}
    assert len(found) == 9


def test_setup_again_changes_nothing_and_repairs_what_is_old(rpc: Any, engine: Any, role_id: Any) -> None:
    from sqlalchemy import text

    id_ = role_id("marketer")
    before = rpc("GetRole", standard_pb2.GetRequest(id=id_), as_=ADMIN)
    set_up(engine)
    assert rpc("GetRole", standard_pb2.GetRequest(id=id_), as_=ADMIN) == before
    with engine.begin() as connection:
        connection.execute(text("UPDATE roles SET grants = '[]' WHERE id = :id"), {"id": id_})

    set_up(engine)

    after = rpc("GetRole", standard_pb2.GetRequest(id=id_), as_=ADMIN)
    assert after.grants == before.grants
    assert int(after.etag) == int(before.etag) + 1
