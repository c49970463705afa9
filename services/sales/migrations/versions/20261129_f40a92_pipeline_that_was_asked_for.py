"""the pipeline that a conversion asked for and that was gone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_f40a92"
down_revision = "20261129_e2c614"


def upgrade() -> None:
    op.add_column("opportunities", sa.Column("asked_pipeline_id", sa.Uuid(as_uuid=False), nullable=True))
