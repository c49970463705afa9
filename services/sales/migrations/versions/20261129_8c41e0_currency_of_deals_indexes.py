"""Deals are found by their currency."""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261129_8c41e0"
down_revision = "20261128_3fe7b2"


def upgrade() -> None:
    create_index("opportunities_amount_currency", "opportunities", ["amount_currency", "created_at"], unique=False)
