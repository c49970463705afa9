"""START HERE: everything the sales service does, on one page.

Events out: see proto/crm/sales/v1/.
"""

from __future__ import annotations

from crm_chassis.events.directory import follow_directory, follow_rights
from crm_chassis.merging import Merging
from crm_chassis.records.standard import standard
from crm_chassis.service import Service, migrations_of
from crm_chassis.shares import follow_shares
from crm_chassis.subscription import Subscription
from crm_kit import comments
from crm_kit.copies import follow

from crm_sales import rearrangement
from crm_sales.backfills import BACKFILLS
from crm_sales.base import Base
from crm_sales.comments.model import Comment
from crm_sales.conversion import on_lead_converted
from crm_sales.customers import usecases as customers
from crm_sales.imports import IMPORTERS
from crm_sales.opportunities import usecases as opportunities
from crm_sales.opportunities.jobs import SPREAD_RANKS
from crm_sales.opportunities.model import Opportunity
from crm_sales.people.model import Account, Contact
from crm_sales.pipelines import usecases as pipelines
from crm_sales.pipelines.model import Pipeline
from crm_sales.products import usecases as products
from crm_sales.products.model import Product
from crm_sales.reassignment import REASSIGNMENT
from crm_sales.tasks import usecases as tasks
from crm_sales.tasks.model import Task

service = Service(
    name="sales",
    package="crm_sales",
    base=Base,
    migrations=migrations_of(__file__),
    backfills=BACKFILLS,
    setup=pipelines.setup,
    rpcs=(
        pipelines.create_pipeline,
        *standard(Pipeline),
        rearrangement.update_pipeline,
        pipelines.delete_pipeline,
        products.create_product,
        *standard(Product),
        products.update_product,
        opportunities.create_opportunity,
        *standard(Opportunity),
        opportunities.update_opportunity,
        opportunities.undelete_opportunity,
        opportunities.win_opportunity,
        opportunities.lose_opportunity,
        opportunities.reopen_opportunity,
        opportunities.list_stage_changes,
        tasks.create_task,
        *standard(Task),
        tasks.update_task,
        tasks.complete_task,
        *comments.on(Opportunity, Comment),
        customers.get_customer_sales,
        customers.list_customer_timeline,
        customers.search_records,
    ),
    subscriptions=(
        follow_directory("crm.identity"),
        follow_rights("crm.identity"),
        follow("people", Account, Contact),
        follow_shares(Account, Contact),
        Subscription("conversion", {"crm.contacts.lead.converted.v1": on_lead_converted}),
        REASSIGNMENT.subscription,
    ),
    jobs=(REASSIGNMENT.job, SPREAD_RANKS),
    importers=IMPORTERS,
    merging=Merging("crm.contacts", Base, copies=("people",)),
)
