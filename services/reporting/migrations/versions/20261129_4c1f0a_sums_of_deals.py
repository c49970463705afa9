"""Sums of the deals, kept by the database with every change of a deal or of an account.

Triggers keep them whichever version writes: the one before knows nothing of sums and writes on while it is replaced, or
when somebody goes back to it. Deals that are there are counted by the backfill in crm_reporting.deals.backfill.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_4c1f0a"
down_revision = "0001"

# One after the other, so that no sum is lost and nobody waits for somebody who waits for him. Look each sum up by its
# key whatever the statistics say: a plan that was made while there were few of them is kept as long as the connection.
_LOOKED_UP = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off"
_ADD = """
    MERGE INTO deal_sums sums USING (
        SELECT part.id, part.generation, part.dimension, part.value, part.status, part.owner_id, part.territory_id,
            part.pipeline_id, part.stage_id, part.forecast_category, part.account_owner_id, part.account_territory_id,
            part.currency, part.grain, part.day, sum(sign * part.deals) AS deals, sum(sign * part.priced) AS priced,
            sum(sign * part.amount) AS amount, sum(sign * part.weighted) AS weighted,
            sum(sign * part.seconds) AS seconds
        FROM ({changes}) changed, LATERAL deal_parts(changed.deal, changed.account) part
        WHERE {condition}
        GROUP BY part.id, part.generation, part.dimension, part.value, part.status, part.owner_id, part.territory_id,
            part.pipeline_id, part.stage_id, part.forecast_category, part.account_owner_id, part.account_territory_id,
            part.currency, part.grain, part.day
        HAVING (sum(sign * part.deals), sum(sign * part.priced), sum(sign * part.amount), sum(sign * part.weighted),
            sum(sign * part.seconds)) <> (0, 0, 0, 0, 0)
        ORDER BY part.dimension, part.grain, part.day  -- those that are read together are stored together
    ) part ON sums.id = part.id
    WHEN MATCHED AND sums.deals + part.deals = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET deals = sums.deals + part.deals, priced = sums.priced + part.priced,
        amount = sums.amount + part.amount, weighted = sums.weighted + part.weighted,
        seconds = sums.seconds + part.seconds
    WHEN NOT MATCHED THEN INSERT VALUES (part.id, part.generation, part.dimension, part.value, part.status,
        part.owner_id, part.territory_id, part.pipeline_id, part.stage_id, part.forecast_category,
        part.account_owner_id, part.account_territory_id, part.currency, part.grain, part.day, part.deals,
        part.priced, part.amount, part.weighted, part.seconds);
"""
_DEALS = """
    SELECT {sign} AS sign, ROW(deal.*)::opportunities AS deal, account FROM {table} deal
    LEFT JOIN accounts account ON account.id = deal.account_id WHERE deal.counted_in > 0
"""
# Both are the deals of the accounts of which something has changed that sums tell apart.
_OF_ACCOUNTS = """
    SELECT -1 AS sign, deal, ROW(before.*)::accounts AS account FROM before JOIN after USING (id)
    JOIN opportunities deal ON deal.account_id = before.id
    WHERE deal.counted_in > 0 AND (before.industry, before.owner_id, before.territory_id)
        IS DISTINCT FROM (after.industry, after.owner_id, after.territory_id)
    UNION ALL
    SELECT 1, deal, ROW(after.*)::accounts FROM before JOIN after USING (id)
    JOIN opportunities deal ON deal.account_id = after.id
    WHERE deal.counted_in > 0 AND (before.industry, before.owner_id, before.territory_id)
        IS DISTINCT FROM (after.industry, after.owner_id, after.territory_id)
"""
# A deal may come before its account.
_OF_NEW_ACCOUNTS = """
    SELECT -1 AS sign, deal, NULL::accounts AS account FROM after
    JOIN opportunities deal ON deal.account_id = after.id WHERE deal.counted_in > 0
    UNION ALL
    SELECT 1, deal, ROW(after.*)::accounts FROM after
    JOIN opportunities deal ON deal.account_id = after.id WHERE deal.counted_in > 0
