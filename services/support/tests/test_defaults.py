"""What a new installation begins with is put in place once."""

from __future__ import annotations

from typing import Any

from crm_chassis.db.vault import Vault
from crm_chassis.records.tx import Transaction
from crm_support.calendars.model import BusinessCalendar
from crm_support.defaults import put_defaults
from crm_support.sla.model import SlaPolicy
from sqlalchemy import func, select
from sqlalchemy.orm import Session


def test_setup_can_be_repeated(engine: Any) -> None:
    with Session(engine) as session, session.begin():

        def counts() -> list[int | None]:
            return [session.scalar(select(func.count(model.id))) for model in (BusinessCalendar, SlaPolicy)]

        before = counts()
        with Transaction(session, vault=Vault(b"\x05" * 32), source="system") as tx:
            put_defaults(tx)

        assert counts() == before
        standard = session.scalars(select(SlaPolicy).where(SlaPolicy.name == "Standard")).one()
        targets = {(one["kind"], one["priority"]): one["minutes"] for one in standard.targets}
        assert [targets[kind, "HIGH"] for kind in ("FIRST_RESPONSE", "UPDATE", "SOLUTION")] == [240, 480, 960]
