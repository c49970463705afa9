"""START HERE: everything the reporting service does, on one page.

It owns no records and publishes nothing: it follows every event of the suite and answers with figures.
"""

from __future__ import annotations

from crm_chassis.access.directory import follow_directory
from crm_chassis.service import Service, migrations_of

from crm_reporting.customers.usecases import get_customer_metrics
from crm_reporting.dashboards.usecases import get_dashboard
from crm_reporting.facts.subscribers import FACTS
from crm_reporting.reports.usecases import get_lead_source_report, get_sales_report, get_ticket_report

service = Service(
    name="reporting",
    package="crm_reporting",
    migrations=migrations_of(__file__),
    rpcs=(get_dashboard, get_sales_report, get_lead_source_report, get_ticket_report, get_customer_metrics),
    subscriptions=(follow_directory("crm.identity"), FACTS),
)
