"""A history row has an id that its writer gives it, and its time is part of what the keyed hash is taken of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_a35c1e"
down_revision = "20261129_8c61f2"

# Beside `write_history`, to which the version before adds.
_ADD_HISTORY = """
    CREATE FUNCTION add_history(
        kinds text[], records uuid[], versions bigint[], actions text[], changes jsonb[], sealed bytea[], uids uuid[],
        macs bytea[], at timestamptz, actor_id text, source text, request_id text, caused_by text
    ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        INSERT INTO public.history
            (kind, record_id, version, action, changes, sealed, uid, mac, at, actor_id, source, request_id, caused_by)
        SELECT h.*, $9, $10, $11, $12, $13 FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) h;
    END $$
"""


def upgrade() -> None:
    op.add_column("history", sa.Column("uid", sa.Uuid(as_uuid=False), nullable=True))
    op.execute(_ADD_HISTORY)
    op.execute("REVOKE ALL ON FUNCTION add_history FROM PUBLIC")
