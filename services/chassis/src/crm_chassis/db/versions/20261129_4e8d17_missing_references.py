"""references to records that there are not"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_4e8d17"
down_revision = "20261128_f0b7a3"


def upgrade() -> None:
    op.create_table(
        "missing_references",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id"),
    )
