"""what colleagues say about records"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_260b09"
down_revision = "20261128_9be25c"


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("record_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("mentioned_user_ids", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("team_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("comments_created", "comments", ["created_at", "id"], unique=False)
    op.create_index("comments_record", "comments", ["record_id", "created_at", "id"], unique=False)
