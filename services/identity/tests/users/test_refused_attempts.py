"""Attempts on accounts that were refused are in the audit trail."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import history_pb2
from crm.identity.v1 import users_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, user


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
