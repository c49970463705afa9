"""comments that notifications are about"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_2211e0"
down_revision = "20261129_ddd5ff"


def upgrade() -> None:
    op.add_column("notifications", sa.Column("comment_id", sa.Uuid(as_uuid=False), nullable=True))
