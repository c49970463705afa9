"""Deals are found by their next step, and those without one."""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261129_6b30ce"
down_revision = "20261129_b81f34"


def upgrade() -> None:
    create_index("opportunities_next_step", "opportunities", ["next_step", "created_at"], unique=False)
