"""What records say of those they are shared with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_c96d13"
down_revision = "20261129_260b09"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("accounts", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contacts", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("contacts", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("tickets", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
