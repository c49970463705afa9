"""The history is written by functions of its owner, and says with a keyed hash who wrote a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_f0b7a3"
down_revision = "20261128_9d21c4"

_FUNCTIONS = (
    """
    CREATE FUNCTION write_history(
        kinds text[], records uuid[], versions bigint[], actions text[], changes jsonb[], sealed bytea[], macs bytea[],
        actor_id text, source text, request_id text, caused_by text
    ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        INSERT INTO public.history
            (kind, record_id, version, action, changes, sealed, mac, at, actor_id, source, request_id, caused_by)
        SELECT h.*, now(), $8, $9, $10, $11 FROM unnest($1, $2, $3, $4, $5, $6, $7) h;
    END $$
    """,
    """
    CREATE FUNCTION seal_history(first bigint, ids bigint[], macs bytea[]) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF first <> (SELECT coalesce(max(seq), 0) + 1 FROM public.history_seals) THEN
            RAISE EXCEPTION 'the chain does not end before link %', first;
        END IF;
        INSERT INTO public.history_seals (seq, history_id, mac)
        SELECT first + s.place - 1, s.id, s.mac FROM unnest(ids, macs) WITH ORDINALITY s(id, mac, place);
    END $$
    """,
    """
    CREATE FUNCTION anchor_history() RETURNS SETOF history_anchors LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        INSERT INTO public.history_anchors (seq, at, mac)
        SELECT seq, now(), mac FROM public.history_seals ORDER BY seq DESC LIMIT 1
        ON CONFLICT DO NOTHING RETURNING *
    $$
    """,
)


def upgrade() -> None:
    op.add_column("history", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("history", sa.Column("mac", sa.LargeBinary(), nullable=True))
    for function in _FUNCTIONS:
        op.execute(function)
    for name in ("write_history", "seal_history", "anchor_history"):
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
