"""ListStageChanges: how long an opportunity stayed where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import OWN, user


def test_is_paged_oldest_first(
    rpc: Any, admin: Any, make_pipeline: Any, make_opportunity: Any, patch: Any, clock: Any
) -> None:
    begun = datetime.now(UTC).replace(microsecond=0)
    clock.now = begun
    pipeline = make_pipeline()
    deal = make_opportunity(pipeline_id=pipeline.id, amount={"amount": "5.00", "currency": "EUR"})
    for hours, place in ((1, 1), (2, 0), (3, 1)):
        clock.advance(hours=hours)
        patch(deal, stage_id=pipeline.stages[place].id)

    found, token = [], ""
    while True:
        request = opportunities_pb2.ListStageChangesRequest(opportunity_id=deal.id, page_size=3, page_token=token)
        page = rpc("ListStageChanges", request, as_=admin)
        found += page.stage_changes
        token = page.next_page_token
        if not token:
            break

    assert [(one.to_stage_name, one.seconds_in_from_stage) for one in found] == [
        ("First", 0),
        ("Second", 3600),
        ("First", 7200),
        ("Second", 10800),
    ]
    assert not found[0].HasField("from_stage_id")
    assert found[1].from_stage_id == found[0].to_stage_id
    assert (found[3].amount.amount, found[3].amount.currency) == ("5.00", "EUR")
    assert found[3].changed_by == admin.id
    assert found[3].changed_at.ToDatetime(UTC) == begun + timedelta(hours=6)


def test_is_not_shown_to_who_may_not_see_the_opportunity(rpc: Any, make_opportunity: Any) -> None:
    request = opportunities_pb2.ListStageChangesRequest(opportunity_id=make_opportunity().id)

    with pytest.raises(DomainError) as refused:
        rpc("ListStageChanges", request, as_=user({"opportunities.read": OWN}))

    assert refused.value.status == 404
