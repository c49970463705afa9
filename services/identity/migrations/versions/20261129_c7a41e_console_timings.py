"""console timings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_c7a41e"
down_revision = "20261129_5c90de"


def upgrade() -> None:
    op.create_table(
        "console_timings",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Integer(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "version", "page", "measure", "up_to"),
    )
    op.add_column(
        "organisation", sa.Column("measures_console", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
