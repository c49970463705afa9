"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "login_attempts",
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "network"),
    )
    op.create_index("login_attempts_last", "login_attempts", ["last_at"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_address", sa.String(), nullable=False),
        sa.Column("used_agent", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("refresh_tokens_expires", "refresh_tokens", ["expires_at"], unique=False)
    op.create_index("refresh_tokens_session", "refresh_tokens", ["session_id"], unique=False)
    op.create_table(
        "roles",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("grants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("built_in", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("roles_built_in", "roles", ["built_in", "created_at"], unique=False)
    op.create_index("roles_created", "roles", ["created_at", "id"], unique=False)
    op.create_index("roles_name", "roles", ["name"], unique=True, postgresql_where="deleted_at IS NULL")
    op.create_index("roles_updated", "roles", ["updated_at", "id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_address", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sessions_ended", "sessions", ["ended_at"], unique=False)
    op.create_index("sessions_user", "sessions", ["user_id", "ended_at"], unique=False)
    op.create_table(
        "teams",
        sa.Column("name", sa.String(), nullable=False),
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
    op.create_index("teams_created", "teams", ["created_at", "id"], unique=False)
    op.create_index("teams_external_id", "teams", ["external_id"], unique=True, postgresql_where="external_id <> ''")
    op.create_index("teams_name", "teams", ["name"], unique=True, postgresql_where="deleted_at IS NULL")
    op.create_index("teams_updated", "teams", ["updated_at", "id"], unique=False)
    op.create_table(
        "territories",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(as_uuid=False), nullable=True),
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
    op.create_index("territories_created", "territories", ["created_at", "id"], unique=False)
    op.create_index(
        "territories_external_id", "territories", ["external_id"], unique=True, postgresql_where="external_id <> ''"
    )
    op.create_index("territories_name", "territories", ["name"], unique=True, postgresql_where="deleted_at IS NULL")
    op.create_index("territories_parent", "territories", ["parent_id", "created_at"], unique=False)
    op.create_index("territories_updated", "territories", ["updated_at", "id"], unique=False)
    op.create_table(
        "users",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("role_ids", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("manager_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("team_ids", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("territory_ids", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sessions_revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_enabled", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_pending_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("users_created", "users", ["created_at", "id"], unique=False)
    op.create_index("users_display_name", "users", ["display_name", "id"], unique=False)
    op.create_index("users_email", "users", ["email"], unique=True, postgresql_where="deleted_at IS NULL")
    op.create_index("users_external_id", "users", ["external_id"], unique=True, postgresql_where="external_id <> ''")
    op.create_index("users_manager", "users", ["manager_id", "created_at"], unique=False)
    op.create_index("users_roles", "users", ["role_ids"], unique=False, postgresql_using="gin")
    op.create_index("users_status", "users", ["status", "created_at"], unique=False)
    op.create_index("users_teams", "users", ["team_ids"], unique=False, postgresql_using="gin")
    op.create_index("users_territories", "users", ["territory_ids"], unique=False, postgresql_using="gin")
    op.create_index("users_updated", "users", ["updated_at", "id"], unique=False)
