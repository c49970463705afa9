"""Who sees what, against a brute force over companies made at random: every way to read a record gives the same answer.

`CRM_SHARING_CASES=2000` tries more companies than a usual run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import crm_contracts
from crm.common.v1 import groups_pb2, shares_pb2
from crm.contacts.v1 import accounts_pb2
from crm_chassis.access.levels import FULL, READ, UPDATE
from crm_chassis.access.reach import Place, Standing, reaches
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError
from crm_chassis.ids import NIL, uuid7
from crm_chassis.records.batches import batch_get
from crm_chassis.records.directory import DirectoryHolder, DirectoryRole, DirectoryTerritory, put_user
from crm_chassis.records.groups import group_records
from crm_chassis.records.paging import list_page
from crm_chassis.records.search import search
from crm_chassis.records.sharing import EVERYONE, Share, readers_of, rewrite
from crm_chassis.records.tx import Transaction
from crm_chassis.shares import Shares
from crm_chassis.testing import ALL, OWN, SUBTREE, TEAM, TERRITORY, unique, user
from crm_contacts.accounts.model import Account
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

CASES = int(os.environ.get("CRM_SHARING_CASES", "300"))
NOW = datetime.now(UTC)
VAULT = Vault(b"\x05" * 32)
SCOPES = (OWN, TEAM, SUBTREE, TERRITORY, ALL)
ACTIONS = {"read": READ, "update": UPDATE, "delete": FULL}
PLACES = 3
ENDS = (None, timedelta(seconds=-1), timedelta(0), timedelta(seconds=1), timedelta(days=9))


@dataclass
class Person:
    manager: int | None
    """A place among those before."""
    teams: frozenset[int]
    roles: frozenset[int]
    territories: frozenset[int]
    id: str = field(default_factory=uuid7)


@dataclass
class Shared:
    account: int
    kind: str
    whom: int
    level: int
    ends: timedelta | None


@dataclass
class Company:
    people: list[Person]
    parents: list[int | None]
    """Of each territory the one that it is part of, a place among those before."""
    accounts: list[tuple[int | None, int | None]]
    """Owner and territory."""
    shares: list[Shared]
    scopes: list[tuple[int, int, int]]
    """Of the first people, how far they may read, change and delete."""

    # -- the brute force: every question is answered by going through everything --------------------------

    def below(self, boss: int) -> set[int]:
        found = {boss}
        for place, person in enumerate(self.people):
            if person.manager in found:
                found.add(place)
        return found

    def parts(self, territory: int) -> set[int]:
        found = {territory}
        for place, parent in enumerate(self.parents):
            if parent in found:
                found.add(place)
        return found

    def belongs(self, actor: int, scope: int, account: int) -> bool:
        owner, territory = self.accounts[account]
        me = self.people[actor]
        if scope == ALL or owner == actor:
            return True
        if scope == TEAM:
            return owner is not None and bool(self.people[owner].teams & me.teams)
        if scope == SUBTREE:
            return owner in self.below(actor)
        if scope == TERRITORY:
            return any(territory in self.parts(one) for one in me.territories)
        return False

    def is_meant(self, share: Shared, person: int) -> bool:
        one = self.people[person]
        if share.kind == "USER":
            return share.whom == person
        if share.kind == "TEAM":
            return share.whom in one.teams
        if share.kind == "ROLE":
            return share.whom in one.roles
        if share.kind == "TERRITORY":
            return any(worked in self.parts(share.whom) for worked in one.territories)
        return True

    def may(self, actor: int, scope: int, account: int, level: int) -> bool:
        standing_for = self.below(actor) if scope == SUBTREE else {actor}
        return self.belongs(actor, scope, account) or any(
            share.account == account
            and share.level >= level
            and (share.ends is None or share.ends > timedelta(0))
            and any(self.is_meant(share, one) for one in standing_for)
            for share in self.shares
        )


_few = st.frozensets(st.integers(0, PLACES - 1), max_size=2)
_place = st.integers(0, PLACES - 1)


@st.composite
def companies(draw: Any) -> Company:
    size = draw(st.integers(2, 6))
    people = [
        Person(draw(st.none() | st.integers(0, place - 1)) if place else None, draw(_few), draw(_few), draw(_few))
        for place in range(size)
    ]
    parents = [draw(st.none() | st.integers(0, place - 1)) if place else None for place in range(PLACES)]
    someone = st.integers(0, size - 1)
    accounts = draw(st.lists(st.tuples(st.none() | someone, st.none() | _place), min_size=1, max_size=5))
    kinds = st.sampled_from(("USER", "TEAM", "ROLE", "TERRITORY", "EVERYONE"))
    levels = st.sampled_from((READ, UPDATE, FULL))
    whole = st.builds(Shared, st.integers(0, len(accounts) - 1), kinds, st.just(0), levels, st.sampled_from(ENDS))
    shares = [
        replace(one, whom=draw(someone if one.kind == "USER" else _place)) for one in draw(st.lists(whole, max_size=7))
    ]
    scope = st.sampled_from((0, *SCOPES))
    scopes = draw(st.lists(st.tuples(st.sampled_from(SCOPES), scope, scope), min_size=1, max_size=2))
    return Company(people, parents, accounts, shares, scopes)


class Installed:
    """A company in the database, in a transaction that is undone."""

    def __init__(self, session: Session, company: Company) -> None:
        self.session, self.company = session, company
        self.word = unique("firm").replace("-", "")
        self.teams, self.roles, self.territories = ([uuid7() for _ in range(PLACES)] for _ in range(3))
        self.actors = []
        for place, one in enumerate(company.people):
            scopes = company.scopes[place] if place < len(company.scopes) else (OWN, OWN, OWN)
            grants = {f"accounts.{action}": scope for action, scope in zip(ACTIONS, scopes, strict=True) if scope}
            self.actors.append(user(grants, id_=one.id))
            self._employ(one, grants)
        for id_, parent in zip(self.territories, company.parents, strict=True):
            session.add(DirectoryTerritory(id=id_, parent_id=None if parent is None else self.territories[parent]))
        session.add_all(DirectoryRole(id=id_, grants={}) for id_ in self.roles)
        with self.tx() as tx:
            self.accounts = [
                tx.add(
                    Account(
                        name=f"{self.word} {place}", industry=self.word, employees=place if place % 2 else None,
                        owner_id=None if owner is None else company.people[owner].id,
                        territory_id=None if territory is None else self.territories[territory],
                    )
                )
                for place, (owner, territory) in enumerate(company.accounts)
            ]  # fmt: skip
        for number, share in enumerate(company.shares):
            session.add(
                Share(
                    id=uuid7(), record_id=self.accounts[share.account].id, kind=Account.record_kind, level=share.level,
                    principal_kind=share.kind, principal_id=self._principal(share), cause="MANUAL",
                    cause_id=uuid7() if number else NIL, granted_at=NOW,
                    expires_at=None if share.ends is None else NOW + share.ends,
                )
            )  # fmt: skip
        session.flush()
        rewrite(session, Account, [account.id for account in self.accounts])
        session.expire_all()
        self.places = {account.id: place for place, account in enumerate(self.accounts)}

    def tx(self, actor: int | None = None, **how: Any) -> Transaction:
        who: Any = {} if actor is None else {"actor": self.actors[actor]}
        return Transaction(self.session, vault=VAULT, clock=lambda: NOW, **who, **how)

    def _employ(self, one: Person, grants: dict[str, int]) -> None:
        manager = None if one.manager is None else self.company.people[one.manager].id

        class User:
            id, display_name, manager_id, active = one.id, one.id, manager, True
            team_ids = [self.teams[place] for place in one.teams]
            territory_ids = [self.territories[place] for place in one.territories]

        put_user(self.session, User)
        own = uuid7()
        self.session.add(DirectoryRole(id=own, grants=grants))
        held = [self.roles[place] for place in one.roles]
        self.session.add(DirectoryHolder(user_id=one.id, active=True, role_ids=[own, *held]))

    def _principal(self, share: Shared) -> str:
        if share.kind == "EVERYONE":
            return EVERYONE
        if share.kind == "USER":
            return self.company.people[share.whom].id
        return {"TEAM": self.teams, "ROLE": self.roles, "TERRITORY": self.territories}[share.kind][share.whom]

    def standing(self, person: int) -> Standing:
        """Where somebody stands, as the gateway is told of it."""
        company, one = self.company, self.company.people[person]
        reached = frozenset[int]().union(*(company.parts(territory) for territory in one.territories))
        above = {place for place in range(len(company.people)) if person in company.below(place)}
        return Standing(
            frozenset(self.teams[place] for place in one.teams),
            frozenset(company.people[place].id for place in above),
            frozenset(self.territories[place] for place in reached),
            frozenset(self._stands_for(person)),
            frozenset(id_ for place in company.below(person) for id_ in self._stands_for(place)),
        )

    def _stands_for(self, person: int) -> Iterator[str]:
        one = self.company.people[person]
        yield one.id
        yield EVERYONE
        yield from (self.teams[place] for place in one.teams)
        yield from (self.roles[place] for place in one.roles)
        for territory in range(PLACES):
            if one.territories & self.company.parts(territory):
                yield self.territories[territory]

    # -- the ways to read ---------------------------------------------------------------------------------

    def listed(self, actor: int, order_by: str) -> tuple[list[int], int]:
        """What a list shows, page by page, and how many it says there are."""
        found: list[int] = []
        token, total = "", -1
        while True:
            request = accounts_pb2.ListAccountsRequest(
                filter=f'industry = "{self.word}"', page_size=2, page_token=token, order_by=order_by,
                exact_total_size=True,
            )  # fmt: skip
            with self.tx(actor, read_only=True) as tx:
                page = list_page(tx, Account, request, accounts_pb2.ListAccountsResponse)
            found += [self.places[one.id] for one in page.accounts]
            total, token = page.total_size, page.next_page_token
            if not token:
                return found, total

    def got(self, actor: int, account: int, permission: str) -> str:
        """What a method with the permission meets: the reason for which it is refused, or "" if it is not."""
        try:
            with self.tx(actor, permission=permission) as tx:
                tx.get(Account, self.accounts[account].id)
        except DomainError as error:
            return error.reason
        return ""


def check(installed: Installed) -> None:
    company, everything = installed.company, range(len(installed.accounts))
    rules = crm_contracts.resource_of(accounts_pb2.Account.DESCRIPTOR)
    shares = Shares("contacts", [Account])
    for actor in range(min(len(company.scopes), len(company.people))):
        scopes = dict(zip(ACTIONS, company.scopes[actor], strict=True))
        expected = {
            action: [one for one in everything if scopes[action] and company.may(actor, scopes[action], one, level)]
            for action, level in ACTIONS.items()
        }
        seen = expected["read"]
        for order in ("", "name", "-name", "employees", "-employees,name"):
            listed, total = installed.listed(actor, order)
            assert (sorted(listed), total) == (seen, len(seen)), order
            if "name" in order.split(",")[0]:
                assert listed == sorted(listed, reverse=order == "-name")
            if "employees" in order:
                odd = [one for one in listed if one % 2]
                assert odd == sorted(odd, reverse=order[0] == "-")
                assert listed[: len(odd)] == odd, "those without a value come last"
        with installed.tx(actor, read_only=True) as tx:
            assert sorted(installed.places[one.id] for one in search(tx, installed.word, [Account], 50)) == seen
            grouped = group_records(
                tx, Account, groups_pb2.GroupRequest(by="industry", filter=f'industry = "{installed.word}"')
            )
            assert grouped.total_size == len(seen)
            ids = [account.id for account in installed.accounts]
            batch = batch_get(tx, Account, ids, accounts_pb2.BatchGetAccountsResponse)
            assert sorted(installed.places[one.id] for one in batch.accounts) == seen
            hidden, _ = tx.unusable(Account, set(ids))
            assert {installed.places[id_] for id_ in hidden} == set(everything) - set(seen)
        for one in everything:
            assert (installed.got(actor, one, "accounts.read") == "") == (one in seen)
            for action in ("update", "delete"):
                allowed = one in seen and one in expected[action]
                reason = "" if allowed else "PERMISSION_DENIED" if one in seen else "NOT_FOUND"
                assert installed.got(actor, one, f"accounts.{action}") == reason, action
            _check_elsewhere(installed, actor, one, rules, shares, expected)


def _check_elsewhere(
    installed: Installed, actor: int, account: int, rules: Any, shares: Shares, expected: dict[str, list[int]]
) -> None:
    """The stream of changes and the explanation say the same as the reads."""
    company, record = installed.company, installed.accounts[account]
    owner = company.accounts[account][0]
    readers = readers_of(installed.session, record, NOW)
    place = Place(record.owner_id or "", "", record.territory_id or "", readers)
    told = reaches(
        installed.actors[actor], installed.standing(actor), rules, place,
        Standing() if owner is None else installed.standing(owner),
    )  # fmt: skip
    assert told == (account in expected["read"])
    if account in expected["read"]:
        asked = shares_pb2.ExplainAccessRequest(resource="accounts", id=record.id, user_id=installed.actors[actor].id)
        with installed.tx(actor, read_only=True) as tx:
            answer = shares.explain_access(tx, asked)
        explained = {one.permission.partition(".")[2]: one.allowed for one in answer.access}
        assert {action: explained[action] for action in ACTIONS} == {
            action: account in expected[action] for action in ACTIONS
        }
        assert all(one.allowed == bool(one.grounds) and one.allowed != bool(one.missing) for one in answer.access)


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(company=companies())
def test_every_read_shows_what_a_brute_force_says(engine: Any, company: Company) -> None:
    with Session(engine, expire_on_commit=False) as session:
        check(Installed(session, company))
        session.rollback()