"""
_BEFORE, _AFTER = _DEALS.format(sign=-1, table="before"), _DEALS.format(sign=1, table="after")
_TRIGGERS = (
    ("opportunities", "INSERT", "NEW TABLE AS after", _AFTER, "true"),
    ("opportunities", "UPDATE", "OLD TABLE AS before NEW TABLE AS after", f"{_BEFORE} UNION ALL {_AFTER}", "true"),
    ("opportunities", "DELETE", "OLD TABLE AS before", _BEFORE, "true"),
    ("accounts", "INSERT", "NEW TABLE AS after", _OF_NEW_ACCOUNTS, "part.dimension = 'sector'"),
    ("accounts", "UPDATE", "OLD TABLE AS before NEW TABLE AS after", _OF_ACCOUNTS, "part.dimension = 'sector'"),
)
# Everything that a deal adds to sums. What people group by one thing at a time (source, product) is a dimension of its
# own, and what they combine (owner, territory, stage) is in each of them. Each sum is kept by the day on which the
# deals close and by the month.
_PARTS = """
    CREATE FUNCTION deal_parts(deal opportunities, account accounts) RETURNS SETOF deal_sums LANGUAGE sql STABLE AS
    $$
        SELECT CAST(md5(concat_ws('/', deal.counted_in, part.dimension, deal.status, span.grain,
                coalesce(span.day - DATE '2000-01-01', -1000000), coalesce(deal.owner_id::text, '-'),
                coalesce(deal.territory_id::text, '-'), coalesce(deal.pipeline_id::text, '-'),
                coalesce(place.stage_id::text, '-'), place.forecast_category,
                coalesce(place.account_owner_id::text, '-'), coalesce(place.account_territory_id::text, '-'),
                coalesce(deal.amount_currency, ''), part.value)) AS uuid),
            deal.counted_in, part.dimension, part.value, deal.status, deal.owner_id, deal.territory_id,
            deal.pipeline_id, place.stage_id, place.forecast_category, place.account_owner_id,
            place.account_territory_id, CAST(coalesce(deal.amount_currency, '') AS varchar), span.grain, span.day,
            CAST(1 AS bigint), CAST((deal.amount IS NOT NULL)::int AS bigint), coalesce(deal.amount * part.share, 0),
            coalesce(deal.amount * part.share * deal.probability::numeric / 100, 0),
            CASE WHEN deal.status = 'WON' THEN greatest(0, extract(epoch FROM
                CASE WHEN CAST(deal.closed_at AT TIME ZONE 'UTC' AS date) = deal.close_date THEN deal.closed_at
                ELSE deal.close_date::timestamp AT TIME ZONE 'UTC' END - deal.created_at)) ELSE 0 END
        FROM (
            SELECT CAST('deal' AS varchar), CAST('' AS varchar), CAST(1 AS numeric)
            UNION ALL SELECT 'source', deal.source, 1
            UNION ALL SELECT 'campaign', deal.campaign_id::varchar, 1 WHERE deal.campaign_id IS NOT NULL
            UNION ALL SELECT 'lost_reason', deal.lost_reason, 1 WHERE deal.status = 'LOST'
            UNION ALL SELECT 'sector', coalesce((account).industry, ''), 1
            UNION ALL SELECT 'product', coalesce(line.product_id::varchar, ''), coalesce(line.share, 1)
                FROM (SELECT) always LEFT JOIN unnest(deal.product_ids, deal.product_shares) line(product_id, share)
                ON true
        ) part(dimension, value, share)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN part.dimension = 'deal' AND deal.status = 'OPEN' THEN deal.stage_id END,
                CAST(CASE WHEN part.dimension = 'deal' AND deal.status = 'OPEN' THEN deal.forecast_category ELSE '' END
                    AS varchar),
                CASE WHEN part.dimension = 'sector' THEN (account).owner_id END,
                CASE WHEN part.dimension = 'sector' THEN (account).territory_id END
        ) place(stage_id, forecast_category, account_owner_id, account_territory_id)
        CROSS JOIN LATERAL (
            VALUES (CAST('DAY' AS varchar), deal.close_date),
                ('MONTH', CAST(date_trunc('month', deal.close_date::timestamp) AS date))
        ) span(grain, day)
    $$
"""


def upgrade() -> None:
    op.create_table(
        "deal_sums",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("pipeline_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("stage_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("forecast_category", sa.String(), nullable=False),
        sa.Column("account_owner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("account_territory_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("deals", sa.BigInteger(), nullable=False),
        sa.Column("priced", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("weighted", sa.Numeric(), nullable=False),
        sa.Column("seconds", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("deal_sums_day", "deal_sums", ["dimension", "grain", "day"], unique=False)
    op.create_index(
        "deal_sums_open", "deal_sums", ["dimension", "grain"], unique=False,
        postgresql_where=sa.text("status = 'OPEN'"),
    )  # fmt: skip
    # Zero for the deals that are there, which no sum counts yet; one for those that come, whichever version writes.
    op.add_column("opportunities", sa.Column("counted_in", sa.Integer(), server_default="0", nullable=False))
    op.execute("ALTER TABLE opportunities ALTER COLUMN counted_in SET DEFAULT 1")
    op.execute(_PARTS)
    for table, verb, transition, changes, condition in _TRIGGERS:
        name = f"sum_{table}_after_{verb.lower()}"
        body = _ADD.format(changes=changes, condition=condition)
        changed = transition.rsplit(" ", 1)[1]
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {_LOOKED_UP} AS $$ BEGIN "
            f"IF NOT EXISTS (SELECT FROM {changed}) THEN RETURN NULL; END IF; "
            f"PERFORM pg_advisory_xact_lock(hashtextextended('deal_sums', 0)); {body} RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {verb} ON {table} REFERENCING {transition} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
