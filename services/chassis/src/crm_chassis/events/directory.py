"""Keeps a service's directory of users, teams and territories current."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import insert as upsert

from crm_chassis.access.actor import Scope
from crm_chassis.envelope import IncomingEvent
from crm_chassis.records.directory import (
    DirectoryHolder,
    DirectoryRole,
    DirectoryTeam,
    DirectoryTerritory,
    end_key,
    put_user,
)
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Subscription


def follow_directory(source: str) -> Subscription:
    """Keeps a service's directory current; `source` is who publishes users, teams and territories."""
    return Subscription(
        "directory",
        {
            f"{source}.user.*": _on_user,
            f"{source}.team.*": _on_team,
            f"{source}.territory.*": _on_territory,
        },
    )


def follow_rights(source: str) -> Subscription:
    """Keeps a service's copy of what users may do current, and of which API keys were revoked; `source` is who
    publishes users, roles and keys."""
    return Subscription(
        "rights",
        {
            f"{source}.user.*": _on_holder,
            f"{source}.role.*": _on_role,
            f"{source}.api_key.*": _on_api_key,
        },
    )


def _on_api_key(tx: Transaction, event: IncomingEvent) -> None:
    key = event.payload["api_key"]
    if key["deleted_at"] is not None:
        end_key(tx.session, key["id"], tx.now)


def _on_holder(tx: Transaction, event: IncomingEvent) -> None:
    user = event.payload["user"]
    _put(tx, DirectoryHolder, {"user_id": user["id"], "active": _is_active(user), "role_ids": user["role_ids"]})


def _on_role(tx: Transaction, event: IncomingEvent) -> None:
    role = event.payload["role"]
    grants = {} if role["deleted_at"] else {one["permission"]: Scope.Value(one["scope"]) for one in role["grants"]}
    _put(tx, DirectoryRole, {"id": role["id"], "grants": grants})


def _is_active(user: dict[str, Any]) -> bool:
    return user["status"] == "ACTIVE" and user["deleted_at"] is None


@dataclass(frozen=True)
class _User:
    id: str
    display_name: str
    manager_id: str | None
    team_ids: list[str]
    territory_ids: list[str]
    active: bool


def _on_user(tx: Transaction, event: IncomingEvent) -> None:
    user = event.payload["user"]
    put_user(
        tx.session,
        _User(
            id=user["id"],
            display_name=user["display_name"],
            manager_id=user["manager_id"],
            team_ids=user["team_ids"],
            territory_ids=user["territory_ids"],
            active=_is_active(user),
        ),
    )


def _on_team(tx: Transaction, event: IncomingEvent) -> None:
    team = event.payload["team"]
    _put(tx, DirectoryTeam, {"id": team["id"], "name": team["name"], "deleted": team["deleted_at"] is not None})


def _on_territory(tx: Transaction, event: IncomingEvent) -> None:
    territory = event.payload["territory"]
    values = {name: territory[name] for name in ("id", "name", "parent_id")}
    _put(tx, DirectoryTerritory, values | {"deleted": territory["deleted_at"] is not None})


def _put(tx: Transaction, model: Any, values: dict[str, Any]) -> None:
    statement = upsert(model).values(values)
    tx.session.execute(statement.on_conflict_do_update(index_elements=inspect(model).primary_key, set_=values))
