"""records that were made one"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_e91c40"
down_revision = "20261129_ab00c3"


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("loser_ids", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("merges_created", "merges", ["created_at", "id"])
    op.create_index("merges_updated", "merges", ["updated_at", "id"])
    op.create_index("merges_resource", "merges", ["resource", "created_at"])
    op.create_index("merges_survivor", "merges", ["survivor_id", "created_at"])
    op.create_index("merges_losers", "merges", ["loser_ids"], postgresql_using="gin")
    op.create_index("merges_state", "merges", ["state", "created_at"])
    op.create_table(
        "merge_snapshots",
        sa.Column("merge_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("record_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("merge_id", "record_id"),
    )
    op.create_index("merge_snapshots_record", "merge_snapshots", ["record_id"])
