"""The imports of a user, the newest first."""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261128_b2d5f8"
down_revision = "20261128_a1c4e7"


def upgrade() -> None:
    create_index("imports_actor", "imports", ["actor_id", "id"], unique=False)
