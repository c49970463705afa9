"""Accounts are found by the currency of their revenue."""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261129_d1950b"
down_revision = "20261128_c5d81a"


def upgrade() -> None:
    create_index(
        "accounts_annual_revenue_currency", "accounts", ["annual_revenue_currency", "created_at"], unique=False
    )
