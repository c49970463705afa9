"""audiences of campaigns, and when what marks speak of happened"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_d3b07e"
down_revision = "20261129_a90c3e"


def upgrade() -> None:
    op.add_column(
        "segment_marks",
        sa.Column("happened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_table(
        "campaign_audiences",
        sa.Column("campaign_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("segment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("launched_by", sa.String(), nullable=False),
        sa.Column("everybody", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_index("campaign_audiences_segment", "campaign_audiences", ["segment_id", "launched_at"], unique=False)
