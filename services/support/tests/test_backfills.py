"""Rows of older versions get the keys of today."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import accounts_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique
from crm_kit.normalise import company_key
from crm_support.backfills import BACKFILLS
from crm_support.people.model import Account
from sqlalchemy import select, update
from sqlalchemy.orm import Session


def test_accounts_that_came_before_their_keys_get_them(engine: Any, deliver: Any) -> None:
    id_, name = uuid7(), f"{unique('Engines')} Ltd"
    deliver(accounts_pb2.AccountCreated(account={"id": id_, "name": name}))
    with Session(engine) as session, session.begin():
        session.execute(update(Account).where(Account.id == id_).values(key=""))

    step = next(backfill.step for backfill in BACKFILLS if backfill.name.endswith("keys of accounts"))
    with Session(engine) as session, session.begin():
        assert step(session, None) is None

    with Session(engine) as session:
        assert session.scalar(select(Account.key).where(Account.id == id_)) == company_key(name)
