"""START HERE: everything the marketing service does, on one page.

Events out: see proto/crm/marketing/v1/.
"""

from __future__ import annotations

from crm_chassis.events.directory import follow_directory, follow_rights
from crm_chassis.records.standard import standard
from crm_chassis.service import Service, migrations_of
from crm_chassis.shares import follow_shares

from crm_marketing.backfills import BACKFILLS
from crm_marketing.base import Base
from crm_marketing.campaigns import usecases as campaigns
from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.customers import usecases as customers
from crm_marketing.imports import IMPORTERS
from crm_marketing.merges import MERGING
from crm_marketing.optouts import usecases as optouts
from crm_marketing.optouts.model import OptOut
from crm_marketing.people.model import Account, Contact
from crm_marketing.people.subscribers import PEOPLE
from crm_marketing.reassignment import REASSIGNMENT
from crm_marketing.segmentation import usecases as segmentation
from crm_marketing.segments import usecases as segments
from crm_marketing.sending import usecases as sending
from crm_marketing.sending.launchers import LAUNCHERS
from crm_marketing.sending.sender import SENDING
from crm_marketing.settings import start
from crm_marketing.templates import usecases as templates
from crm_marketing.templates.model import Template
from crm_marketing.timers import TIMERS

service = Service(
    name="marketing",
    package="crm_marketing",
    base=Base,
    migrations=migrations_of(__file__),
    start=start,
    rpcs=(
        segmentation.create_segment,
        segments.get_segment,
        segments.batch_get_segments,
        segments.list_segments,
        segmentation.update_segment,
        segments.delete_segment,
        segmentation.undelete_segment,
        segments.add_segment_members,
        segments.remove_segment_members,
        segments.list_segment_members,
        segmentation.preview_segment,
        segmentation.rebuild_segment,
        templates.create_template,
        *standard(Template),
        templates.update_template,
        templates.preview_template,
        campaigns.create_campaign,
        *standard(Campaign),
        campaigns.update_campaign,
        campaigns.delete_campaign,
        sending.launch_campaign,
        sending.pause_campaign,
        sending.resume_campaign,
        campaigns.create_campaign_member,
        *standard(CampaignMember),
        campaigns.update_campaign_member,
        campaigns.delete_campaign_member,
        optouts.create_opt_out,
        *standard(OptOut),
        optouts.get_unsubscribe,
        optouts.unsubscribe,
        customers.get_customer_marketing,
        customers.list_customer_timeline,
        customers.search_records,
    ),
    subscriptions=(
        follow_directory("crm.identity"),
        follow_rights("crm.identity"),
        follow_shares(Account, Contact),
        PEOPLE,
        REASSIGNMENT.subscription,
        LAUNCHERS,
    ),
    timers=TIMERS,
    jobs=(SENDING, REASSIGNMENT.job),
    importers=IMPORTERS,
    merging=MERGING,
    backfills=BACKFILLS,
)
