"""person of opt-outs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_71be5d"
down_revision = "20261128_602c39"


def upgrade() -> None:
    op.add_column("opt_outs", sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=True))
