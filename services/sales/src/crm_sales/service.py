"""START HERE: everything the sales service does, on one page.

Events out: see proto/crm/sales/v1/events.proto.
"""

from __future__ import annotations

from crm_chassis.access.directory import follow_directory
from crm_chassis.service import Service, migrations_of
from crm_chassis.subscription import Subscription

from crm_sales.customers import usecases as customers
from crm_sales.imports import IMPORTERS
from crm_sales.opportunities import schema as _opportunities_schema  # noqa: F401
from crm_sales.opportunities import usecases as opportunities
from crm_sales.opportunities.conversion import on_lead_converted
from crm_sales.people.subscribers import on_account, on_contact
from crm_sales.pipelines import schema as _pipelines_schema  # noqa: F401
from crm_sales.pipelines import usecases as pipelines
from crm_sales.products import usecases as products
from crm_sales.reassignment import on_user_deactivated
from crm_sales.tasks import schema as _tasks_schema  # noqa: F401
from crm_sales.tasks import usecases as tasks

service = Service(
    name="sales",
    package="crm_sales",
    migrations=migrations_of(__file__),
    setup=pipelines.setup,
    rpcs=(
        pipelines.create_pipeline,
        pipelines.get_pipeline,
        pipelines.list_pipelines,
        pipelines.update_pipeline,
        pipelines.delete_pipeline,
        pipelines.undelete_pipeline,
        products.create_product,
        products.get_product,
        products.list_products,
        products.update_product,
        products.delete_product,
        products.undelete_product,
        opportunities.create_opportunity,
        opportunities.get_opportunity,
        opportunities.list_opportunities,
        opportunities.update_opportunity,
        opportunities.delete_opportunity,
        opportunities.undelete_opportunity,
        opportunities.win_opportunity,
        opportunities.lose_opportunity,
        opportunities.reopen_opportunity,
        opportunities.list_stage_changes,
        tasks.create_task,
        tasks.get_task,
        tasks.list_tasks,
        tasks.update_task,
        tasks.delete_task,
        tasks.undelete_task,
        tasks.complete_task,
        customers.get_customer_sales,
        customers.list_customer_timeline,
        customers.search_records,
    ),
    subscriptions=(
        follow_directory("crm.identity"),
        Subscription("people", {"crm.contacts.account.*": on_account, "crm.contacts.contact.*": on_contact}),
        Subscription("conversion", {"crm.contacts.lead.converted.v1": on_lead_converted}),
        Subscription("reassignment", {"crm.identity.user.deactivated.v1": on_user_deactivated}),
    ),
    importers=IMPORTERS,
)
