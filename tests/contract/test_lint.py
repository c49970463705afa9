"""Every lint rule finds the fault it is for, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from crm_contracts import descriptor_set
from crm_contracts.tools.lint import lint
from crm_contracts.tools.source import Source

Compile = Callable[..., Source]

POLICY = 'option (crm.options.v1.policy) = {permission: "orders.ship", rate: WRITE};'
TOKEN = "string page_token = 2 [(crm.options.v1.field) = {max_length: 2000}];"
HOURS = "string text = 1;"

FAULTS = [
    ("policy", POLICY, ""),
    ("policy", 'permission: "orders.ship", rate: WRITE', 'permission: "orders.ship", public: true'),
    ("policy", 'permission: "orders.ship", rate: WRITE', "internal: true"),
    ("permission", '"orders.ship"', '"ship"'),
    ("permission", '"orders.weigh"', '"Orders.weigh.all"'),
    ("comment", "  // Ships an order.\n", ""),
    ("comment", "// Somebody wants something.\n", ""),
    ("comment", "  // How far an order has come.\n", ""),
    ("comment", "// Which order to ship.\n", ""),
    ("paging", TOKEN, ""),
    ("paging", "string next_page_token = 2;", ""),
    ("paging", "int32 limit = 1;", ""),
    ("update-mask", "google.protobuf.FieldMask update_mask = 2;", ""),
    ("update-mask", "google.protobuf.FieldMask update_mask = 2;", "bool update_mask = 2;"),
    ("route-unique", '{post: "/v1/orders/{id}:ship" body: "*"}', '{post: "/v1/orders" body: "*"}'),
    ("route-version", '"/v1/hours"', '"/v2/hours"'),
    ("route-parameter", '"/v1/orders/{id}:ship"', '"/v1/orders/{order_id}:ship"'),
    ("route-parameter", '"/v1/orders/{order.id}"', '"/v1/orders/{order.weight}"'),
    ("route-body", ':ship" body: "*"', ':ship" body: "carrier"'),
    ("route-body", '{get: "/v1/hours"}', '{get: "/v1/hours" body: "*"}'),
    ("route-query", "bool holidays = 1;", "google.protobuf.Timestamp holidays = 1;"),
    ("route-plural", '"/v1/orders/{id}:ship"', '"/v1/order/{id}:ship"'),
    ("enum-zero", "STATUS_UNSPECIFIED = 0;", "NEW = 0;"),
    ("money", HOURS, "double total_cost = 1;"),
    ("money", HOURS, "string price = 1;"),
    ("string-limit", "{max_length: 50}];", "{}];"),
    ("string-limit", "{max_length: 50, max_items: 10, filterable: true}", "{max_items: 10}"),
    ("items-limit", "{max_length: 50, max_items: 10, filterable: true}", "{max_length: 50}"),
    ("items-limit", "[(crm.options.v1.field) = {max_items: 10}]", ""),
    ("event-type", "crm.shop.order.shipped.v1", "crm.sales.order.shipped.v1"),
    ("event-type", "crm.shop.order.shipped.v1", "crm.shop.order.shipped"),
    ("event-type", "crm.shop.order.shipped.v1", "crm.shop.order.created.v1"),
    ("event-subject", 'subject: "order.id" personal', 'subject: "order.key" personal'),
    ("event-subject", 'subject: "order.id" personal', 'subject: "order.weight" personal'),
    ("event-file", "// When the shop is open.", "// An order changed.\nmessage OrderUpdated {}\n\n// Hours."),
    (
        "event-file",
        "// When the shop is open.",
        "// Paid.\nmessage OrderPaid {\n"
        '  option (crm.options.v1.event) = {type: "crm.shop.order.paid.v1" subject: "id"};\n'
        "  string id = 1;\n}\n\n// Hours.",
    ),
    ("event-file", "// An order is on its way.", "// Cargo.\nmessage Cargo {}\n\n// Shipped."),
    ("filterable", HOURS, "map<string, string> texts = 1 [(crm.options.v1.field) = {filterable: true}];"),
    ("filterable", HOURS, "repeated int32 texts = 1 [(crm.options.v1.field) = {filterable: true}];"),
    ("sortable", HOURS, "repeated string texts = 1 [(crm.options.v1.field) = {sortable: true}];"),
]


def _codes(source: Source) -> set[str]:
    return {finding.code for finding in lint(source) if finding.where.startswith("crm.shop.")}


def test_a_sound_contract_has_no_findings(shop: Compile) -> None:
    assert _codes(shop()) == set()


@pytest.mark.parametrize(("code", "old", "new"), FAULTS)
def test_a_planted_fault_is_reported(shop: Compile, code: str, old: str, new: str) -> None:
    assert _codes(shop(old, new)) == {code}


def test_sound_variations_are_accepted(shop: Compile) -> None:
    assert _codes(shop('"/v1/hours"', '"/.well-known/hours"')) == set()
    assert _codes(shop(HOURS, "bool amount_known = 1;")) == set()
    assert _codes(shop(HOURS, "repeated crm.common.v1.Money costs = 1;")) == set()


def test_a_finding_is_one_line(shop: Compile) -> None:
    (finding,) = [f for f in lint(shop('"orders.ship"', '"ship"')) if f.where.startswith("crm.shop.")]
    assert str(finding) == ('permission crm.shop.v1.ShopService.ShipOrder: "ship" has not the form "<plural>.<action>"')


def test_the_suite_keeps_the_rules() -> None:
    assert [str(finding) for finding in lint(Source(descriptor_set()))] == []
