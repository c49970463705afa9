"""What records say of those they are shared with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_68e1b5"
down_revision = "20261129_d3b07e"


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("campaigns", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("campaigns", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("people_accounts", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("people_accounts", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people_contacts", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("people_contacts", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("segments", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("segments", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("segments", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("templates", sa.Column("shared_with", sa.ARRAY(sa.Uuid(as_uuid=False)), nullable=True))
    op.add_column("templates", sa.Column("share_check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("templates", sa.Column("share_version", sa.BigInteger(), server_default="0", nullable=False))
