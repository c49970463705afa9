"""Who owns a service's database, and what its api and worker may do there.

The set-up connects as the owner. The processes connect as another role, which reads and writes rows and changes no
table, no function and nothing of the past. The audit trail is sealed as a third role, which can do nothing else.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from crm_chassis.db.ddl import MigrationError, patiently

_RIGHTS = {"TABLE": "SELECT, INSERT, UPDATE, DELETE", "SEQUENCE": "SELECT, USAGE", "FUNCTION": "EXECUTE"}
_APPEND_ONLY = ("history", "history_seals", "history_anchors")
_SEALING = ("seal_history", "anchor_history")
_READ_ONLY = ("alembic_version", "alembic_version_chassis")

_HAS_ROLE = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
_SEALED_BY_ANOTHER = text(
    """
    SELECT EXISTS (
        SELECT FROM pg_proc WHERE proname = 'seal_history' AND NOT has_function_privilege(:role, oid, 'EXECUTE')
    )
    """
)

_OF_OTHERS = text(
    """
    SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, c.oid::regclass::text AS name,
        pg_get_userbyid(c.relowner) AS owner, pg_has_role(c.relowner, 'USAGE') AS reachable
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S')
        AND c.relowner <> current_user::regrole
        AND NOT EXISTS (  -- the sequence of a column goes with its table
            SELECT FROM pg_depend d
            WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
        )
    UNION ALL
    SELECT 'FUNCTION', p.oid::regprocedure::text, pg_get_userbyid(p.proowner), pg_has_role(p.proowner, 'USAGE')
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proowner <> current_user::regrole
    UNION ALL
    SELECT 'TYPE', t.oid::regtype::text, pg_get_userbyid(t.typowner), pg_has_role(t.typowner, 'USAGE')
    FROM pg_type t
    WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd') AND t.typowner <> current_user::regrole
    ORDER BY kind, name
    """
)


def prepare(connection: Connection, role: str) -> None:
    """Lets the processes' role use whatever the connection's role will make, and takes over what is another's.

    In version 0.1.0 everything belonged to the processes' role. They go on meanwhile: each table changes hands, and
    is given back for use, in a transaction of its own. Raises MigrationError if it stays locked, or if the owner is
    not a member of the role that it belongs to.
    """
    quoted = connection.dialect.identifier_preparer.quote(role)
    for kind, rights in _RIGHTS.items():
        connection.execute(text(f"ALTER DEFAULT PRIVILEGES GRANT {rights} ON {kind}S TO {quoted}"))
    connection.execute(text(f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.commit()
    for kind, name, owner, reachable in connection.execute(_OF_OTHERS).all():
        connection.commit()
        if not reachable:
            raise MigrationError(
                f"{name} belongs to {owner}. Let a superuser say: GRANT {owner} TO the owner of the database, and "
                "repeat the set-up."
            )

        def change_hands(kind: str = kind, name: str = name) -> None:
            connection.execute(text(f"ALTER {kind} {name} OWNER TO CURRENT_USER"))
            if kind in _RIGHTS:  # everybody may use a type
                connection.execute(text(f"GRANT {_RIGHTS[kind]} ON {kind} {name} TO {quoted}"))
            connection.commit()

        patiently(connection, f"the new owner of {name}", change_hands)
    connection.commit()


def is_sealed_by_another(connection: Connection, sealer: str) -> bool:
    """Whether somebody else than this role has sealed the history up to now.

    Raises MigrationError if there is no such role: only a superuser can make it.
    """
    if not connection.scalar(_HAS_ROLE, {"role": sealer}):
        raise MigrationError(
            f"There is no role {sealer}. Let a superuser say: CREATE ROLE {sealer} LOGIN PASSWORD '...', "
            "GRANT CONNECT ON DATABASE ... TO it, and repeat the set-up."
        )
    return bool(connection.scalar(_SEALED_BY_ANOTHER, {"role": sealer}))


def settle(
    connection: Connection, role: str, *, direct: bool, sealer: str | None = None, replaced: bool = False
) -> None:
    """Gives the processes' role exactly what it needs of everything that is there, and takes the rest.

    To the history it adds by the owner's functions. If processes of a version that writes `direct`ly may be running
    still, they keep the right to it until the next set-up. So they do with the right to seal it if there is a `sealer`
    who has just `replaced` them in that.
    """
    quoted = connection.dialect.identifier_preparer.quote(role)
    for kind, rights in _RIGHTS.items():
        connection.execute(text(f"REVOKE ALL ON ALL {kind}S IN SCHEMA public FROM {quoted}"))
        connection.execute(text(f"GRANT {rights} ON ALL {kind}S IN SCHEMA public TO {quoted}"))
    connection.execute(
        text(f"REVOKE {'' if direct else 'INSERT, '}UPDATE, DELETE ON {', '.join(_APPEND_ONLY)} FROM {quoted}")
    )
    connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(_READ_ONLY)} FROM {quoted}"))
    if sealer is not None:
        functions, other = ", ".join(_SEALING), connection.dialect.identifier_preparer.quote(sealer)
        for kind in _RIGHTS:
            connection.execute(text(f"REVOKE ALL ON ALL {kind}S IN SCHEMA public FROM {other}"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {other}"))
        connection.execute(text(f"GRANT SELECT ON {', '.join(_APPEND_ONLY)} TO {other}"))
        connection.execute(text(f"GRANT EXECUTE ON FUNCTION {functions} TO {other}"))
        if not replaced:
            connection.execute(text(f"REVOKE EXECUTE ON FUNCTION {functions} FROM {quoted}"))
    connection.commit()
