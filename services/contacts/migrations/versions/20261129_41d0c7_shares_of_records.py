"""What records say of those they are shared with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_41d0c7"
down_revision = "20261129_b7e3f0"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("accounts", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("activities", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("activities", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("activities", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("contacts", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("contacts", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contacts", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("leads", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("leads", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("leads", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
