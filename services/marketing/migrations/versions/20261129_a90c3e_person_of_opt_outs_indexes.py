"""person of opt-outs: indexes"""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261129_a90c3e"
down_revision = "20261129_71be5d"


def upgrade() -> None:
    create_index("opt_outs_person", "opt_outs", ["person_id"], unique=False)
