"""What happens to a user's records when the user leaves."""

from __future__ import annotations

from crm_kit.reassignment import Handover, Reassignment

from crm_sales.opportunities.model import Opportunity
from crm_sales.tasks.model import Task

REASSIGNMENT = Reassignment(
    Handover(Opportunity, Opportunity.status == "OPEN"),
    Handover(Task, Task.status == "OPEN"),
)
"""Open opportunities and open tasks go to the successor; what is closed or done stays with who did it."""
