"""set-up codes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_ddd5ff"
down_revision = "20261129_e61914"


def upgrade() -> None:
    op.create_table(
        "setup_codes", sa.Column("digest", sa.LargeBinary(), nullable=False), sa.PrimaryKeyConstraint("digest")
    )
