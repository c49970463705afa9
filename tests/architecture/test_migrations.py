"""Migrations work while the version before still runs, and hold nobody up. First ones are frozen: they meet no rows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted([*ROOT.glob("services/*/migrations/versions"), ROOT / "services/chassis/src/crm_chassis/db/versions"])
FILES = sorted(path for folder in FOLDERS for path in folder.glob("*.py"))

REFUSED = {
    "drop_column": "the version before still uses it",
    "drop_table": "the version before still uses it",
    "rename_table": "the version before knows the old name only",
    "alter_column": "the version before knows the column as it was",
    "batch_alter_table": "say the changes one by one",
    "create_foreign_key": "it reads the whole table while others wait",
    "create_check_constraint": "it reads the whole table while others wait",
    "create_unique_constraint": "it builds an index while others wait",
    "create_primary_key": "it builds an index while others wait",
    "bulk_insert": "rows are changed by a backfill",
}
# The same in SQL. Triggers, functions and tables may be made; a function may do with rows what it likes later.
SQL_REFUSED = re.compile(
    r"\b(DROP (COLUMN|TABLE)|RENAME|CREATE (UNIQUE )?INDEX|REINDEX|CLUSTER|VACUUM|TRUNCATE|SET NOT NULL|SET DATA TYPE"
    r"|ALTER COLUMN \S+ TYPE|ADD (CONSTRAINT|PRIMARY KEY|UNIQUE|CHECK|FOREIGN KEY)|^\s*(UPDATE|DELETE|INSERT))\b",
    re.IGNORECASE,
)
ADDED = re.compile(r"\bADD (COLUMN )?(?!CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)\w+", re.IGNORECASE)


def called(node: ast.Call) -> str:
    """The name of the function without what it stands in: `add_column` of `op.add_column(...)`."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def text_of(node: ast.AST) -> str:
    """The texts below a node, joined; without the bodies of functions."""
    constants = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    joined = " ".join(text for text in constants if isinstance(text, str))
    return re.sub(r"\$(\w*)\$.*\$\1\$", "", joined, flags=re.DOTALL)


def of_the_suite(node: ast.AST) -> list[str]:
    """The modules of the suite that an import names, but for the one that migrations may use."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    return [name for name in names if re.match(r"crm(_|$|\.)", name) and name != "crm_chassis.db.ddl"]


def needs_default(call: ast.Call) -> bool:
    """Whether `add_column` makes a column that may not be empty and has no default on the server."""
    column = call.args[1] if len(call.args) > 1 else None
    said = {word.arg: word.value for word in column.keywords} if isinstance(column, ast.Call) else {}
    nullable = said.get("nullable")
    return isinstance(nullable, ast.Constant) and nullable.value is False and "server_default" not in said


def faults(source: str) -> list[str]:
    """What a migration does that the version before, or those who wait for it, would not stand."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    created = {text_of(call.args[0]) for call in calls if called(call) == "create_table" and call.args}
    objections = [
        f"imports {module}: what it is today it is not tomorrow" for node in nodes for module in of_the_suite(node)
    ]
    for call in calls:
        name = called(call)
        if name in REFUSED:
            objections.append(f"{name}: {REFUSED[name]}")
        if name == "create_index" and isinstance(call.func, ast.Attribute) and text_of(call.args[1]) not in created:
            objections.append("op.create_index: use crm_chassis.db.ddl.create_index, which holds nobody up")
        if name == "add_column" and needs_default(call):
            objections.append("add_column: neither rows that are there nor the version before have a value for it")
        if name == "execute":
            statement = text_of(call)
            objections += [f"execute: {match.group(0).strip()}" for match in SQL_REFUSED.finditer(statement)]
            if ADDED.search(statement) and "NOT NULL" in statement.upper() and "DEFAULT" not in statement.upper():
                objections.append("execute: a column that may not be empty needs a default")
    return objections


def first(path: Path) -> bool:
    return re.search(r"^down_revision = None$", path.read_text(), re.MULTILINE) is not None


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_a_migration_suits_a_running_suite(path: Path) -> None:
    assert first(path) or faults(path.read_text()) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_two_branches_cannot_choose_the_same_name(path: Path) -> None:
    revision = re.findall(r'^revision = "(.+)"$', path.read_text(), re.MULTILINE)
    assert [path.stem.startswith(f"{one}_") for one in revision] == [True]
    assert re.fullmatch(r"\d{8}_[0-9a-f]{6}", revision[0]) or path.name == "0001_initial.py"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parents[1].name}")
def test_each_line_has_one_beginning(folder: Path) -> None:
    assert len([path for path in folder.glob("*.py") if first(path)]) == 1


HARMLESS = """
import sqlalchemy as sa
from alembic import op
from crm_chassis.db.ddl import create_index

def upgrade():
    op.create_table("notes", sa.Column("id", sa.Uuid(), nullable=False))
    op.create_index("notes_id", "notes", ["id"])
    op.add_column("contacts", sa.Column("phone", sa.String(), server_default="", nullable=False))
    op.add_column("contacts", sa.Column("note", sa.String(), nullable=True))
    op.execute("ALTER TABLE contacts ADD COLUMN shoe integer NOT NULL DEFAULT 0")
    op.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM x; END $$")
    create_index("contacts_phone", "contacts", ["phone"])
"""


def test_what_may_stand_in_a_migration() -> None:
    assert faults(HARMLESS) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('op.create_index("contacts_phone", "contacts", ["phone"])', "op.create_index"),
        ('op.add_column("contacts", sa.Column("phone", sa.String(), nullable=False))', "add_column"),
        ('op.drop_column("contacts", "title")', "drop_column"),
        ('op.drop_table("contacts")', "drop_table"),
        ('op.rename_table("contacts", "people")', "rename_table"),
        ('op.alter_column("contacts", "title", new_column_name="role")', "alter_column"),
        ('op.alter_column("contacts", "title", nullable=False)', "alter_column"),
        ('op.create_unique_constraint("u", "contacts", ["email"])', "create_unique_constraint"),
        ('op.execute("ALTER TABLE contacts DROP COLUMN title")', "execute: DROP COLUMN"),
        ('op.execute(sa.text("ALTER TABLE contacts RENAME COLUMN a TO b"))', "execute: RENAME"),
        ('op.execute("CREATE INDEX i ON contacts (phone)")', "execute: CREATE INDEX"),
        ('op.execute("ALTER TABLE contacts ADD phone text NOT NULL")', "execute: a column"),
        ('op.execute("ALTER TABLE contacts ALTER COLUMN title SET NOT NULL")', "execute: SET NOT NULL"),
        ('op.execute("ALTER TABLE contacts ALTER COLUMN title TYPE text")', "execute: ALTER COLUMN title TYPE"),
        ('op.execute("ALTER TABLE contacts ADD CONSTRAINT c CHECK (true)")', "execute: ADD CONSTRAINT"),
        ('op.execute("UPDATE contacts SET title = NULL")', "execute: UPDATE"),
        ("from crm_contacts.contacts.model import Contact", "imports crm_contacts.contacts.model"),
        ("import crm_chassis.db.tables", "imports crm_chassis.db.tables"),
    ],
)
def test_what_may_not(line: str, fault: str) -> None:
    (judged,) = faults(f"{HARMLESS}    {line}\n")
    assert judged.startswith(fault)
