"""saved views and favourites"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_8aaffb"
down_revision = "20261129_463763"


def upgrade() -> None:
    op.create_table(
        "favourites",
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("record_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "resource", "record_id"),
    )
    op.create_table(
        "saved_views",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("filter", sa.String(), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("order_by", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("group_by", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("team_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("role_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "saved_views_everybody",
        "saved_views",
        ["resource", "name"],
        unique=False,
        postgresql_where="visibility = 'EVERYBODY'",
    )
    op.create_index("saved_views_name", "saved_views", ["name", "id"], unique=False)
    op.create_index("saved_views_owner", "saved_views", ["owner_id", "resource"], unique=False)
    op.create_index(
        "saved_views_role", "saved_views", ["role_id", "resource"], unique=False, postgresql_where="role_id IS NOT NULL"
    )
    op.create_index(
        "saved_views_team", "saved_views", ["team_id"], unique=False, postgresql_where="team_id IS NOT NULL"
    )
