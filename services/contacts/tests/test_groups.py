"""Records are counted by the values of a field."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import groups_pb2
from crm_chassis.testing import user

ADMIN = user()


@pytest.mark.parametrize("method", ["GroupAccounts", "GroupContacts", "GroupLeads"])
def test_records_are_counted_by_owner(rpc: Any, method: str) -> None:
    answer = rpc(method, groups_pb2.GroupRequest(by="owner_id"), as_=ADMIN)
    assert sum(group.count for group in answer.groups) + answer.others == answer.total_size
