"""START HERE: everything the marketing service does, on one page.

Events out: see proto/crm/marketing/v1/events.proto.
"""

from __future__ import annotations

from crm_chassis.access.directory import follow_directory
from crm_chassis.service import Service, migrations_of
from crm_chassis.subscription import Subscription

from crm_marketing.campaigns import usecases as campaigns
from crm_marketing.customers import usecases as customers
from crm_marketing.imports import IMPORTERS
from crm_marketing.optouts import usecases as optouts
from crm_marketing.people.subscribers import PEOPLE
from crm_marketing.reassignment import on_user_deactivated
from crm_marketing.segments import usecases as segments
from crm_marketing.settings import start
from crm_marketing.templates import schema as _templates_schema  # noqa: F401
from crm_marketing.templates import usecases as templates
from crm_marketing.timers import TIMERS

service = Service(
    name="marketing",
    package="crm_marketing",
    migrations=migrations_of(__file__),
    start=start,
    rpcs=(
        segments.create_segment,
        segments.get_segment,
        segments.list_segments,
        segments.update_segment,
        segments.delete_segment,
        segments.undelete_segment,
        segments.add_segment_members,
        segments.remove_segment_members,
        segments.list_segment_members,
        segments.preview_segment,
        segments.rebuild_segment,
        templates.create_template,
        templates.get_template,
        templates.list_templates,
        templates.update_template,
        templates.delete_template,
        templates.undelete_template,
        templates.preview_template,
        campaigns.create_campaign,
        campaigns.get_campaign,
        campaigns.list_campaigns,
        campaigns.update_campaign,
        campaigns.delete_campaign,
        campaigns.undelete_campaign,
        campaigns.launch_campaign,
        campaigns.pause_campaign,
        campaigns.resume_campaign,
        campaigns.create_campaign_member,
        campaigns.get_campaign_member,
        campaigns.list_campaign_members,
        campaigns.update_campaign_member,
        campaigns.delete_campaign_member,
        optouts.create_opt_out,
        optouts.get_opt_out,
        optouts.list_opt_outs,
        optouts.delete_opt_out,
        optouts.get_unsubscribe,
        optouts.unsubscribe,
        customers.get_customer_marketing,
        customers.list_customer_timeline,
        customers.search_records,
    ),
    subscriptions=(
        follow_directory("crm.identity"),
        PEOPLE,
        Subscription("reassignment", {"crm.identity.user.deactivated.v1": on_user_deactivated}),
    ),
    timers=TIMERS,
    importers=IMPORTERS,
)
