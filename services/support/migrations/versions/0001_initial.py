"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("ticket_numbers")))
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("accounts_name", "accounts", ["name"], unique=False)
    op.create_table(
        "business_calendars",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("working_hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("holidays", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("business_calendars_created", "business_calendars", ["created_at", "id"], unique=False)
    op.create_index(
        "business_calendars_default", "business_calendars", ["is_default"], unique=True, postgresql_where="is_default"
    )
    op.create_index("business_calendars_name", "business_calendars", ["name", "id"], unique=False)
    op.create_index("business_calendars_updated", "business_calendars", ["updated_at", "id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("emails", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("contacts_account", "contacts", ["account_id"], unique=False)
    op.create_index("contacts_emails", "contacts", ["emails"], unique=False, postgresql_using="gin")
    op.create_table(
        "messages",
        sa.Column("ticket_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("messages_created", "messages", ["created_at", "id"], unique=False)
    op.create_index("messages_ticket", "messages", ["ticket_id", "created_at", "id"], unique=False)
    op.create_index("messages_updated", "messages", ["updated_at", "id"], unique=False)
    op.create_table(
        "sla_policies",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("targets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sla_policies_calendar", "sla_policies", ["calendar_id"], unique=False)
    op.create_index("sla_policies_created", "sla_policies", ["created_at", "id"], unique=False)
    op.create_index("sla_policies_name", "sla_policies", ["name", "id"], unique=False)
    op.create_index("sla_policies_rank", "sla_policies", ["rank", "id"], unique=False)
    op.create_index("sla_policies_updated", "sla_policies", ["updated_at", "id"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("requester_email", sa.String(), nullable=False),
        sa.Column("requester_name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("priority", sa.Enum("LOW", "MEDIUM", "HIGH", "CRITICAL", name="ticket_priority"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("team_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sla_policy_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("sla_clocks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sla_breached", sa.Boolean(), nullable=False),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sla_exempt", sa.Boolean(), nullable=False),
        sa.Column("breach_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("tickets_account", "tickets", ["account_id", "created_at", "id"], unique=False)
    op.create_index("tickets_assignee", "tickets", ["assignee_id", "created_at", "id"], unique=False)
    op.create_index(
        "tickets_breach_check",
        "tickets",
        ["breach_check_at"],
        unique=False,
        postgresql_where="breach_check_at IS NOT NULL",
    )
    op.create_index("tickets_breached", "tickets", ["sla_breached", "created_at"], unique=False)
    op.create_index("tickets_channel", "tickets", ["channel", "created_at"], unique=False)
    op.create_index("tickets_contact", "tickets", ["contact_id", "created_at", "id"], unique=False)
    op.create_index("tickets_created", "tickets", ["created_at", "id"], unique=False)
    op.create_index("tickets_due", "tickets", ["next_due_at", "id"], unique=False)
    op.create_index(
        "tickets_external_id", "tickets", ["external_id"], unique=True, postgresql_where="external_id <> ''"
    )
    op.create_index("tickets_first_responded", "tickets", ["first_responded_at"], unique=False)
    op.create_index("tickets_number", "tickets", ["number"], unique=True)
    op.create_index("tickets_policy", "tickets", ["sla_policy_id", "created_at"], unique=False)
    op.create_index("tickets_priority", "tickets", ["priority", "id"], unique=False)
    op.create_index("tickets_product", "tickets", ["product", "created_at"], unique=False)
    op.create_index("tickets_reference", "tickets", ["reference"], unique=True)
    op.create_index("tickets_requester", "tickets", ["requester_email", "created_at"], unique=False)
    op.create_index("tickets_resolved", "tickets", ["resolved_at", "id"], unique=False)
    op.create_index("tickets_satisfaction", "tickets", ["satisfaction", "created_at"], unique=False)
    op.create_index("tickets_status", "tickets", ["status", "created_at", "id"], unique=False)
    op.create_index("tickets_tags", "tickets", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("tickets_team", "tickets", ["team_id", "created_at", "id"], unique=False)
    op.create_index("tickets_type", "tickets", ["type", "created_at"], unique=False)
    op.create_index("tickets_updated", "tickets", ["updated_at", "id"], unique=False)
