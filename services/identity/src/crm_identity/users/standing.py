"""What users stand for when records are shared: themselves, their teams and roles, territories and everyone.

The same as services ask of their copies of the directory (crm_chassis.records.reach); the gateway judges events by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from crm_chassis.records.directory import DirectoryReport
from crm_chassis.records.sharing import EVERYONE
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_identity.territories.model import Territory
from crm_identity.users.model import User

_TERRITORIES = select(Territory.id, Territory.parent_id)


class StandingFor:
    """What some users stand for, and of those who manage also what all below stand for."""

    def __init__(self, session: Session, users: Iterable[User], managers: Collection[str]) -> None:
        self._below: dict[str, set[str]] = defaultdict(set)
        known = {user.id: user for user in users}
        if managers:
            reports = select(DirectoryReport.manager_id, DirectoryReport.user_id)
            for manager_id, user_id in session.execute(reports.where(DirectoryReport.manager_id.in_(managers))):
                self._below[manager_id].add(user_id)
            more = set[str]().union(*self._below.values()) - known.keys()
            known |= {user.id: user for user in session.scalars(select(User).where(User.id.in_(more)))}
        self._parents: dict[str, str | None] = {}
        if any(user.territory_ids for user in known.values()):
            self._parents = {row.id: row.parent_id for row in session.execute(_TERRITORIES)}
        self._of = {user.id: self._ids(user) for user in known.values()}

    def of(self, user: User) -> list[str]:
        """What the user stands for."""
        return sorted(self._of[user.id])

    def below(self, user: User) -> list[str]:
        """What the user and all below stand for, if the user manages."""
        return sorted(set[str]().union(*(self._of[id_] for id_ in self._below[user.id] if id_ in self._of)))

    def _ids(self, user: User) -> set[str]:
        found = {user.id, EVERYONE, *user.team_ids, *user.role_ids}
        for territory_id in user.territory_ids:
            above: str | None = territory_id
            while above is not None and above not in found:
                found.add(above)
                above = self._parents.get(above)
        return found
