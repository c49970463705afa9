"""copies that stay, and accounts that are named in any spelling or by external id: indexes"""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261128_9be25c"
down_revision = "20261128_a41f07"


def upgrade() -> None:
    create_index("accounts_key", "accounts", ["key"], unique=False)
    create_index("accounts_external_id", "accounts", ["external_id"], unique=False)
