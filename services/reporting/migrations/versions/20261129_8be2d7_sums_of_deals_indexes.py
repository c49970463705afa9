"""Indexes for what sums do not say: deals that no sum counts yet, stalled and next ones, the first of an account."""

from __future__ import annotations

import sqlalchemy as sa
from crm_chassis.db.ddl import create_index

revision = "20261129_8be2d7"
down_revision = "20261129_4c1f0a"


def upgrade() -> None:
    for name, columns, rows, included in (
        ("opportunities_uncounted", ["id"], "counted_in = 0", []),
        (
            "opportunities_in_stage",
            ["stage_id", "stage_entered_at"],
            "status = 'OPEN'",
            ["pipeline_id", "owner_id", "territory_id"],
        ),
        ("opportunities_closing", ["close_date", "id"], "status = 'OPEN'", []),
        ("opportunities_won", ["account_id", "close_date"], "status = 'WON'", []),
        (
            "opportunities_earned",
            ["close_date"],
            "status = 'WON'",
            ["account_id", "owner_id", "territory_id", "amount", "amount_currency"],
        ),
    ):
        create_index(
            name,
            "opportunities",
            columns,
            unique=False,
            postgresql_where=sa.text(rows),
            postgresql_include=[sa.column(column) for column in included],
        )
