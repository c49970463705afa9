"""The indexes by which records are found that are shared with somebody."""

from __future__ import annotations

import sqlalchemy as sa
from crm_chassis.db.ddl import create_index

revision = "20261129_93b6e2"
down_revision = "20261129_41d0c7"


def upgrade() -> None:
    for table in ("accounts", "activities", "contacts", "leads"):
        create_index(
            f"{table}_shared_with",
            table,
            ["shared_with"],
            unique=False,
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=sa.text("shared_with IS NOT NULL"),
        )
