"""ids that lead to other records, and what merges have moved"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_d80c5b"
down_revision = "20261129_b7e214"


def upgrade() -> None:
    op.create_table(
        "aliases",
        sa.Column("old_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("into_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("new_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("merge_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("old_id"),
    )
    op.create_index("aliases_new", "aliases", ["new_id"])
    op.create_index("aliases_merge", "aliases", ["merge_id"])
    op.create_table(
        "merged_rows",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("merge_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("old_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("new_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("folded", sa.Boolean(), nullable=False),
        sa.Column("note", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("merged_rows_merge", "merged_rows", ["merge_id", "id"])
    op.create_index("merged_rows_record", "merged_rows", ["record_id", "field"])
    op.create_index("merged_rows_old", "merged_rows", ["old_id"])
    op.create_index("merged_rows_new", "merged_rows", ["new_id"])
