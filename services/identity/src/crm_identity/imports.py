"""What can be imported into this service, and how a row becomes a record.

A file brings in nothing that its importer could not enter by hand: the same rights are checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.identity.v1 import identity_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.contracts.rows import Upserts, moment, outcome, read_row, row_fields
from crm_chassis.db.imports import Importer, Row
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import PermissionDenied, UnknownReference
from sqlalchemy import or_, select

from crm_identity.roles.model import Role
from crm_identity.teams.model import Team
from crm_identity.teams.usecases import keep_team
from crm_identity.territories.model import Territory
from crm_identity.territories.usecases import check_parent, keep_territory
from crm_identity.users.model import User
from crm_identity.users.usecases import change_user, new_user

# Column, field it fills, what it names, and the right to write it.
_LISTS: tuple[tuple[str, str, Any, str], ...] = (
    ("roles", "role_ids", Role, "roles.assign"),
    ("teams", "team_ids", Team, "users.organise"),
    ("territories", "territory_ids", Territory, "users.organise"),
)
_USER_COLUMNS = frozenset(
    {"email", "display_name", "password", "time_zone", "language", "external_id", "created_at"}
    | {"roles", "teams", "territories", "manager"}
)


def import_user(tx: Transaction, row: Row, _: None) -> str:
    """A user, found again by external_id or e-mail address.

    `roles`, `teams` and `territories` hold names separated by semicolons, `manager` an e-mail address or external
    id. A password is given to new users only.
    """
    message = read_row(tx, identity_pb2.User, row, extra=_references(tx, row))
    user = _known(tx, message)
    if user is None:
        created_at = moment("created_at", row["created_at"]) if row.get("created_at") else None
        return outcome(tx, new_user(tx, message, created_at), True)
    if tx.actor.scope_of("users.update") != ALL:
        raise PermissionDenied("The user exists; changing all users needs the permission users.update.")
    version = user.version
    message.ClearField("password")
    change_user(tx, user, message, None)
    return "unchanged" if user.version == version else "updated"


def _known(tx: Transaction, message: Any) -> User | None:
    query = select(User).where(User.deleted_at.is_(None)).with_for_update()
    user = None
    if message.external_id:
        user = tx.session.scalar(query.where(User.external_id == message.external_id))
    return user or tx.session.scalar(query.where(User.email == message.email))


def _references(tx: Transaction, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, field, model, permission in _LISTS:
        names = [name.strip() for name in row.get(column, "").split(";") if name.strip()]
        if names:
            _check_may(tx, permission, column)
            found[field] = [_named(tx, model, name, column) for name in names]
    if manager := row.get("manager", ""):
        _check_may(tx, "users.organise", "manager")
        query = select(User.id).where(
            or_(User.email == manager.lower(), User.external_id == manager), User.deleted_at.is_(None)
        )
        found["manager_id"] = tx.session.scalar(query.limit(1))
        if found["manager_id"] is None:
            raise UnknownReference.of("manager", f"user {manager!r}")
    return found


def _check_may(tx: Transaction, permission: str, column: str) -> None:
    if not tx.actor.may(permission):
        raise PermissionDenied(f"{column}: this needs the permission {permission}.")


def _named(tx: Transaction, model: Any, name: str, column: str) -> str:
    found: str | None = tx.session.scalar(select(model.id).where(model.name == name, model.deleted_at.is_(None)))
    if found is None:
        raise UnknownReference.of(column, f"{model.plural} {name!r}")
    return found


def import_team(tx: Transaction, row: Row, teams: Upserts[Team]) -> str:
    """A team."""
    team, created = teams.keep(read_row(tx, identity_pb2.Team, row), row)
    result = outcome(tx, team, created)
    keep_team(tx, team)
    return result


def import_territory(tx: Transaction, row: Row, territories: Upserts[Territory]) -> str:
    """A territory; `parent` names the territory it is part of."""
    parent = row.get("parent", "")
    extra = {"parent_id": _named(tx, Territory, parent, "parent")} if parent else {}
    territory, created = territories.keep(read_row(tx, identity_pb2.Territory, row, extra=extra), row)
    result = outcome(tx, territory, created)
    check_parent(tx, territory)
    keep_territory(tx, territory)
    return result


def _nothing(tx: Transaction, rows: Sequence[Row]) -> None:
    """Users are few, and found by more than one key."""


def _teams(tx: Transaction, rows: Sequence[Row]) -> Upserts[Team]:
    return Upserts(tx, Team, rows)


def _territories(tx: Transaction, rows: Sequence[Row]) -> Upserts[Territory]:
    return Upserts(tx, Territory, rows)


IMPORTERS = (
    Importer("users", "users.create", _USER_COLUMNS, _nothing, import_user, secret=frozenset({"password"})),
    Importer("teams", "teams.create", row_fields(identity_pb2.Team), _teams, import_team),
    Importer(
        "territories", "territories.create", row_fields(identity_pb2.Territory, "parent"),
        _territories, import_territory,
    ),
)  # fmt: skip
