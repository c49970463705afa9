"""START HERE: everything the reporting service does, on one page.

It owns no records and publishes nothing: it follows what figures are made of and answers with them. What names records
that were merged follows them with the events of its own records.
"""

from __future__ import annotations

from crm_chassis.events.directory import follow_directory
from crm_chassis.merging import Merging
from crm_chassis.service import Service, migrations_of

from crm_reporting.base import Base
from crm_reporting.customers.usecases import get_customer_metrics
from crm_reporting.dashboards.usecases import get_dashboard
from crm_reporting.deals.backfill import BACKFILLS
from crm_reporting.facts.subscribers import FACTS
from crm_reporting.reports.usecases import get_lead_source_report, get_sales_report, get_ticket_report

service = Service(
    name="reporting",
    package="crm_reporting",
    base=Base,
    migrations=migrations_of(__file__),
    rpcs=(get_dashboard, get_sales_report, get_lead_source_report, get_ticket_report, get_customer_metrics),
    subscriptions=(follow_directory("crm.identity"), FACTS),
    backfills=BACKFILLS,
    merging=Merging("crm.contacts", Base),
)
