"""What records say of those they are shared with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_07ce5a"
down_revision = "20261129_f40a92"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("accounts", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contacts", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("contacts", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("opportunities", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("opportunities", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("opportunities", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("tasks", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("tasks", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tasks", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
