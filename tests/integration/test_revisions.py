"""A migration is written from the models so that it suits a database that is filled and in use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from crm_chassis.db.ddl import MigrationError
from crm_chassis.db.migrations import CHASSIS, Line, line_of, upgrade
from crm_chassis.db.revisions import write
from crm_chassis.service import Service
from crm_chassis.testing.databases import database
from sqlalchemy import Engine, create_engine, text

DAY = date(2027, 3, 1)


@pytest.fixture
def owner(service: Service) -> Iterator[Engine]:
    """A database of contacts that tests take something from, so that the models have more."""
    with database("revisions") as roles:
        engine = create_engine(roles.owner)
        upgrade(engine, service.migrations)
        yield engine
        engine.dispose()


@pytest.fixture
def line(service: Service, tmp_path: Path) -> Line:
    """A copy of the service's migrations."""
    shutil.copytree(service.migrations, tmp_path / "migrations")
    return line_of(tmp_path / "migrations")


@pytest.fixture
def chassis(tmp_path: Path) -> Line:
    """A copy of the migrations of the chassis tables."""
    shutil.copytree(CHASSIS.folder / "versions", tmp_path / "chassis" / "versions")
    return Line(tmp_path / "chassis", CHASSIS.version_table)


def execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement.replace(":", r"\:")))


def body(path: Path) -> str:
    """What a migration does, with one kind of quotes."""
    return path.read_text().split("def upgrade() -> None:\n")[1].replace("'", '"')


def test_columns_get_the_models_default_and_rows_that_are_there_have_it(
    owner: Engine, line: Line, service: Service
) -> None:
    lost = ("description", "emails", "tags", "custom")
    execute(
        owner,
        "INSERT INTO affiliations SELECT gen_random_uuid(), gen_random_uuid(), '', NULL, NULL, true, "
        "gen_random_uuid(), 1, now(), now(), NULL, ''",
        'ALTER TABLE affiliations DROP COLUMN role, DROP COLUMN start_date, DROP COLUMN version, DROP COLUMN "primary"',
        *(f"ALTER TABLE contacts DROP COLUMN {name}" for name in lost),
    )
    columns, _ = write(owner, line, service.tables, "What was lost", DAY)
    assert columns.name[:8] == "20270301"
    assert columns.name[15:] == "_what_was_lost.py"
    upgrade(owner, line.folder)
    with owner.connect() as connection:
        row = connection.execute(text('SELECT role, start_date, version, "primary" FROM affiliations')).one()
        assert tuple(row) == ("", None, 0, False)
        defaults = connection.execute(
            text(
                "SELECT column_name, column_default FROM information_schema.columns "
                "WHERE table_name = 'contacts' AND column_name = ANY(:names)"
            ),
            {"names": list(lost)},
        )
        assert {name: str(default).split("::")[0] for name, default in defaults} == {
            "description": "''", "emails": "'[]'", "tags": "'{}'", "custom": "'{}'",
        }  # fmt: skip


def test_indexes_of_tables_that_are_there_come_after_in_a_migration_of_their_own(
    owner: Engine, line: Line, service: Service
) -> None:
    execute(owner, "ALTER TABLE contacts DROP COLUMN title")
    columns, indexes = write(owner, line, service.tables, "title of contacts")
    assert 'op.add_column("contacts", sa.Column("title", sa.String(), server_default="", nullable=False))' in body(
        columns
    )
    assert "index" not in body(columns)
    assert 'create_index("contacts_title", "contacts", ["title", "created_at"], unique=False)' in body(indexes)
    assert "op." not in body(indexes)
    upgrade(owner, line.folder)
    assert write(owner, line, service.tables, "nothing")[0].read_text().rstrip().endswith("pass")


def test_a_new_table_has_its_indexes_from_the_beginning(owner: Engine, line: Line, service: Service) -> None:
    execute(owner, "DROP TABLE contact_keys")
    (written,) = write(owner, line, service.tables, "keys of contacts")
    assert 'op.create_table(\n    "contact_keys"' in body(written).replace("(\n        ", "(\n    ").replace(
        'op.create_table("', 'op.create_table(\n    "'
    )
    assert 'op.create_index("contact_keys_contact", "contact_keys", ["contact_id"], unique=False)' in body(written)
    upgrade(owner, line.folder)


def test_a_column_without_a_constant_default_is_refused(owner: Engine, line: Line, service: Service) -> None:
    execute(owner, "ALTER TABLE contact_keys DROP COLUMN contact_id")
    with pytest.raises(MigrationError, match=r"contact_keys.contact_id may not be empty.*constant default"):
        write(owner, line, service.tables, "keys of contacts")
    execute(owner, "ALTER TABLE contact_keys ADD COLUMN contact_id uuid", "ALTER TABLE leads DROP COLUMN id")
    with pytest.raises(MigrationError, match=r"leads.id may not be empty"):
        write(owner, line, service.tables, "ids that differ from row to row")


def test_what_branches_have_added_is_joined_by_the_next_migration(
    owner: Engine, line: Line, chassis: Line, service: Service
) -> None:
    """And the same message on the same day in two branches makes two names."""
    execute(owner, "ALTER TABLE contacts DROP COLUMN description")
    (mine,) = write(owner, line, service.tables, "description of contacts", DAY)
    aside = mine.rename(line.folder / "aside.py")
    (theirs,) = write(owner, line, service.tables, "description of contacts", DAY)
    assert theirs.name != mine.name
    aside.rename(mine)
    mine.write_text(mine.read_text().replace("description", "remarks"))
    upgrade(owner, line.folder)
    execute(owner, "ALTER TABLE contacts DROP COLUMN remarks")
    (joining,) = write(owner, line, service.tables, "joined", DAY)
    said: dict[str, Any] = {}
    exec(joining.read_text(), said)
    assert set(said["down_revision"]) == {mine.name[:15], theirs.name[:15]}
    upgrade(owner, line.folder)


def test_each_line_has_its_own_tables(owner: Engine, line: Line, chassis: Line, service: Service) -> None:
    execute(owner, "ALTER TABLE parked DROP COLUMN error, DROP COLUMN dead", "ALTER TABLE leads DROP COLUMN title")
    (of_leads,) = write(owner, line, service.tables, "lead")
    assert "leads" in body(of_leads)
    assert "parked" not in body(of_leads)
    of_parked, index = write(owner, chassis, service.tables, "parked")
    assert "leads" not in body(of_parked)
    assert 'sa.Column("error", sa.Text(), server_default="", nullable=False)' in body(of_parked)
    assert 'sa.Column("dead", sa.Boolean(), server_default="false", nullable=False)' in body(of_parked)
    assert "parked_due" in body(index)
