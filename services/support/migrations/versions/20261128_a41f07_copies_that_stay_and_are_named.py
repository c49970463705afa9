"""copies that stay, and accounts that are named in any spelling or by external id"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_a41f07"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("key", sa.String(), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("external_id", sa.String(), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("contacts", sa.Column("deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False))
