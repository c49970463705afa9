"""whom records are shared with"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_5e2b90"
down_revision = "20261129_a35c1e"


def upgrade() -> None:
    op.create_table(
        "shares",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("record_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("principal_kind", sa.String(), nullable=False),
        sa.Column("principal_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("cause_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "shares_expiring",
        "shares",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index("shares_key", "shares", ["record_id", "principal_id", "cause", "cause_id"], unique=True)
    op.create_index("shares_principal", "shares", ["principal_id", "kind"], unique=False)
