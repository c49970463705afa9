"""changes of records that wait for somebody's yes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_7c19e4"
down_revision = "20261129_e91b07"


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("terms_hash", sa.String(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("undone_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("proposals_author", "proposals", ["author_id", "id"])
    op.create_index("proposals_state", "proposals", ["state", "id"])
    op.create_index("proposals_ended", "proposals", ["ended_at"])
    op.create_table(
        "proposal_commands",
        sa.Column("proposal_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("record_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("new", postgresql.JSONB(), nullable=False),
        sa.Column("old", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "seq"),
    )
    op.create_index("proposal_commands_record", "proposal_commands", ["record_id"])
