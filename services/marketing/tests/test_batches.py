"""Every kind of record can be read and written by the hundred."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2, segments_pb2, templates_pb2
from crm_chassis.testing import unique
from crm_chassis.testing.batches import check_batches


def test_campaigns(rpc: Any) -> None:
    def new() -> dict[str, Any]:
        return {"name": unique("campaign"), "channel": "EMAIL"}

    check_batches(rpc, campaigns_pb2.Campaign, new, {"description": "for all"})


def test_campaign_members(rpc: Any, people: Any, make_campaign: Callable[..., Any]) -> None:
    campaign = make_campaign()

    def new() -> dict[str, Any]:
        return {"campaign_id": campaign.id, "contact_id": people.contact()}

    check_batches(rpc, campaign_members_pb2.CampaignMember, new, {"status": "RESPONDED"})


def test_segments(rpc: Any) -> None:
    def new() -> dict[str, Any]:
        return {"name": unique("segment"), "kind": "STATIC"}

    check_batches(rpc, segments_pb2.Segment, new, {"description": "for all"})


def test_templates(rpc: Any) -> None:
    def new() -> dict[str, Any]:
        return {"name": unique("template"), "subject": "Hello", "body_text": "{{ unsubscribe_url }}"}

    check_batches(rpc, templates_pb2.Template, new, {"subject": "Good day"})
