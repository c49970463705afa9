"""what duplicates are found by: matching rules, duplicate rules, pairs, match keys"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_ab00c3"
down_revision = "20261129_93b6e2"


def upgrade() -> None:
    op.create_table(
        "matching_rules",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("other_record_type", sa.String(), nullable=False),
        sa.Column("comparisons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("least_score", sa.Double(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("matching_rules_active", "matching_rules", ["active", "created_at"])
    op.create_index("matching_rules_created", "matching_rules", ["created_at", "id"])
    op.create_index("matching_rules_name", "matching_rules", ["name", "id"])
    op.create_index("matching_rules_other_record_type", "matching_rules", ["other_record_type", "created_at"])
    op.create_index("matching_rules_record_type", "matching_rules", ["record_type", "created_at"])
    op.create_index("matching_rules_updated", "matching_rules", ["updated_at", "id"])
    op.create_table(
        "duplicate_rules",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("matching_rule_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("on_create", sa.String(), nullable=False),
        sa.Column("on_update", sa.String(), nullable=False),
        sa.Column("confirmable", sa.Boolean(), nullable=False),
        sa.Column("tells_hidden", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("duplicate_rules_active", "duplicate_rules", ["active", "created_at"])
    op.create_index("duplicate_rules_created", "duplicate_rules", ["created_at", "id"])
    op.create_index("duplicate_rules_matching_rule", "duplicate_rules", ["matching_rule_id", "created_at"])
    op.create_index("duplicate_rules_name", "duplicate_rules", ["name", "id"])
    op.create_index("duplicate_rules_updated", "duplicate_rules", ["updated_at", "id"])
    op.create_table(
        "duplicates",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("other_contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("lead_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("other_lead_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("other_account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("matching_rule_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("decided_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("low_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("high_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("duplicates_account", "duplicates", ["account_id", "created_at"])
    op.create_index("duplicates_contact", "duplicates", ["contact_id", "created_at"])
    op.create_index("duplicates_created", "duplicates", ["created_at", "id"])
    op.create_index("duplicates_high", "duplicates", ["high_id"])
    op.create_index("duplicates_lead", "duplicates", ["lead_id", "created_at"])
    op.create_index("duplicates_other_account", "duplicates", ["other_account_id", "created_at"])
    op.create_index("duplicates_other_contact", "duplicates", ["other_contact_id", "created_at"])
    op.create_index("duplicates_other_lead", "duplicates", ["other_lead_id", "created_at"])
    op.create_index("duplicates_pair", "duplicates", ["low_id", "high_id"], unique=True)
    op.create_index("duplicates_score", "duplicates", ["score", "id"])
    op.create_index("duplicates_state", "duplicates", ["state", "score", "id"])
    op.create_index("duplicates_updated", "duplicates", ["updated_at", "id"])
    op.create_table(
        "match_keys",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("key", "record_type", "record_id"),
    )
    op.create_index("match_keys_record", "match_keys", ["record_id"])
