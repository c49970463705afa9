"""account relationships"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_168c9e"
down_revision = "20261129_2fa6d0"


def upgrade() -> None:
    op.create_table(
        "account_relationships",
        sa.Column("from_account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("to_account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("edge", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("account_relationships_created", "account_relationships", ["created_at", "id"])
    op.create_index("account_relationships_updated", "account_relationships", ["updated_at", "id"])
    op.create_index("account_relationships_from", "account_relationships", ["from_account_id", "created_at"])
    op.create_index("account_relationships_to", "account_relationships", ["to_account_id", "created_at"])
    op.create_index("account_relationships_kind", "account_relationships", ["kind", "created_at"])
    op.create_index(
        "account_relationships_edge", "account_relationships", ["edge"], unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )  # fmt: skip
