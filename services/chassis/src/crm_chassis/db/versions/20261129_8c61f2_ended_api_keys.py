"""API keys that have ended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_8c61f2"
down_revision = "20261129_4e8d17"


def upgrade() -> None:
    op.create_table(
        "directory_ended_keys",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
