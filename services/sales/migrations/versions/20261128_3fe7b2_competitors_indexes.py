"""Deals are found by a competitor."""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261128_3fe7b2"
down_revision = "0001"


def upgrade() -> None:
    create_index("opportunities_competitors", "opportunities", ["competitors"], unique=False, postgresql_using="gin")
