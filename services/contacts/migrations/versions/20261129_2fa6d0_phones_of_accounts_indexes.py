"""Accounts are found by their number."""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261129_2fa6d0"
down_revision = "20261129_e91c40"


def upgrade() -> None:
    create_index("accounts_phone", "accounts", ["phone", "created_at"], unique=False)
