"""Tickets are counted by the values of a field."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import groups_pb2
from crm_chassis.testing import user


def test_tickets_are_counted_by_status(rpc: Any) -> None:
    answer = rpc("GroupTickets", groups_pb2.GroupRequest(by="status"), as_=user())
    assert sum(group.count for group in answer.groups) + answer.others == answer.total_size
