"""What can be imported into this service, and how a row becomes a record.

A file brings in nothing that its importer could not enter by hand: the same rights are checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.identity.v1 import teams_pb2, territories_pb2, users_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.contracts.formats import address_key
from crm_chassis.errors import PermissionDenied, UnknownReference
from crm_chassis.imports.kinds import Importer
from crm_chassis.records.rows import Column, Row, Upserts, columns_of, moment, outcome, read_row
from crm_chassis.records.tx import Transaction
from sqlalchemy import or_, select

from crm_identity.rearrangement import check_parent
from crm_identity.roles.model import Role
from crm_identity.teams.model import Team
from crm_identity.teams.usecases import keep_team
from crm_identity.territories.model import Territory
from crm_identity.territories.usecases import keep_territory
from crm_identity.users.model import User
from crm_identity.users.usecases import change_user, new_user

# Column, field it fills, what it names, and the right to write it.
_LISTS: tuple[tuple[str, str, Any, str], ...] = (
    ("roles", "role_ids", Role, "roles.assign"),
    ("teams", "team_ids", Team, "users.organise"),
    ("territories", "territory_ids", Territory, "users.organise"),
)
_USER_COLUMNS = {
    **{name: Column(name) for name in ("email", "display_name", "time_zone", "language", "external_id")},
    "created_at": Column(""),
    "password": Column("", secret=True),
    **{column: Column(field, many=True) for column, field, _, _ in _LISTS},
    "manager": Column("manager_id"),
}


@dataclass(frozen=True)
class _Meaning:
    """What a row says, and of whom, if the user is known."""

    message: users_pb2.User
    user: User | None


def read_user(tx: Transaction, row: Row, _: None) -> _Meaning:
    """A user, found again by external_id or e-mail address.

    `roles`, `teams` and `territories` hold names, `manager` an e-mail address or external id.
    """
    user = _known(tx, row)
    if user is not None and tx.actor.scope_of("users.update") != ALL:
        raise PermissionDenied("The user exists; changing all users needs the permission users.update.")
    return _Meaning(read_row(tx, users_pb2.User, row, user, extra=_references(tx, row)), user)


def import_user(tx: Transaction, row: Row, _: None, meaning: _Meaning) -> str:
    """A password is given to new users only."""
    message, user = meaning.message, meaning.user
    if user is None:
        created_at = moment("created_at", row["created_at"]) if row.get("created_at") else None
        return outcome(tx, new_user(tx, message, created_at), True)
    version = user.version
    message.ClearField("password")
    change_user(tx, user, message, sorted({field.name for field, _ in message.ListFields()} | row.cleared))
    return "unchanged" if user.version == version else "updated"


def _known(tx: Transaction, row: Row) -> User | None:
    query = select(User).where(User.deleted_at.is_(None)).with_for_update()
    user = None
    if row.get("external_id"):
        user = tx.session.scalar(query.where(User.external_id == row["external_id"]))
    return user or tx.session.scalar(query.where(User.email == address_key(row.get("email", ""))))


def _references(tx: Transaction, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, field, model, permission in _LISTS:
        if names := row.entries(column):
            _check_may(tx, permission, column)
            found[field] = [_named(tx, model, name, column) for name in names]
    if manager := row.get("manager", ""):
        _check_may(tx, "users.organise", "manager")
        query = select(User.id).where(
            or_(User.email == address_key(manager), User.external_id == manager), User.deleted_at.is_(None)
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


def read_team(tx: Transaction, row: Row, teams: Upserts[Team]) -> teams_pb2.Team:
    """A team."""
    return read_row(tx, teams_pb2.Team, row, teams.find(row.get("external_id", "")))


def import_team(tx: Transaction, row: Row, teams: Upserts[Team], message: teams_pb2.Team) -> str:
    """Raises what keeping a team by hand raises."""
    team, created = teams.keep(message, row)
    result = outcome(tx, team, created)
    keep_team(tx, team)
    return result


def read_territory(tx: Transaction, row: Row, territories: Upserts[Territory]) -> territories_pb2.Territory:
    """A territory; `parent` names the territory it is part of."""
    parent = row.get("parent", "")
    extra = {"parent_id": _named(tx, Territory, parent, "parent")} if parent else {}
    known = territories.find(row.get("external_id", ""))
    return read_row(tx, territories_pb2.Territory, row, known, extra=extra)


def import_territory(
    tx: Transaction, row: Row, territories: Upserts[Territory], message: territories_pb2.Territory
) -> str:
    """Raises what keeping a territory by hand raises."""
    territory, created = territories.keep(message, row)
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
    Importer("users", "users.create", users_pb2.User, _USER_COLUMNS, _nothing, read_user, import_user),
    Importer(
        "teams", "teams.create", teams_pb2.Team, columns_of(teams_pb2.Team), _teams, read_team, import_team,
    ),
    Importer(
        "territories", "territories.create", territories_pb2.Territory,
        columns_of(territories_pb2.Territory, parent=Column("parent_id")),
        _territories, read_territory, import_territory,
    ),
)  # fmt: skip
