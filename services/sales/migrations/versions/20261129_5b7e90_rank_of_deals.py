"""The place of deals in their stage, and leads and tickets of tasks.

Deals that are there get their rank by the backfill in crm_sales.backfills. The trigger ranks what the version before
writes, which does not know the column while it is replaced, or when somebody goes back to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_5b7e90"
down_revision = "20261129_d33501"


def upgrade() -> None:
    op.add_column("opportunities", sa.Column("rank", sa.String(collation="C"), server_default="", nullable=False))
    op.execute(
        """
        CREATE FUNCTION rank_on_entering(at timestamptz, id uuid) RETURNS varchar LANGUAGE sql STABLE AS
        $$ SELECT lpad(to_hex(576460752303423488 - CAST(extract(epoch FROM at) * 1000000 AS bigint)), 15, '0')
            || right(CAST(id AS text), 6) || 'V' $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION fill_rank() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
            IF NEW.rank = '' OR (TG_OP = 'UPDATE' AND NEW.stage_id <> OLD.stage_id AND NEW.rank = OLD.rank) THEN
                NEW.rank = public.rank_on_entering(NEW.stage_entered_at, NEW.id);
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER opportunities_rank BEFORE INSERT OR UPDATE OF stage_id ON opportunities "
        "FOR EACH ROW EXECUTE FUNCTION fill_rank()"
    )
    op.add_column("tasks", sa.Column("lead_id", sa.Uuid(as_uuid=False), nullable=True))
    op.add_column("tasks", sa.Column("ticket_id", sa.Uuid(as_uuid=False), nullable=True))
