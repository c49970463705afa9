"""The indexes of the order of deals, and of tasks by lead, ticket, and by who has to do them when."""

from __future__ import annotations

from crm_chassis.db.ddl import create_index

revision = "20261129_e2c614"
down_revision = "20261129_5b7e90"


def upgrade() -> None:
    create_index("opportunities_stage_rank", "opportunities", ["stage_id", "rank", "id"], unique=False)
    create_index("opportunities_rank", "opportunities", ["rank", "id"], unique=False)
    create_index("tasks_lead", "tasks", ["lead_id", "created_at"], unique=False)
    create_index("tasks_ticket", "tasks", ["ticket_id", "created_at"], unique=False)
    create_index("tasks_owner_due_date", "tasks", ["owner_id", "due_date", "id"], unique=False)
    create_index("tasks_owner_due_at", "tasks", ["owner_id", "due_at", "id"], unique=False)
