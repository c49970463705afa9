"""Live figures on one page."""

from __future__ import annotations

from crm.reporting.v1 import dashboards_pb2
from crm_chassis.events.freshness import freshness
from crm_chassis.records.tx import Transaction

from crm_reporting.dashboards import executive, marketing, sales, support
from crm_reporting.facts.subscribers import FACTS
from crm_reporting.periods import Period

DASHBOARDS = {
    "sales": sales.PANELS,
    "marketing": marketing.PANELS,
    "support": support.PANELS,
    "executive": executive.PANELS,
}


def get_dashboard(tx: Transaction, request: dashboards_pb2.GetDashboardRequest) -> dashboards_pb2.Dashboard:
    """A dashboard over the records the caller may see.

    A widget is left out for a caller who may not read the kinds of records it is made of, or, if it shows money,
    not read money. Raises InvalidInput if the days make no period.
    """
    period = Period.or_last_year(request.from_date, request.to_date, tx.now.date())
    state = freshness(tx, FACTS.name)
    return dashboards_pb2.Dashboard(
        name=request.name,
        as_of=state.as_of,
        lag_seconds=state.lag_seconds,
        widgets=[widget for panel in DASHBOARDS[request.name] for widget in panel.widgets(tx, period)],
        from_date=str(period.first),
        to_date=str(period.last),
    )
