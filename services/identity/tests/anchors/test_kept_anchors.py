"""Anchors of other services' audit trails are kept."""

from __future__ import annotations

from typing import Any

import pytest
from crm.sales.v1 import audit_trail_pb2 as of_sales
from crm.support.v1 import audit_trail_pb2 as of_support
from crm_chassis.access.actor import SYSTEM
from crm_chassis.ids import uuid7
from crm_chassis.records.anchors import Anchor
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

Sales, Support = of_sales.SalesAuditTrailAnchored, of_support.SupportAuditTrailAnchored


@pytest.fixture
def kept(service: Any, begin: Any) -> Any:
    """What is kept: service, link and hash."""

    def read() -> list[tuple[str, int, bytes]]:
        with begin(as_=SYSTEM) as tx:
            anchors: list[Anchor] = list(service.kept_anchors(tx))
        return [(one.service, one.seq, one.mac) for one in anchors]

    return read


def test_what_services_tell_first_is_kept(deliver: Any, kept: Any) -> None:
    day = uuid7()
    deliver(Sales(anchor={"day_id": day, "seq": 7, "mac": "aa"}), version=1)
    deliver(Sales(anchor={"day_id": day, "seq": 9, "mac": "bb"}), version=2)
    deliver(Sales(anchor={"day_id": day, "seq": 7, "mac": "cc"}), version=3)
    deliver(Support(anchor={"day_id": uuid7(), "seq": 7, "mac": "dd"}), version=1)

    assert kept() == [("sales", 7, b"\xaa"), ("sales", 9, b"\xbb"), ("support", 7, b"\xdd")]


@pytest.mark.parametrize("statement", ["UPDATE kept_anchors SET seq = 0", "DELETE FROM kept_anchors"])
def test_nobody_changes_them(engine: Any, statement: str) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))
