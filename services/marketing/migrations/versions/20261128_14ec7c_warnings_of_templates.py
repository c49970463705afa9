"""warnings of templates"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_14ec7c"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "templates", sa.Column("warnings", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False)
    )
