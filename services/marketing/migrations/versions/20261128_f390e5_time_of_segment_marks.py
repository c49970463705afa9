"""time of segment marks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_f390e5"
down_revision = "20261128_efa102"


def upgrade() -> None:
    op.add_column(
        "segment_marks",
        sa.Column("marked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
