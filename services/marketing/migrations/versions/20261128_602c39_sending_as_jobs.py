"""sending as jobs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_602c39"
down_revision = "20261128_f390e5"


def upgrade() -> None:
    op.create_table(
        "domain_paces",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("domain"),
    )
    op.add_column("campaigns", sa.Column("pause_reason", sa.String(), server_default="", nullable=False))
