"""refused messages"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_9d21c4"
down_revision = "20261128_b2d5f8"


def upgrade() -> None:
    op.create_table(
        "refused",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("exchange", sa.String(), nullable=False),
        sa.Column("routing_key", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("refused_held", "refused", ["held_at"], unique=False)
