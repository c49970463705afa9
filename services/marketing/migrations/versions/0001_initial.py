"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "campaign_members",
        sa.Column("campaign_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("responded", sa.Boolean(), nullable=False),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("send_state", sa.String(), nullable=False),
        sa.Column("skip_reason", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sending_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("campaign_members_campaign", "campaign_members", ["campaign_id", "created_at", "id"], unique=False)
    op.create_index("campaign_members_contact", "campaign_members", ["contact_id", "created_at", "id"], unique=False)
    op.create_index("campaign_members_created", "campaign_members", ["created_at", "id"], unique=False)
    op.create_index(
        "campaign_members_once",
        "campaign_members",
        ["campaign_id", "contact_id"],
        unique=True,
        postgresql_where="deleted_at IS NULL",
    )
    op.create_index("campaign_members_responded", "campaign_members", ["responded", "created_at", "id"], unique=False)
    op.create_index("campaign_members_send_state", "campaign_members", ["send_state", "created_at", "id"], unique=False)
    op.create_index(
        "campaign_members_sending",
        "campaign_members",
        ["sending_since"],
        unique=False,
        postgresql_where="send_state = 'SENDING'",
    )
    op.create_index("campaign_members_status", "campaign_members", ["status", "created_at", "id"], unique=False)
    op.create_index("campaign_members_updated", "campaign_members", ["updated_at", "id"], unique=False)
    op.create_index(
        "campaign_members_waiting",
        "campaign_members",
        ["campaign_id", "next_attempt_at", "id"],
        unique=False,
        postgresql_where="send_state IN ('QUEUED', 'SENDING') AND deleted_at IS NULL",
    )
    op.create_table(
        "campaign_texts",
        sa.Column("campaign_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_table(
        "campaigns",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("segment_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("template_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("from_address", sa.String(), nullable=False),
        sa.Column("from_name", sa.String(), nullable=False),
        sa.Column("informational", sa.Boolean(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("budget", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("budget_currency", sa.String(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("cost_currency", sa.String(), nullable=True),
        sa.Column("expected_revenue", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("expected_revenue_currency", sa.String(), nullable=True),
        sa.Column("parent_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("member_count", sa.BigInteger(), nullable=False),
        sa.Column("sent_count", sa.BigInteger(), nullable=False),
        sa.Column("responded_count", sa.BigInteger(), nullable=False),
        sa.Column("skipped_count", sa.BigInteger(), nullable=False),
        sa.Column("failed_count", sa.BigInteger(), nullable=False),
        sa.Column("unsubscribed_count", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("campaigns_channel", "campaigns", ["channel", "created_at", "id"], unique=False)
    op.create_index("campaigns_created", "campaigns", ["created_at", "id"], unique=False)
    op.create_index(
        "campaigns_external_id", "campaigns", ["external_id"], unique=True, postgresql_where="external_id <> ''"
    )
    op.create_index("campaigns_name", "campaigns", ["name", "id"], unique=False)
    op.create_index("campaigns_owner", "campaigns", ["owner_id", "created_at", "id"], unique=False)
    op.create_index("campaigns_parent", "campaigns", ["parent_id", "created_at", "id"], unique=False)
    op.create_index("campaigns_segment", "campaigns", ["segment_id", "created_at", "id"], unique=False)
    op.create_index("campaigns_start_date", "campaigns", ["start_date", "created_at", "id"], unique=False)
    op.create_index("campaigns_status", "campaigns", ["status", "created_at", "id"], unique=False)
    op.create_index("campaigns_updated", "campaigns", ["updated_at", "id"], unique=False)
    op.create_table(
        "opt_outs",
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("reach", sa.String(), nullable=False),
        sa.Column("segment_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "opt_outs_address",
        "opt_outs",
        ["address_hash"],
        unique=True,
        postgresql_where="reach = 'ADDRESS' AND deleted_at IS NULL",
    )
    op.create_index(
        "opt_outs_address_segment",
        "opt_outs",
        ["address_hash", "segment_id"],
        unique=True,
        postgresql_where="reach = 'SEGMENT' AND deleted_at IS NULL",
    )
    op.create_index("opt_outs_contact", "opt_outs", ["contact_id", "created_at", "id"], unique=False)
    op.create_index("opt_outs_created", "opt_outs", ["created_at", "id"], unique=False)
    op.create_index("opt_outs_reach", "opt_outs", ["reach", "created_at", "id"], unique=False)
    op.create_index("opt_outs_segment", "opt_outs", ["segment_id", "created_at", "id"], unique=False)
    op.create_index("opt_outs_source", "opt_outs", ["source", "created_at", "id"], unique=False)
    op.create_index("opt_outs_updated", "opt_outs", ["updated_at", "id"], unique=False)
    op.create_table(
        "people_accounts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.String()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("people_accounts_owner", "people_accounts", ["owner_id"], unique=False)
    op.create_table(
        "people_activities",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("people_activities_account", "people_activities", ["account_id", "occurred_at"], unique=False)
    op.create_index("people_activities_contact", "people_activities", ["contact_id", "occurred_at"], unique=False)
    op.create_table(
        "people_contacts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("emails", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address_hashes", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("lead_source", sa.String(), nullable=False),
        sa.Column("preferred_channel", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.String()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("people_contacts_account", "people_contacts", ["account_id"], unique=False)
    op.create_index(
        "people_contacts_address_hashes", "people_contacts", ["address_hashes"], unique=False, postgresql_using="gin"
    )
    op.create_index("people_contacts_email", "people_contacts", ["email"], unique=False)
    op.create_index(
        "people_contacts_external_id",
        "people_contacts",
        ["external_id"],
        unique=False,
        postgresql_where="external_id <> ''",
    )
    op.create_index("people_contacts_owner", "people_contacts", ["owner_id"], unique=False)
    op.create_index("people_contacts_territory", "people_contacts", ["territory_id"], unique=False)
    op.create_table(
        "people_opportunities",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("people_opportunities_account", "people_opportunities", ["account_id", "status"], unique=False)
    op.create_index("people_opportunities_contact", "people_opportunities", ["contact_id", "status"], unique=False)
    op.create_table(
        "people_tickets",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("people_tickets_account", "people_tickets", ["account_id", "open"], unique=False)
    op.create_index("people_tickets_contact", "people_tickets", ["contact_id", "open"], unique=False)
    op.create_table(
        "segment_marks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.String()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "segment_members",
        sa.Column("segment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "segment_members_contact", "segment_members", ["contact_id"], unique=False, postgresql_where="left_at IS NULL"
    )
    op.create_index(
        "segment_members_present",
        "segment_members",
        ["segment_id", "contact_id"],
        unique=False,
        postgresql_where="left_at IS NULL",
    )
    op.create_table(
        "segments",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("filter", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("rebuilt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mentions", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("rebuild_due", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("segments_created", "segments", ["created_at", "id"], unique=False)
    op.create_index("segments_kind", "segments", ["kind", "created_at", "id"], unique=False)
    op.create_index("segments_mentions", "segments", ["mentions"], unique=False, postgresql_using="gin")
    op.create_index("segments_name", "segments", ["name", "id"], unique=False)
    op.create_index("segments_owner", "segments", ["owner_id", "created_at", "id"], unique=False)
    op.create_index("segments_rebuild_due", "segments", ["id"], unique=False, postgresql_where="rebuild_due")
    op.create_index("segments_updated", "segments", ["updated_at", "id"], unique=False)
    op.create_table(
        "templates",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("templates_created", "templates", ["created_at", "id"], unique=False)
    op.create_index("templates_name", "templates", ["name", "id"], unique=False)
    op.create_index("templates_owner", "templates", ["owner_id", "created_at", "id"], unique=False)
    op.create_index("templates_updated", "templates", ["updated_at", "id"], unique=False)
