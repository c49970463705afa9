"""anchors of audit trails"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_5c90de"
down_revision = "20261129_2211e0"


def upgrade() -> None:
    op.create_table(
        "kept_anchors",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service", "seq"),
    )
    # Nobody but the owner has the right to truncate it.
    op.execute(
        "CREATE TRIGGER kept_anchors_append_only BEFORE UPDATE OR DELETE ON kept_anchors "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
