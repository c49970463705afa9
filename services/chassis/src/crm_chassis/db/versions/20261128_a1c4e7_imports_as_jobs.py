"""Imports are jobs: rows wait in a table of their own, and a copy of the rights of users says what owners may do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_a1c4e7"
down_revision = "20261128_36b957"

_JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("cells", _JSON, nullable=False),
        sa.Column("waiting", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "line"),
    )
    op.create_index(
        "import_rows_waiting",
        "import_rows",
        ["import_id", "line"],
        unique=False,
        postgresql_where=sa.text("waiting"),
    )
    op.create_table(
        "directory_roles",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("grants", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "directory_holders",
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("role_ids", postgresql.ARRAY(sa.Uuid(as_uuid=False)), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.add_column("imports", sa.Column("options", _JSON, server_default=sa.text("'{}'"), nullable=False))
    op.add_column("imports", sa.Column("codec", sa.String(), server_default="", nullable=False))
    for name in ("columns", "targets"):
        texts = postgresql.ARRAY(sa.String())
        op.add_column("imports", sa.Column(name, texts, server_default=sa.text("'{}'"), nullable=False))
    op.add_column("imports", sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("imports", sa.Column("job_id", sa.Uuid(as_uuid=False), nullable=True))
    op.add_column("import_errors", sa.Column("cells", _JSON, server_default=sa.text("'[]'"), nullable=False))
