"""The primary phone number of contacts.

Rows that are there get it by the backfill in crm_contacts.backfills. The trigger fills it for the version
before, which does not know the column and writes on while it is replaced, or when somebody goes back to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_7d119e"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("contacts", sa.Column("phone", sa.String(), server_default="", nullable=False))
    op.execute(
        """
        CREATE FUNCTION primary_phone(phones jsonb) RETURNS varchar LANGUAGE sql IMMUTABLE AS
        $$ SELECT coalesce(jsonb_path_query_first(phones, '$[*] ? (@.primary == true)') ->> 'number', '') $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION fill_phone() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.phone = public.primary_phone(NEW.phones); RETURN NEW; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER contacts_phone BEFORE INSERT OR UPDATE OF phones ON contacts "
        "FOR EACH ROW EXECUTE FUNCTION fill_phone()"
    )
