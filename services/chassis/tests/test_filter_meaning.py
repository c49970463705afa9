"""The filter language means one thing: lists select by SQL what `matches` says of the same values, case by case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from crm.shop.v1 import orders_pb2
from crm_chassis.contracts.filtering import matches, message_fields, parse
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.paging import filter_fields
from crm_chassis.testing import user
from crm_shop.orders import Order
from sqlalchemy import select
from sqlalchemy.orm import Session

ADMIN = user()
OWNERS = [uuid7(), uuid7()]
TODAY = datetime.now(UTC).date()
ORDERS: dict[str, dict[str, Any]] = {
    "plain": {"name": "Acme Corp", "email": "ann.smith@x.example", "tags": ["VIP", "new"], "weight": 3,
              "country": "DE", "due_date": "2026-01-05", "owner_id": OWNERS[0], "gift": True},
    "empty": {"name": "empty"},
    "accents": {"name": "José Straße", "email": "jose@müller.example", "tags": ["x y"], "weight": 0, "country": "at"},
    "decomposed": {"name": "Jose\u0301 2", "gift": False, "due_date": "2026-01-01", "owner_id": OWNERS[1]},
    "han": {"name": "王小明", "weight": 1000, "country": "CN", "tags": ["重要"]},
    "hindi": {"name": "हरे राम", "gift": False, "weight": 1},
    "signs": {"name": 'O\'Neil "q" \\ 50%_', "tags": ["*"], "due_date": (TODAY - timedelta(days=10)).isoformat()},
    "null": {"name": "null", "tags": ["null"], "due_date": (TODAY + timedelta(days=10)).isoformat()},
}  # fmt: skip
VALUES = {
    "name": ['"Acme Corp"', "acme", '"corp ac"', '"JOSE\u0301 2"', '"José 2"', "strasse", "小明", "हीरा", "हरे",
             '"null"', "null", '""', "*", '"50%"', "\"o'neil\""],
    "email": ['"ANN.Smith@X.example"', "jose@müller.example", "jose@xn--mller-kva.example", "ann", '""', "*", "null"],
    "tags": ["VIP", '"x Y"', '"*"', "*", '"null"', "重要", "null", '""'],
    "country": ["de", "AT", "null", "*", '""'],
    "weight": ["0", "3", "3.0", "2.5", "-1", "-0.5", "1000", "99999999999999999999", "null", "*"],
    "due_date": ["2026-01-05", "now()", "now() - 7d", "now() + 2w", "null", '""', "*"],
    "created_at": ["2020-01-01", "2020-01-01T00:00:00+01:00", "now() - 1h", "now() + 10s", "null"],
    "owner_id": [OWNERS[0], OWNERS[1].upper(), "null", '""', "*", "nobody"],
    "gift": ["true", "FALSE", "null", "*"],
    "status": ["open", "SHIPPED", "null", "*"],
}  # fmt: skip
OPERATORS = ("=", "!=", ":", "<", ">=")


def _cases() -> list[str]:
    """Every field with every operator and value, alone and denied, as membership, and as absence."""
    found = [
        f"{name} {sign} {value}"
        for name in VALUES
        for sign, value in product(OPERATORS, VALUES[name])
        # Not kept by words, which only SQL needs.
        if not (name == "country" and sign == ":" and value != "*")
    ]
    found += [f"weight {sign} {value}" for sign, value in product(("<=", ">"), VALUES["weight"])]
    found += [f"{name} IN ({', '.join(VALUES[name][:2])})" for name in VALUES]
    found += [f"{name} NOT IN ({VALUES[name][0]})" for name in VALUES]
    found += [f"{name} IS NULL" for name in VALUES] + [f"{name} IS NOT NULL" for name in VALUES]
    return found + [f"NOT ({case})" for case in found]


CASES = _cases()


@pytest.fixture(scope="module")
def values(service: Any, engine: Any, _server: Any) -> dict[str, str]:
    """Filled by `orders`: the case an order stands for, by its id."""
    return {}


@pytest.fixture
def orders(values: dict[str, str], rpc: Callable[..., Any]) -> dict[str, str]:
    if not values:
        for case, fields in ORDERS.items():
            values[rpc("CreateOrder", orders_pb2.CreateOrderRequest(order=fields), as_=ADMIN).id] = case
    return values


def _meaning(engine: Any, text: str, ids: dict[str, str]) -> set[str]:
    """The cases that `matches` selects, by the values that stand in the database."""
    expression, fields = parse(text), filter_fields(Order)
    selected = set()
    with Session(engine) as session:
        for order in session.scalars(select(Order).where(Order.id.in_(ids))):
            if matches(expression, message_fields(Order.message.DESCRIPTOR), {n: getattr(order, n) for n in fields}):
                selected.add(ids[order.id])
    return selected


def _listed(rpc: Callable[..., Any], text: str, ids: dict[str, str]) -> set[str]:
    request = orders_pb2.ListOrdersRequest(filter=text, page_size=200)
    return {ids[order.id] for order in rpc("ListOrders", request, as_=ADMIN).orders if order.id in ids}


def _answer(ask: Callable[..., set[str]], *of: Any) -> Any:
    """What is selected, or what is wrong."""
    try:
        return ask(*of)
    except DomainError as problem:
        if problem.status != 400:
            raise
        return dict(problem.errors)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 400


def test_both_back_ends_select_and_refuse_the_same(
    rpc: Callable[..., Any], engine: Any, orders: dict[str, str]
) -> None:
    refused = 0
    for text in CASES:
        listed = _answer(_listed, rpc, text, orders)
        assert listed == _answer(_meaning, engine, text, orders), text
        refused += isinstance(listed, dict)
    assert refused < len(CASES) / 2


EVERYTHING = set(ORDERS)


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ('name = "José 2"', {"decomposed"}),
        ("name : jose\u0301", {"accents", "decomposed"}),
        ("name : STRASSE", {"accents"}),
        ("name : 小明", {"han"}),
        ("name : हीरा", set()),
        ('name = "null"', {"null"}),
        ("name = null", set()),
        ('email = "ANN.Smith@X.example"', {"plain"}),
        ("email = jose@xn--mller-kva.example", {"accents"}),
        ("email : *", {"plain", "accents"}),
        ("NOT email : *", EVERYTHING - {"plain", "accents"}),
        ('email = ""', EVERYTHING - {"plain", "accents"}),
        ("tags : vip", {"plain"}),
        ("tags : VIP", {"plain"}),
        ('tags : "*"', {"signs"}),
        ("tags : *", {"plain", "accents", "han", "signs", "null"}),
        ("tags IS NULL", {"empty", "decomposed", "hindi"}),
        ("country = de OR country = at", {"plain", "accents"}),
        ("country IN (de, AT)", {"plain", "accents"}),
        ("country NOT IN (de, AT, cn)", EVERYTHING - {"plain", "accents", "han"}),
        ("weight IS NULL", {"empty", "decomposed", "signs", "null"}),
        ("weight = 0", {"accents"}),
        ("weight < 3", {"accents", "hindi"}),
        ("NOT weight < 3", EVERYTHING - {"accents", "hindi"}),
        ("due_date = null", {"empty", "accents", "han", "hindi"}),
        ('due_date = ""', {"empty", "accents", "han", "hindi"}),
        ("due_date < now() - 30d", {"plain", "decomposed"}),
        ("due_date >= now() - 30d AND due_date < now()", {"signs"}),
        ("due_date > now() + 1w", {"null"}),
        ("created_at > now() - 1h", EVERYTHING),
        ("created_at < now() - 1h", set()),
        ("owner_id IS NOT NULL gift = true", {"plain"}),
        ("gift IS NULL", {"empty", "accents", "han", "signs", "null"}),
    ],
)
def test_what_a_filter_selects(rpc: Callable[..., Any], orders: dict[str, str], text: str, selected: set[str]) -> None:
    assert _listed(rpc, text, orders) == selected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('name : "!!!"', "name is compared with nothing; `:*` asks whether it has a value"),
        ("tags : null", "tags is compared with nothing; `:*` asks whether it has a value"),
        ("weight = NaN", "weight must be compared with a number"),
        ("weight = 1e3", "weight must be compared with a number"),
        ("due_date = 2026-01-05T12:00:00Z", "due_date must be compared with a day, like 2026-01-31 or now() - 7d"),
        ("due_date = 20260105", "due_date must be compared with a day, like 2026-01-31 or now() - 7d"),
        ("weight > now()", "weight must be compared with a number"),
        ("created_at > now() - 999999w", "created_at must be compared with a time, like 2026-01-31T12:00:00Z or "
                                         "now() - 12h"),
        ("created_at > 0001-01-01T00:00:00+23:00", "created_at must be compared with a time, like "
                                                   "2026-01-31T12:00:00Z or now() - 12h"),
        ("name =", "cannot be read at character 6"),
        ("-" * 64 + 'name = "a"', "is nested deeper than 20 levels"),
        ("-" * 1990 + "a = 1", "is nested deeper than 20 levels"),
        ("name IN ()", "cannot be read at character 10"),
    ],
)  # fmt: skip
def test_what_a_filter_refuses(rpc: Callable[..., Any], text: str, problem: str) -> None:
    with pytest.raises(DomainError) as refused:
        rpc("ListOrders", orders_pb2.ListOrdersRequest(filter=text), as_=ADMIN)
    assert refused.value.errors["filter"][0].startswith(problem)


def test_brackets_in_a_text_are_no_depth(rpc: Callable[..., Any], orders: dict[str, str]) -> None:
    assert _listed(rpc, f'name != "{"(" * 100}" AND tags : "NOT NOT"', orders) == set()


def test_days_are_those_of_utc() -> None:
    now = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    fields = message_fields(orders_pb2.Order.DESCRIPTOR)
    assert matches(parse("due_date = now() - 1d"), fields, {"due_date": date(2026, 2, 28)}, now)
