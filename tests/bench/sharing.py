"""What shares cost a list: the same lists of accounts before anything is shared and after, and nothing else.

CRM_SHARING_RECORDS=100000 python -m deploy.dev test tests/integration/test_sharing_cost.py -s
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from crm.contacts.v1 import accounts_pb2
from crm_chassis.access.actor import OWN, SUBTREE, TEAM, Actor
from crm_chassis.db.vault import Vault
from crm_chassis.ids import NIL, uuid7
from crm_chassis.records.directory import DirectoryReport, DirectoryTeamMember
from crm_chassis.records.paging import list_page
from crm_chassis.records.sharing import Share, rewrite
from crm_chassis.records.tx import transaction
from crm_contacts.accounts.model import Account
from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

USERS, TEAM_SIZE = 1_000, 10
BATCH = 5_000
NOW = datetime.now(UTC)
READS = {"list": {}, "list by name": {"order_by": "name"}, "total": {"page_size": 1, "exact_total_size": True}}
SCOPES = {"OWN": OWN, "TEAM": TEAM, "SUBTREE": SUBTREE}


@dataclass(frozen=True)
class Cost:
    """The fastest of several calls, in ms, before anything was shared and after."""

    before: float
    after: float

    @property
    def ratio(self) -> float:
        return self.after / self.before


def measure(engine: Engine, owner: Engine, records: int, shares: int, calls: int) -> dict[str, Cost]:
    """Fills an empty contacts database: users in teams of ten, the first of each leads it; records and shares by chance,
    half of the shares with users, half with teams. `owner` may analyze its tables."""
    chance = random.Random(7)
    users, teams = ([uuid7() for _ in range(count)] for count in (USERS, USERS // TEAM_SIZE))
    ids = [uuid7() for _ in range(records)]
    with Session(engine) as session, session.begin():
        members = [{"user_id": one, "team_id": teams[place // TEAM_SIZE]} for place, one in enumerate(users)]
        session.execute(insert(DirectoryTeamMember), members)
        reports = [
            {"manager_id": users[place - place % TEAM_SIZE], "user_id": one, "depth": min(1, place % TEAM_SIZE)}
            for place, one in enumerate(users)
        ]
        session.execute(insert(DirectoryReport), reports)
        for start in range(0, records, BATCH):
            rows = [
                {"id": id_, "name": f"Firm {chance.random()}", "owner_id": users[(start + place) % USERS], "version": 1,
                 "created_at": NOW - timedelta(seconds=chance.random() * 1e8), "updated_at": NOW}
                for place, id_ in enumerate(ids[start : start + BATCH])
            ]  # fmt: skip
            session.execute(insert(Account), rows)
    actors = {name: Actor(users[0], "user", {"accounts.read": scope}) for name, scope in SCOPES.items()}
    before = _timed(engine, owner, actors, calls)
    with Session(engine) as session, session.begin():
        shared = chance.sample(ids, shares)
        session.execute(
            insert(Share),
            [
                {"id": uuid7(), "record_id": id_, "kind": Account.record_kind, "level": 1, "cause": "MANUAL",
                 "cause_id": NIL, "granted_at": NOW, "principal_kind": "TEAM" if place % 2 else "USER",
                 "principal_id": chance.choice(teams if place % 2 else users)}
                for place, id_ in enumerate(shared)
            ],
        )  # fmt: skip
        rewrite(session, Account, shared)
    after = _timed(engine, owner, actors, calls)
    return {name: Cost(before[name], after[name]) for name in before}


def _timed(engine: Engine, owner: Engine, actors: dict[str, Actor], calls: int) -> dict[str, float]:
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE accounts, shares, directory_team_members, directory_reports"))
    return {
        f"{scope} {read}": min(_once(engine, _list(actor, fields)) for _ in range(calls))
        for scope, actor in actors.items()
        for read, fields in READS.items()
    }


def _list(actor: Actor, fields: Any) -> Callable[[Engine], None]:
    def run(engine: Engine) -> None:
        with transaction(engine, actor, vault=Vault(b"\x05" * 32), read_only=True) as tx:
            list_page(tx, Account, accounts_pb2.ListAccountsRequest(**fields), accounts_pb2.ListAccountsResponse)

    return run


def _once(engine: Engine, run: Callable[[Engine], None]) -> float:
    started = time.perf_counter()
    run(engine)
    return (time.perf_counter() - started) * 1000
