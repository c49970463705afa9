"""What marketing keeps about a person is erased with what was derived from it."""

from __future__ import annotations

from typing import Any

from crm_chassis import subjects
from crm_chassis.testing import unique
from sqlalchemy.orm import Session


def test_a_contact_of_a_campaign(
    people: Any, make_campaign: Any, launch: Any, engine: Any, service: Any, leftovers: Any
) -> None:
    erika = {name: unique(f"Erika{name}") for name in ("first", "last", "mail")}
    id_ = people.contact(
        first_name=erika["first"], last_name=erika["last"], email=f"{erika['mail'].lower()}@example.org"
    )
    launch(make_campaign([id_]))
    assert all(map(leftovers, erika.values()))

    with Session(engine) as session, session.begin():
        told = subjects.erase(session, service.tables, id_)

    assert told["people_contacts"] == 1
    assert {name: tables for name, value in erika.items() if (tables := leftovers(value))} == {}
