"""The directory knows which teams and territories were deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_c4e81a"
down_revision = "20261129_d80c5b"


def upgrade() -> None:
    for table in ("directory_teams", "directory_territories"):
        op.add_column(table, sa.Column("deleted", sa.Boolean(), server_default="false", nullable=False))
