"""An import says what it has made good in rows that were not quite right."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_e91b07"
down_revision = "20261129_c4e81a"


def upgrade() -> None:
    op.add_column("imports", sa.Column("repairs", postgresql.JSONB(), server_default="{}", nullable=False))
