"""request id of parked events"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_e4d261"
down_revision = "20261128_5d04b2"


def upgrade() -> None:
    op.add_column("parked", sa.Column("request_id", sa.Text(), server_default="", nullable=False))
