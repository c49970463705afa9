"""What happens to a user's records when the user leaves."""

from __future__ import annotations

from crm_kit.reassignment import Handover, Reassignment

from crm_marketing.campaigns.model import Campaign
from crm_marketing.segments.model import Segment
from crm_marketing.templates.model import Template

REASSIGNMENT = Reassignment(
    Handover(Segment),
    Handover(Template),
    Handover(Campaign, Campaign.status != "DONE"),
)
"""Segments, templates and unfinished campaigns go to the successor."""
