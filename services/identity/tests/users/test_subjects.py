"""What identity keeps about a user is erased with their sessions."""

from __future__ import annotations

from typing import Any

from crm_chassis import subjects
from crm_chassis.db.tables import Outbox
from crm_chassis.testing import unique
from sqlalchemy import func, update
from sqlalchemy.orm import Session


def test_a_user(make_user: Any, login: Any, refresh: Any, engine: Any, service: Any, leftovers: Any) -> None:
    erika = {name: unique(f"Erika{name}") for name in ("name", "mail", "agent", "again")}
    made = make_user(email=f"{erika['mail']}@example.org", display_name=erika["name"])
    tokens = login(made.email, agent=erika["agent"])
    refresh(tokens.refresh_token, agent=erika["again"])
    assert all(map(leftovers, erika.values()))
    with engine.begin() as connection:
        connection.execute(update(Outbox).values(published_at=func.now()))

    with Session(engine) as session, session.begin():
        told = subjects.erase(session, service.tables, made.id)

    assert told["users"] == 1
    assert {name: tables for name, value in erika.items() if (tables := leftovers(value))} == {}
