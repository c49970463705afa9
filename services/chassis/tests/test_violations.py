"""What standard rules say of a field has a code and parameters, from where it is said to whoever called."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from crm.common.v1 import batches_pb2, types_pb2
from crm.contacts.v1 import affiliations_pb2
from crm.identity.v1 import auth_pb2, preferences_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis.access.actor import check_writable
from crm_chassis.contracts.formats import Format, normalise
from crm_chassis.contracts.schema import STRUCT_BYTES, validate
from crm_chassis.contracts.transcode import Encoder, decode
from crm_chassis.errors import DomainError, UnknownReference
from crm_chassis.ids import uuid7
from crm_chassis.records.mapping import assign
from crm_chassis.records.taken import same_value
from crm_chassis.testing import ALL, user
from crm_chassis.violations import INVALID, INVALID_FORMAT, RULES, TOO_LONG, Violation
from crm_shop.orders import Order

ADMIN = user()
HOLDER = uuid7()


def order(**fields: Any) -> Callable[[], Any]:
    return lambda: validate(orders_pb2.Order(**{"name": "Acme", **fields}))


def said(**fields: Any) -> Callable[[], Any]:
    return lambda: decode(orders_pb2.Order, fields, read_only=True)


def amount(amount: str, currency: str) -> Callable[[], Any]:
    return lambda: validate(types_pb2.Money(amount=amount, currency=currency))


class Kept(SimpleNamespace):
    """A record that is there already."""

    version, computed, contact_id = 1, (), "before"


def change_what_stays() -> None:
    assign(Kept(), affiliations_pb2.Affiliation(contact_id="after"), ["contact_id"])


def write_without_right() -> None:
    check_writable(user({"orders.create": ALL}), orders_pb2.Order(email="ada@example.com"))


def choose_password() -> None:
    validate(auth_pb2.ChangePasswordRequest(current_password="old", new_password="new"))


def name_what_is_not_there() -> None:
    raise UnknownReference.of("parent_id", "order")


def take_what_is_taken() -> None:
    raise same_value("order", ["name"], HOLDER, deleted=True)


BREAKS: list[tuple[str, dict[str, Any], Callable[[], Any]]] = [
    ("REQUIRED", {}, lambda: validate(orders_pb2.CreateOrderRequest())),
    ("EMPTY", {}, order(name=" ")),
    ("TOO_SHORT", {"min": 8}, choose_password),
    ("TOO_LONG", {"max": 100}, order(name="a" * 101)),
    ("TOO_MANY_ENTRIES", {"max": 10}, order(tags=[f"tag{number}" for number in range(11)])),
    ("TOO_MANY_BYTES", {"kilobytes": 64}, order(custom={"text": "a" * STRUCT_BYTES})),
    ("SEVERAL_LINES", {}, order(name="a\nb")),
    ("CONTROL_CHARACTERS", {}, order(note="a\x01b")),
    ("PATTERN_MISMATCH", {"pattern": "(en|de)?"}, lambda: validate(preferences_pb2.Preferences(language="xx"))),
    ("INVALID_FORMAT", {"format": "EMAIL"}, order(email="nobody")),
    ("BELOW_MINIMUM", {"min": 0}, order(weight=-1)),
    ("ABOVE_MAXIMUM", {"max": 1000}, order(weight=1001)),
    ("OUT_OF_RANGE", {}, said(weight=2**40)),
    ("NEGATIVE_AMOUNT", {}, amount("-1", "EUR")),
    ("TOO_MANY_DIGITS", {"currency": "JPY", "digits": 0}, amount("1.5", "JPY")),
    ("UNKNOWN_FIELD", {}, said(nme="Acme")),
    ("UNKNOWN_VALUE", {"values": ["OPEN", "SHIPPED"]}, said(status="LOST")),
    ("WRONG_TYPE", {"type": "STRING"}, said(name=1)),
    ("READ_ONLY", {}, lambda: assign(Order(), orders_pb2.Order(status=orders_pb2.Order.SHIPPED))),
    ("IMMUTABLE", {}, change_what_stays),
    ("NOT_WRITABLE", {}, write_without_right),
    ("UNKNOWN_REFERENCE", {}, name_what_is_not_there),
    ("ALREADY_EXISTS", {"id": HOLDER, "deleted": True}, take_what_is_taken),
]  # fmt: skip


def refusal(call: Callable[..., Any], *arguments: Any, **options: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*arguments, **options)
    return refused.value


@pytest.mark.parametrize(("code", "params", "break_it"), BREAKS, ids=lambda value: value if type(value) is str else "")
def test_a_standard_rule_has_its_code(code: str, params: dict[str, Any], break_it: Callable[[], Any]) -> None:
    ((violation,),) = refusal(break_it).errors.values()
    assert (violation.code, violation.params) == (code, params)


def test_every_standard_rule_is_tried() -> None:
    assert {code for code, _, _ in BREAKS} == RULES.keys()


def test_every_format_that_refuses_a_text_is_documented() -> None:
    refusing = {}
    for name, format_ in Format.items():
        try:
            normalise("?", format_)
        except ValueError as error:
            refusing[name] = error.args[0].params
    assert refusing == {name: {"format": name} for name in refusing}
    assert set(INVALID_FORMAT.params["format"].replace(" or ", ", ").split(", ")) == set(refusing)


def test_a_rule_is_told_with_its_own_parameters_only() -> None:
    with pytest.raises(TypeError, match="TOO_LONG has the parameters"):
        TOO_LONG(min=1)


def test_what_no_standard_rule_says_is_invalid() -> None:
    error = DomainError(errors={"name": ["is odd"]})
    assert [violation.told() for violation in error.errors["name"]] == [{"code": INVALID, "params": {}}]


def test_codes_and_parameters_reach_the_caller(rpc: Any) -> None:
    request = orders_pb2.CreateOrderRequest(order={"name": "a" * 101, "email": "nobody", "parent_id": "x", "weight": 9})
    errors = refusal(rpc, "CreateOrder", request, as_=ADMIN).errors
    assert {field: [one.told() for one in found] for field, found in errors.items()} == {
        "order.name": [{"code": "TOO_LONG", "params": {"max": 100}}],
        "order.email": [{"code": "INVALID_FORMAT", "params": {"format": "EMAIL"}}],
        "order.parent_id": [{"code": "INVALID_FORMAT", "params": {"format": "UUID"}}],
    }
    assert errors["order.name"] == ["must have at most 100 characters"]


def test_a_row_of_many_has_codes_too(rpc: Any) -> None:
    request = orders_pb2.BatchCreateOrdersRequest(orders=[{"name": "good"}, {"name": "a" * 101}])
    _, result = rpc("BatchCreateOrders", request, as_=ADMIN).results
    told = Encoder().encode(result.problem)
    assert told["errors"] == {"name": ["must have at most 100 characters"]}
    assert told["error_codes"] == {"name": [{"code": "TOO_LONG", "params": {"max": 100}}]}


def test_what_does_not_fit_with_its_codes_is_told_without(rpc: Any) -> None:
    request = batches_pb2.BatchGetRequest(ids=["x"] * 600)
    errors = refusal(rpc, "BatchGetOrders", request, as_=ADMIN).errors
    assert len(errors) == 600
    assert errors["ids.599"] == ["must be a UUID"]
    assert {found[0].code for found in errors.values()} == {INVALID}


def test_a_violation_is_the_sentence() -> None:
    violation = TOO_LONG(max=5)
    assert violation == "must have at most 5 characters"
    assert Violation.of(violation) is violation
