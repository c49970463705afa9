"""Rows of older versions get the keys of today."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import standard_pb2
from crm.contacts.v1 import accounts_pb2
from crm_chassis.testing import unique, user
from crm_contacts.accounts.model import Account
from crm_contacts.backfills import BACKFILLS
from crm_kit.normalise import company_key
from sqlalchemy import select, update
from sqlalchemy.orm import Session

ADMIN = user()


def test_an_account_gets_its_key_and_no_new_version(engine: Any, rpc: Any) -> None:
    name = f"{unique('Straße')} AG"
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": name}), as_=ADMIN)
    with Session(engine) as session, session.begin():
        session.execute(update(Account).where(Account.id == account.id).values(key="of older days"))

    step = next(backfill.step for backfill in BACKFILLS if backfill.name.endswith("keys of accounts"))
    with Session(engine) as session, session.begin():
        assert step(session, None) is None

    with Session(engine) as session:
        assert session.scalar(select(Account.key).where(Account.id == account.id)) == company_key(name)
    assert rpc("GetAccount", standard_pb2.GetRequest(id=account.id), as_=ADMIN).etag == account.etag
