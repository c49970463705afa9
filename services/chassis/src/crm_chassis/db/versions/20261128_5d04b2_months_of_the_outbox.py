"""Months of the outbox are made by a function of the owner, because the processes may not make tables."""

from __future__ import annotations

from alembic import op

revision = "20261128_5d04b2"
down_revision = "20261128_c7a51e"


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION ensure_outbox_months(since timestamptz) RETURNS void LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
        DECLARE first timestamp := date_trunc('month', since);
        BEGIN
            FOR _ IN 0..2 LOOP
                EXECUTE format(
                    'CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.outbox FOR VALUES FROM (%L) TO (%L) '
                    'WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)',
                    to_char(first, '"outbox_"YYYY_MM'), first, first + interval '1 month'
                );
                first := first + interval '1 month';
            END LOOP;
        END $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION ensure_outbox_months FROM PUBLIC")
    op.execute("SELECT ensure_outbox_months(now())")
