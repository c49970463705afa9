"""Any address, number or postal address of a contact or an account is found by filters."""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261128_c5d81a"
down_revision = "20261128_443063"


def upgrade() -> None:
    for table, column in (
        ("contacts", "emails"),
        ("contacts", "phones"),
        ("contacts", "addresses"),
        ("accounts", "addresses"),
    ):
        create_index(
            f"{table}_{column}",
            table,
            [column],
            unique=False,
            postgresql_using="gin",
            postgresql_ops={column: "jsonb_path_ops"},
        )
