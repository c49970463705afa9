"""An import knows how much of its failed rows is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_b7e214"
down_revision = "20261129_5e2b90"


def upgrade() -> None:
    op.add_column("imports", sa.Column("kept_size", sa.BigInteger(), server_default="0", nullable=False))
