"""What a scope covers for an actor, asked once in a transaction, before the first statement that is limited by it.

It is four lists of ids: owners whose records are covered, teams and territories, and those the actor stands for when
records are shared: the actor, the own teams, roles and territories with all that these are part of, and everyone; with
SUBTREE the same of all who work below, so that a manager inherits. Of the last only those count to whom something is
shared: one that stands nowhere would have the planner expect rows where there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, bindparam, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from crm_chassis.access.actor import SUBTREE, TEAM, TERRITORY
from crm_chassis.db.base import Id
from crm_chassis.records.sharing import EVERYONE

_ASK = text(
    """
    WITH RECURSIVE people(id) AS (
        SELECT CAST(:actor AS uuid)
        UNION SELECT user_id FROM directory_reports WHERE CAST(:subtree AS boolean) AND manager_id = :actor
    ), teams(id) AS (
        SELECT team_id FROM directory_team_members WHERE user_id = :actor
    ), territories(id) AS (
        SELECT territory_id FROM directory_user_territories WHERE CAST(:territory AS boolean) AND user_id = :actor
        UNION SELECT part.id FROM directory_territories part JOIN territories whole ON part.parent_id = whole.id
    ), above(id) AS (
        SELECT territory_id FROM directory_user_territories WHERE user_id IN (SELECT id FROM people)
        UNION
        SELECT part.parent_id FROM directory_territories part JOIN above ON part.id = above.id
        WHERE part.parent_id IS NOT NULL
    ), principals(id) AS (
        SELECT id FROM people
        UNION SELECT team_id FROM directory_team_members WHERE user_id IN (SELECT id FROM people)
        UNION SELECT unnest(role_ids) FROM directory_holders WHERE user_id IN (SELECT id FROM people)
        UNION SELECT id FROM above
        UNION SELECT CAST(:everyone AS uuid)
    )
    SELECT
        CASE WHEN CAST(:team AS boolean) THEN ARRAY(
            SELECT CAST(:actor AS text)
            UNION SELECT CAST(user_id AS text) FROM directory_team_members WHERE team_id IN (SELECT id FROM teams)
        ) ELSE ARRAY(SELECT CAST(id AS text) FROM people) END,
        ARRAY(SELECT CAST(id AS text) FROM teams),
        ARRAY(SELECT CAST(id AS text) FROM territories),
        (
            SELECT json_object_agg(kind, ids) FROM (
                SELECT k.kind, array_agg(p.id) AS ids FROM unnest(CAST(:kinds AS text[])) k(kind), principals p
                WHERE EXISTS (SELECT FROM shares WHERE principal_id = p.id AND shares.kind = k.kind)
                GROUP BY k.kind
            ) shared
        )
    """
)


class Ids(TypeDecorator[list[str]]):
    """A list of ids that stands in a statement as a constant."""

    impl = ARRAY(Id)
    cache_ok = True

    def literal_processor(self, dialect: Any) -> Any:
        return _constant


def _constant(ids: Any) -> str:
    return f"'{{{','.join(str(UUID(id_)) for id_ in sorted(ids))}}}'::uuid[]"


@dataclass(frozen=True)
class Reach:
    """The lists of what a scope covers for an actor, as constants of a statement."""

    owners: Any
    teams: Any
    territories: Any


@dataclass(frozen=True)
class Covered:
    """What a scope covers for an actor."""

    owners: list[str]
    teams: list[str]
    territories: list[str]
    principals: Mapping[str, list[str]]
    """By kind of record, those the actor stands for to whom something is shared."""


def ask(session: Session, actor_id: str, scope: int, kinds: list[str]) -> Covered:
    """What a scope covers for an actor, and of records of which `kinds` something is shared with whom."""
    owners, teams, territories, shared = session.execute(
        _ASK,
        {
            "actor": actor_id, "subtree": scope == SUBTREE, "team": scope == TEAM, "territory": scope == TERRITORY,
            "everyone": EVERYONE, "kinds": kinds,
        },
    ).one()  # fmt: skip
    return Covered(owners, teams, territories, shared or {})


def constant(ids: list[str]) -> Any:
    """A list of ids as it stands in a statement that is run once."""
    return bindparam(None, ids, type_=Ids(), literal_execute=True, unique=True)


def placeholder(name: str) -> Any:
    """A list of ids in a statement that is kept, given when it is run."""
    return bindparam(name, type_=Ids(), literal_execute=True)
