"""The chassis tables as version 0.1.0 had them.

Frozen: what changes later has a migration of its own.
"""

from __future__ import annotations

from alembic import op

revision = "20261128_c7a51e"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY,
        occurred_at timestamptz NOT NULL,
        event_id uuid NOT NULL,
        type varchar NOT NULL,
        record_id uuid NOT NULL,
        version bigint NOT NULL,
        partition smallint NOT NULL,
        envelope bytea NOT NULL,
        sealed boolean NOT NULL,
        attempts integer NOT NULL,
        next_attempt_at timestamptz,
        last_error text,
        published_at timestamptz,
        PRIMARY KEY (id, occurred_at)
    ) PARTITION BY RANGE (occurred_at)
    """,
    "CREATE INDEX outbox_record ON outbox (record_id)",
    "CREATE INDEX outbox_unpublished ON outbox (partition, id) WHERE published_at IS NULL",
    """
    CREATE TABLE subject_keys (
        subject_id uuid NOT NULL,
        wrapped_key bytea NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (subject_id)
    )
    """,
    """
    CREATE TABLE history (
        id bigint GENERATED ALWAYS AS IDENTITY,
        kind varchar NOT NULL,
        record_id uuid NOT NULL,
        version bigint NOT NULL,
        at timestamptz NOT NULL,
        action varchar NOT NULL,
        actor_id varchar NOT NULL,
        source varchar NOT NULL,
        request_id varchar NOT NULL,
        caused_by varchar NOT NULL,
        changes jsonb NOT NULL,
        xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX history_actor ON history (actor_id, at)",
    "CREATE INDEX history_at ON history (at, id)",
    "CREATE INDEX history_record ON history (record_id, id)",
    """
    CREATE TABLE history_seals (
        seq bigint NOT NULL,
        history_id bigint NOT NULL,
        mac bytea NOT NULL,
        PRIMARY KEY (seq),
        UNIQUE (history_id)
    )
    """,
    """
    CREATE TABLE history_anchors (
        seq bigint NOT NULL,
        at timestamptz NOT NULL,
        mac bytea NOT NULL,
        PRIMARY KEY (seq)
    )
    """,
    """
    CREATE TABLE requests (
        actor_id varchar NOT NULL,
        key varchar NOT NULL,
        method varchar NOT NULL,
        fingerprint bytea NOT NULL,
        response bytea,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (actor_id, key)
    )
    """,
    "CREATE INDEX requests_created ON requests (created_at)",
    """
    CREATE TABLE inbox (
        subscription varchar NOT NULL,
        event_id uuid NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (subscription, event_id)
    ) WITH (autovacuum_vacuum_scale_factor = 0.01)
    """,
    "CREATE INDEX inbox_received ON inbox (received_at)",
    """
    CREATE TABLE inbox_positions (
        subscription varchar NOT NULL,
        record_id uuid NOT NULL,
        version bigint NOT NULL,
        PRIMARY KEY (subscription, record_id)
    )
    """,
    """
    CREATE TABLE parked (
        id bigint GENERATED ALWAYS AS IDENTITY,
        subscription varchar NOT NULL,
        event_id uuid NOT NULL,
        type varchar NOT NULL,
        record_id uuid NOT NULL,
        version bigint NOT NULL,
        envelope bytea NOT NULL,
        attempts integer NOT NULL,
        error text NOT NULL,
        dead boolean NOT NULL,
        parked_at timestamptz NOT NULL,
        next_attempt_at timestamptz NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (subscription, event_id)
    )
    """,
    "CREATE INDEX parked_due ON parked (next_attempt_at) WHERE NOT dead",
    "CREATE INDEX parked_record ON parked (subscription, record_id, version)",
    """
    CREATE TABLE bus_subscriptions (
        name varchar NOT NULL,
        records varchar[] NOT NULL,
        replay_id uuid,
        replays varchar[] NOT NULL,
        since timestamptz,
        awaited varchar[] NOT NULL,
        requested_at timestamptz,
        asked_at timestamptz,
        PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE search_terms (
        kind varchar NOT NULL,
        term varchar COLLATE "C" NOT NULL,
        record_id uuid NOT NULL,
        field varchar NOT NULL,
        PRIMARY KEY (kind, term, record_id, field)
    )
    """,
    "CREATE INDEX search_terms_record ON search_terms (record_id, term)",
    """
    CREATE TABLE imports (
        id uuid NOT NULL,
        kind varchar NOT NULL,
        file_name varchar NOT NULL,
        state varchar NOT NULL,
        dry_run boolean NOT NULL,
        mapping jsonb NOT NULL,
        actor_id varchar NOT NULL,
        grants jsonb NOT NULL,
        request_id varchar NOT NULL,
        rows_read bigint NOT NULL,
        rows_created bigint NOT NULL,
        rows_updated bigint NOT NULL,
        rows_unchanged bigint NOT NULL,
        rows_failed bigint NOT NULL,
        error text NOT NULL,
        created_at timestamptz NOT NULL,
        read_at timestamptz,
        finished_at timestamptz,
        PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_imports_state ON imports (state)",
    """
    CREATE TABLE import_chunks (
        import_id uuid NOT NULL,
        seq integer NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (import_id, seq)
    )
    """,
    """
    CREATE TABLE import_errors (
        import_id uuid NOT NULL,
        line bigint NOT NULL,
        field varchar NOT NULL,
        message text NOT NULL,
        "row" jsonb NOT NULL,
        deferred boolean NOT NULL,
        PRIMARY KEY (import_id, line)
    )
    """,
    "CREATE INDEX import_errors_deferred ON import_errors (import_id, deferred)",
    """
    CREATE TABLE directory_users (
        id uuid NOT NULL,
        display_name varchar NOT NULL,
        manager_id uuid,
        active boolean NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_directory_users_manager_id ON directory_users (manager_id)",
    """
    CREATE TABLE directory_reports (
        manager_id uuid NOT NULL,
        user_id uuid NOT NULL,
        depth integer NOT NULL,
        PRIMARY KEY (manager_id, user_id)
    )
    """,
    "CREATE INDEX directory_reports_user ON directory_reports (user_id)",
    """
    CREATE TABLE directory_team_members (
        team_id uuid NOT NULL,
        user_id uuid NOT NULL,
        PRIMARY KEY (team_id, user_id)
    )
    """,
    "CREATE INDEX directory_team_members_user ON directory_team_members (user_id)",
    """
    CREATE TABLE directory_user_territories (
        user_id uuid NOT NULL,
        territory_id uuid NOT NULL,
        PRIMARY KEY (user_id, territory_id)
    )
    """,
    """
    CREATE TABLE directory_territories (
        id uuid NOT NULL,
        name varchar NOT NULL,
        parent_id uuid,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE directory_teams (
        id uuid NOT NULL,
        name varchar NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    # Transactions that notify are committed one after the other. So only one of those under way does, and whoever is
    # woken looks again for a while (crm_chassis.bus.relay).
    """
    CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF pg_try_advisory_xact_lock(hashtext('crm_outbox')) THEN PERFORM pg_notify('crm_outbox', ''); END IF; RETURN NULL; END $$
    """,  # noqa: E501
    "CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox()",
    "CREATE TRIGGER history_notify AFTER INSERT ON history FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox()",
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the history is append-only'; END $$
    """,  # noqa: E501
    """
    CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    # Partitions of this month and the two that follow.
    """
    DO $$
    DECLARE first date := date_trunc('month', now() AT TIME ZONE 'UTC');
    BEGIN
        FOR _ IN 0..2 LOOP
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF outbox FOR VALUES FROM (%L) TO (%L) '
                'WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)',
                to_char(first, '"outbox_"YYYY_MM'), first, first + interval '1 month'
            );
            first := first + interval '1 month';
        END LOOP;
    END $$
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
