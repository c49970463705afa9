"""E-mails that the suite sends: what became of them, and where answers go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_b7e3f0"
down_revision = "20261129_55a4c3"


def upgrade() -> None:
    op.create_table(
        "reply_addresses",
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.add_column("activities", sa.Column("email_state", sa.String(), server_default="", nullable=False))
    op.add_column("activities", sa.Column("email_to", sa.String(), server_default="", nullable=False))
    op.add_column("activities", sa.Column("email_error", sa.String(), server_default="", nullable=False))
