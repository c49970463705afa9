"""Attempts on accounts that were refused are in the audit trail."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import history_pb2
from crm.identity.v1 import roles_pb2, users_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, user
from crm_identity.errors import LastAdmin


def test_a_deactivation_that_a_rule_forbids(make_user: Any, rpc: Any) -> None:
    ann, manager = make_user(), user({"users.*": ALL})
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=ann.id), as_=manager)
    with pytest.raises(DomainError):
        rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=ann.id), as_=manager)

    request = history_pb2.ListHistoryRequest(filter=f'actor_id = "{manager.id}" AND action = "refused"')
    (entry,) = rpc("ListHistory", request, as_=user()).audit_entries
    told = {change.field: change.new_value.string_value for change in entry.changes}
    assert (entry.record_id, told) == (
        ann.id,
        {"method": "DeactivateUser", "reason": "USER_ALREADY_DEACTIVATED"},
    )


def test_rules_that_guard_rights_are_noted_whichever_way_they_are_tried(rpc: Any, make_user: Any) -> None:
    """Where no policy asks for an entry."""
    manager = user()
    (admin_role, *_) = rpc("ListRoles", roles_pb2.ListRolesRequest(filter='name = "admin"'), as_=manager).roles
    wider = roles_pb2.UpdateRoleRequest(role={"id": admin_role.id, "description": "x"})
    with pytest.raises(DomainError) as refused:
        rpc("UpdateRole", wider, as_=manager)
    assert refused.value.reason == "ROLE_BUILT_IN"

    request = history_pb2.ListHistoryRequest(filter=f'actor_id = "{manager.id}" AND action = "refused"')
    (entry,) = rpc("ListHistory", request, as_=user()).audit_entries
    told = {change.field: change.new_value.string_value for change in entry.changes}
    assert (entry.record_id, told) == (admin_role.id, {"method": "UpdateRole", "reason": "ROLE_BUILT_IN"})
    assert LastAdmin.noted
