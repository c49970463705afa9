"""The two back ends of the filter language mean the same: what SQL selects is what `matches` says, one by one."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, activities_pb2, contacts_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.contracts.filtering import Field, matches, parse
from crm_chassis.ids import uuid7
from crm_marketing.people.model import Contact
from crm_marketing.segmentation.catalogue import CATALOGUE, matching, with_account
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

_TEXTS = ["", "vip", "Ünal de la Cruz", "a.b@c.example", "DE", "ß-1 x_y", 'O\'Neil "q"']
_MOMENTS = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
_VALUES: dict[str, Callable[[random.Random], str]] = {
    "text": lambda r: _quoted(r.choice(_TEXTS)),
    "list": lambda r: _quoted(r.choice(["vip", "new", "x y"])),
    "number": lambda r: r.choice(["0", "1", "2", "2.5", "-1", "100"]),
    "time": lambda r: _quoted(r.choice(_MOMENTS).isoformat()),
    "id": lambda r: _quoted(r.choice(_IDS)),
}
_IDS = [uuid7(), uuid7(), "null", "no-uuid"]
_OPERATORS = {
    "text": ["=", "!="],
    "list": [":"],
    "number": ["=", "!=", "<", "<=", ">", ">="],
    "time": ["=", "!=", "<", "<=", ">", ">="],
    "id": ["=", "!="],
}
_FIELDS = sorted(name for name in CATALOGUE if name != "segment")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _expression(r: random.Random, depth: int = 0) -> str:
    if depth < 3 and r.random() < 0.6:
        kind = r.choice(["AND", "OR", "NOT"])
        if kind == "NOT":
            return f"NOT ({_expression(r, depth + 1)})"
        return f"({_expression(r, depth + 1)}) {kind} ({_expression(r, depth + 1)})"
    name = r.choice(_FIELDS)
    field: Field = CATALOGUE[name]
    operators = _OPERATORS[field.kind] + ([":"] if field.has_words else [])
    operator, value = r.choice(operators), _VALUES[field.kind](r)
    # A text without words is refused.
    return f"{name} {operator} {'*' if operator == ':' and value == _quoted('') else value}"


class Population:
    """Contacts with the values of all fields, and a session to ask for them."""

    def __init__(self, session: Session, values: dict[str, dict[str, Any]]) -> None:
        self.session, self.values = session, values


@pytest.fixture(scope="module")
def population(engine: Any, service: Any) -> Any:
    """Contacts, accounts and what happened with them, drawn once; read with the values of every field."""
    from crm_chassis.db.vault import Vault
    from crm_chassis.envelope import IncomingEvent, Occurrence, seal
    from crm_chassis.events.inbox import Receiver

    receiver = Receiver(engine, service.every_subscription, Vault(b"\x05" * 32))
    r = random.Random(7)

    def deliver(id_: str, message: Any) -> None:
        occurrence = Occurrence(uuid7(), id_, 1, datetime.now(UTC), "", uuid7(), "", "")
        receiver.receive([IncomingEvent.read(seal(message, occurrence))])

    accounts = [uuid7() for _ in range(4)]
    for id_ in accounts:
        given = {"id": id_, "name": r.choice(_TEXTS), "industry": r.choice(_TEXTS), "country": r.choice(_TEXTS),
                 "tags": r.sample(["vip", "new"], r.randint(0, 2))}  # fmt: skip
        if r.random() < 0.7:
            given["employees"] = r.choice([0, 1, 2, 100])
        deliver(id_, accounts_pb2.AccountCreated(account=given))
    ids = [uuid7() for _ in range(40)]
    for id_ in ids:
        given = {"id": id_, "tags": r.sample(["vip", "new", "x y"], r.randint(0, 3)),
                 "created_at": r.choice(_MOMENTS), "updated_at": r.choice(_MOMENTS)}  # fmt: skip
        given |= {name: r.choice(_TEXTS) for name in
                  ("first_name", "last_name", "title", "department", "country", "language", "lead_source")}  # fmt: skip
        given |= {"account_id": r.choice([*accounts, None]), "owner_id": r.choice([_IDS[0], _IDS[1], None])}
        address = r.choice(["", "a.b@c.example"])
        given |= {"email": address, "emails": [{"address": address}] if address else []}
        deliver(id_, contacts_pb2.ContactCreated(contact=given))
        for _ in range(r.randint(0, 3)):
            deal = {"id": uuid7(), "name": "d", "status": r.choice(["OPEN", "WON", "LOST"]), "contact_id": id_,
                    "account_id": r.choice([*accounts, None])}  # fmt: skip
            deliver(deal["id"], opportunities_pb2.OpportunityCreated(opportunity=deal))
        if r.random() < 0.5:
            moment = r.choice(_MOMENTS) + timedelta(microseconds=r.randint(0, 1))
            done = {"id": uuid7(), "type": "CALL", "subject": "c", "contact_id": id_, "occurred_at": moment}
            deliver(done["id"], activities_pb2.ActivityCreated(activity=done))
    with Session(engine) as session:
        columns = [CATALOGUE[name].column.label(f"c{i}") for i, name in enumerate(_FIELDS)]
        rows = session.execute(with_account(select(Contact.id, *columns)).where(Contact.id.in_(ids))).all()
        yield Population(session, {row[0]: dict(zip(_FIELDS, row[1:], strict=True)) for row in rows})


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_sql_and_python_agree(population: Population, seed: int) -> None:
    text = _expression(random.Random(seed))
    expression = parse(text)
    assert expression is not None

    selected = set(population.session.scalars(matching(expression, datetime.now(UTC), population.values)))

    assert selected == {id_ for id_, of in population.values.items() if matches(expression, CATALOGUE, of)}, text
