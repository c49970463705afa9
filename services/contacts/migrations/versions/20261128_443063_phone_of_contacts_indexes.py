"""phone of contacts: indexes"""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261128_443063"
down_revision = "20261128_7d119e"


def upgrade() -> None:
    create_index("contacts_phone", "contacts", ["phone"], unique=False)
