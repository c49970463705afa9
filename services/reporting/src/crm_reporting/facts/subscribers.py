"""What the figures are made of is followed, and nothing else.

What was applied last, the inbox knows: crm_chassis.events.freshness.
"""

from __future__ import annotations

from crm_kit.copies import follow

from crm_reporting.facts.model import MODELS

FACTS = follow("facts", *MODELS)
