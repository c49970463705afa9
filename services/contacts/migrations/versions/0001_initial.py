"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("domains", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("annual_revenue", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("annual_revenue_currency", sa.String(), nullable=True),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("addresses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parent_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("founded_year", sa.Integer(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("accounts_annual_revenue", "accounts", ["annual_revenue", "created_at"], unique=False)
    op.create_index("accounts_country", "accounts", ["country", "created_at"], unique=False)
    op.create_index("accounts_created", "accounts", ["created_at", "id"], unique=False)
    op.create_index("accounts_domains", "accounts", ["domains"], unique=False, postgresql_using="gin")
    op.create_index("accounts_employees", "accounts", ["employees", "id"], unique=False)
    op.create_index(
        "accounts_external_id", "accounts", ["external_id"], unique=True, postgresql_where="external_id <> ''"
    )
    op.create_index("accounts_founded_year", "accounts", ["founded_year", "created_at"], unique=False)
    op.create_index("accounts_industry", "accounts", ["industry", "created_at"], unique=False)
    op.create_index("accounts_key", "accounts", ["key"], unique=False)
    op.create_index("accounts_name", "accounts", ["name", "id"], unique=False)
    op.create_index("accounts_owner", "accounts", ["owner_id", "created_at", "id"], unique=False)
    op.create_index("accounts_parent", "accounts", ["parent_id", "created_at"], unique=False)
    op.create_index("accounts_tags", "accounts", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("accounts_territory", "accounts", ["territory_id", "created_at"], unique=False)
    op.create_index("accounts_updated", "accounts", ["updated_at", "id"], unique=False)
    op.create_table(
        "activities",
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("lead_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("duration_minutes", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("activities_account", "activities", ["account_id", "occurred_at", "id"], unique=False)
    op.create_index("activities_channel", "activities", ["channel", "created_at"], unique=False)
    op.create_index("activities_contact", "activities", ["contact_id", "occurred_at", "id"], unique=False)
    op.create_index("activities_created", "activities", ["created_at", "id"], unique=False)
    op.create_index("activities_done", "activities", ["done", "created_at"], unique=False)
    op.create_index("activities_lead", "activities", ["lead_id", "occurred_at"], unique=False)
    op.create_index("activities_occurred", "activities", ["occurred_at", "id"], unique=False)
    op.create_index("activities_opportunity", "activities", ["opportunity_id", "occurred_at"], unique=False)
    op.create_index("activities_owner", "activities", ["owner_id", "created_at", "id"], unique=False)
    op.create_index(
        "activities_source_id", "activities", ["source_id"], unique=True, postgresql_where="source_id <> ''"
    )
    op.create_index("activities_type", "activities", ["type", "created_at"], unique=False)
    op.create_index("activities_updated", "activities", ["updated_at", "id"], unique=False)
    op.create_table(
        "affiliations",
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("affiliations_account", "affiliations", ["account_id", "created_at"], unique=False)
    op.create_index(
        "affiliations_contact",
        "affiliations",
        ["contact_id", "account_id"],
        unique=True,
        postgresql_where="deleted_at IS NULL",
    )
    op.create_index("affiliations_created", "affiliations", ["created_at", "id"], unique=False)
    op.create_index("affiliations_primary", "affiliations", ["primary", "created_at"], unique=False)
    op.create_index("affiliations_role", "affiliations", ["role", "created_at"], unique=False)
    op.create_index("affiliations_updated", "affiliations", ["updated_at", "id"], unique=False)
    op.create_table(
        "contact_keys",
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("value", "contact_id"),
    )
    op.create_index("contact_keys_contact", "contact_keys", ["contact_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("emails", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("phones", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("addresses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("lead_source", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("preferred_channel", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("contacts_account", "contacts", ["account_id", "created_at", "id"], unique=False)
    op.create_index("contacts_country", "contacts", ["country", "created_at"], unique=False)
    op.create_index("contacts_created", "contacts", ["created_at", "id"], unique=False)
    op.create_index("contacts_department", "contacts", ["department", "created_at"], unique=False)
    op.create_index("contacts_email", "contacts", ["email"], unique=False)
    op.create_index(
        "contacts_external_id", "contacts", ["external_id"], unique=True, postgresql_where="external_id <> ''"
    )
    op.create_index("contacts_first_name", "contacts", ["first_name", "created_at"], unique=False)
    op.create_index("contacts_language", "contacts", ["language", "created_at"], unique=False)
    op.create_index("contacts_last_name", "contacts", ["last_name", "id"], unique=False)
    op.create_index("contacts_lead_source", "contacts", ["lead_source", "created_at"], unique=False)
    op.create_index("contacts_owner", "contacts", ["owner_id", "created_at", "id"], unique=False)
    op.create_index("contacts_preferred_channel", "contacts", ["preferred_channel", "created_at"], unique=False)
    op.create_index("contacts_tags", "contacts", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("contacts_territory", "contacts", ["territory_id", "created_at"], unique=False)
    op.create_index("contacts_title", "contacts", ["title", "created_at"], unique=False)
    op.create_index("contacts_updated", "contacts", ["updated_at", "id"], unique=False)
    op.create_table(
        "lead_status_changes",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("lead_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("from_status", sa.String(), nullable=False),
        sa.Column("to_status", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("seconds_in_from_status", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lead_status_changes_lead", "lead_status_changes", ["lead_id", "changed_at", "id"], unique=False)
    op.create_table(
        "leads",
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("unqualified_reason", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("converted_account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("converted_contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("converted_opportunity_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("converted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("leads_city", "leads", ["city", "created_at"], unique=False)
    op.create_index("leads_company", "leads", ["company", "id"], unique=False)
    op.create_index("leads_converted", "leads", ["converted_at"], unique=False)
    op.create_index("leads_converted_contact", "leads", ["converted_contact_id"], unique=False)
    op.create_index("leads_country", "leads", ["country", "created_at"], unique=False)
    op.create_index("leads_created", "leads", ["created_at", "id"], unique=False)
    op.create_index("leads_email", "leads", ["email"], unique=False)
    op.create_index("leads_external_id", "leads", ["external_id"], unique=True, postgresql_where="external_id <> ''")
    op.create_index("leads_first_name", "leads", ["first_name", "created_at"], unique=False)
    op.create_index("leads_industry", "leads", ["industry", "created_at"], unique=False)
    op.create_index("leads_last_name", "leads", ["last_name", "id"], unique=False)
    op.create_index("leads_owner", "leads", ["owner_id", "created_at", "id"], unique=False)
    op.create_index("leads_phone", "leads", ["phone"], unique=False)
    op.create_index("leads_source", "leads", ["source", "created_at"], unique=False)
    op.create_index("leads_status", "leads", ["status", "created_at", "id"], unique=False)
    op.create_index("leads_tags", "leads", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("leads_territory", "leads", ["territory_id", "created_at"], unique=False)
    op.create_index("leads_updated", "leads", ["updated_at", "id"], unique=False)
