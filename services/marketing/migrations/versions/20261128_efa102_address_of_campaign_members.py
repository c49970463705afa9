"""address of campaign members"""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261128_efa102"
down_revision = "20261128_14ec7c"


def upgrade() -> None:
    create_index(
        "campaign_members_address",
        "campaign_members",
        ["campaign_id", "address_hash"],
        unique=False,
        postgresql_where="address_hash <> ''",
    )
