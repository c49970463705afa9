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
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("accounts_external_id", "accounts", ["external_id"], unique=False)
    op.create_index("accounts_key", "accounts", ["key"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("contacts_account", "contacts", ["account_id"], unique=False)
    op.create_index("contacts_email", "contacts", ["email"], unique=False)
    op.create_table(
        "opportunities",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("pipeline_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("stage_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("stage_entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("amount_currency", sa.String(), nullable=True),
        sa.Column("amount_overridden", sa.Boolean(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("probability_overridden", sa.Boolean(), nullable=False),
        sa.Column("forecast_category", sa.String(), nullable=False),
        sa.Column("forecast_category_overridden", sa.Boolean(), nullable=False),
        sa.Column("close_date", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_from", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("lost_reason", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("contact_roles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("competitors", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("lead_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("opportunities_account", "opportunities", ["account_id", "created_at", "id"], unique=False)
    op.create_index("opportunities_amount", "opportunities", ["amount", "id"], unique=False)
    op.create_index("opportunities_campaign", "opportunities", ["campaign_id", "created_at"], unique=False)
    op.create_index("opportunities_close_date", "opportunities", ["close_date", "id"], unique=False)
    op.create_index("opportunities_closed", "opportunities", ["closed_at"], unique=False)
    op.create_index("opportunities_contact", "opportunities", ["contact_id", "created_at", "id"], unique=False)
    op.create_index(
        "opportunities_contact_roles",
        "opportunities",
        ["contact_roles"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"contact_roles": "jsonb_path_ops"},
    )
    op.create_index("opportunities_created", "opportunities", ["created_at", "id"], unique=False)
    op.create_index(
        "opportunities_external_id", "opportunities", ["external_id"], unique=True, postgresql_where="external_id <> ''"
    )
    op.create_index(
        "opportunities_forecast_category", "opportunities", ["forecast_category", "created_at"], unique=False
    )
    op.create_index("opportunities_lead", "opportunities", ["lead_id"], unique=False)
    op.create_index("opportunities_lost_reason", "opportunities", ["lost_reason", "created_at"], unique=False)
    op.create_index("opportunities_name", "opportunities", ["name", "id"], unique=False)
    op.create_index("opportunities_owner", "opportunities", ["owner_id", "created_at", "id"], unique=False)
    op.create_index("opportunities_pipeline", "opportunities", ["pipeline_id", "created_at", "id"], unique=False)
    op.create_index("opportunities_probability", "opportunities", ["probability", "created_at"], unique=False)
    op.create_index("opportunities_source", "opportunities", ["source", "created_at"], unique=False)
    op.create_index("opportunities_stage", "opportunities", ["stage_id", "created_at", "id"], unique=False)
    op.create_index("opportunities_status", "opportunities", ["status", "created_at", "id"], unique=False)
    op.create_index("opportunities_tags", "opportunities", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("opportunities_territory", "opportunities", ["territory_id", "created_at"], unique=False)
    op.create_index("opportunities_updated", "opportunities", ["updated_at", "id"], unique=False)
    op.create_table(
        "pipelines",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("pipelines_created", "pipelines", ["created_at", "id"], unique=False)
    op.create_index(
        "pipelines_default",
        "pipelines",
        ["is_default"],
        unique=True,
        postgresql_where="is_default AND deleted_at IS NULL",
    )
    op.create_index(
        "pipelines_external_id", "pipelines", ["external_id"], unique=True, postgresql_where="external_id <> ''"
    )
    op.create_index("pipelines_name", "pipelines", ["name", "id"], unique=False)
    op.create_index(
        "pipelines_stages",
        "pipelines",
        ["stages"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"stages": "jsonb_path_ops"},
    )
    op.create_index("pipelines_updated", "pipelines", ["updated_at", "id"], unique=False)
    op.create_table(
        "products",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("price", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("price_currency", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("products_active", "products", ["active", "created_at"], unique=False)
    op.create_index("products_created", "products", ["created_at", "id"], unique=False)
    op.create_index(
        "products_external_id", "products", ["external_id"], unique=True, postgresql_where="external_id <> ''"
    )
    op.create_index("products_family", "products", ["family", "created_at"], unique=False)
    op.create_index("products_key", "products", ["key"], unique=False)
    op.create_index("products_name", "products", ["name", "id"], unique=False)
    op.create_index("products_price", "products", ["price", "created_at"], unique=False)
    op.create_index(
        "products_sku", "products", ["sku"], unique=True, postgresql_where="sku <> '' AND deleted_at IS NULL"
    )
    op.create_index("products_updated", "products", ["updated_at", "id"], unique=False)
    op.create_table(
        "stage_changes",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_stage_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("from_stage_name", sa.String(), nullable=False),
        sa.Column("to_stage_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("to_stage_name", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("seconds_in_from_stage", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("amount_currency", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("stage_changes_opportunity", "stage_changes", ["opportunity_id", "changed_at", "id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("tasks_account", "tasks", ["account_id", "created_at"], unique=False)
    op.create_index("tasks_contact", "tasks", ["contact_id", "created_at"], unique=False)
    op.create_index("tasks_created", "tasks", ["created_at", "id"], unique=False)
    op.create_index("tasks_due_at", "tasks", ["due_at", "id"], unique=False)
    op.create_index("tasks_due_date", "tasks", ["due_date", "id"], unique=False)
    op.create_index("tasks_opportunity", "tasks", ["opportunity_id", "created_at"], unique=False)
    op.create_index("tasks_owner", "tasks", ["owner_id", "created_at", "id"], unique=False)
    op.create_index("tasks_priority", "tasks", ["priority", "created_at"], unique=False)
    op.create_index("tasks_status", "tasks", ["status", "created_at", "id"], unique=False)
    op.create_index("tasks_updated", "tasks", ["updated_at", "id"], unique=False)
