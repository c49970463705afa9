"""Every lint rule finds the fault it is for, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from crm_contracts.labels import Catalogue, catalogues
from crm_contracts.tools.build import descriptors
from crm_contracts.tools.lint import lint, unlabelled
from crm_contracts.tools.source import Source

Compile = Callable[..., Source]

POLICY = 'option (crm.options.v1.policy) = {permission: "orders.ship", rate: WRITE};'
TOKEN = "string page_token = 2 [(crm.options.v1.field) = {max_length: 2000}];"
HOURS = "string text = 1;"
INTERNAL = "option (crm.options.v1.policy) = {internal: true};"
NOTE = "string note = 11 [(crm.options.v1.field)"

FAULTS = [
    ("policy", POLICY, ""),
    ("policy", 'permission: "orders.ship", rate: WRITE', 'permission: "orders.ship", public: true'),
    ("policy", 'permission: "orders.ship", rate: WRITE', "internal: true"),
    ("read-only", 'permission: "orders.read", read_only: true', 'permission: "orders.read"'),
    (
        "read-only",
        'permission: "orders.read", read_only: true',
        'permission: "orders.read", read_only: true, audit: true',
    ),
    ("read-only", "read_only: true", "read_only: true, idempotent: true"),
    ("reach", 'permission: "orders.ship", rate', 'permission: "parcels.ship", rate'),
    ("reach", 'permission: "orders.ship", rate', 'permission: "orders.ship", reach: "parcels", rate'),
    ("part", INTERNAL, f"{INTERNAL} option (crm.options.v1.part) = {{view: SEARCH}};"),
    ("part", INTERNAL, f'{INTERNAL} option (crm.options.v1.part) = {{view: CUSTOMER_360, section: "orders"}};'),
    ("part-of", NOTE + " = {", f"{NOTE} = {{part_of: 'customer_id.stages.name', "),
    ("reference", NOTE + " = {", f"{NOTE} = {{reference: 'crm.shop.parcel', "),
    ("title-field", 'title_field: "id"', 'title_field: "title"'),
    ("title-field", 'title_field: "id"', 'title_field: "weight"'),
    ("title-field", 'title_field: "id"', 'title_field: "tags"'),
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
    ("route-query", "bool holidays = 1;", "google.protobuf.FieldMask holidays = 1;"),
    ("route-plural", '"/v1/orders/{id}:ship"', '"/v1/order/{id}:ship"'),
    ("enum-zero", "STATUS_UNSPECIFIED = 0;", "NEW = 0;"),
    ("money", HOURS, "double total_cost = 1;"),
    ("money", HOURS, "string price = 1;"),
    ("string-limit", "{max_length: 50}];", "{}];"),
    ("string-limit", "{max_length: 50}];", "{format: URL}];"),
    ("string-limit", "{max_length: 50}];", "{format: TAG}];"),
    ("string-limit", "{max_length: 50}];", '{pattern: "[a-z]*"}];'),
    ("string-limit", "{max_length: 50, max_items: 10, filterable: true}", "{max_items: 10}"),
    ("items-limit", "{max_length: 50, max_items: 10, filterable: true}", "{max_length: 50}"),
    ("items-limit", "[(crm.options.v1.field) = {max_items: 10}]", ""),
    ("event-type", "crm.shop.order.shipped.v1", "crm.sales.order.shipped.v1"),
    ("event-type", "crm.shop.order.shipped.v1", "crm.shop.order.shipped"),
    ("event-type", "crm.shop.order.shipped.v1", "crm.shop.order.created.v1"),
    ("event-subject", 'subject: "order.id" personal', 'subject: "order.key" personal'),
    ("event-subject", 'subject: "order.id" personal', 'subject: "order.weight" personal'),
    ("unused", "// When the shop is open.", "// An order changed.\nmessage OrderUpdated {}\n\n// Hours."),
    ("unused", "// An order is on its way.", "// Cargo.\nmessage Cargo {}\n\n// Shipped."),
    ("filterable", HOURS, "map<string, string> texts = 1 [(crm.options.v1.field) = {filterable: true}];"),
    ("filterable", HOURS, "repeated int32 texts = 1 [(crm.options.v1.field) = {filterable: true}];"),
    ("groupable", HOURS, "string day = 1 [(crm.options.v1.field) = {groupable: true, max_length: 9}];"),
    ("groupable", HOURS, "int32 day = 1 [(crm.options.v1.field) = {filterable: true, groupable: true}];"),
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
    assert _codes(shop("{max_length: 50}];", "{format: LANGUAGE}];")) == set()
    assert _codes(shop("{max_length: 50}];", '{pattern: "[a-z]{1,9}|x?"}];')) == set()
    assert _codes(shop(HOURS, "bool amount_known = 1;")) == set()
    assert _codes(shop(HOURS, "repeated crm.common.v1.Money costs = 1;")) == set()


def test_a_finding_is_one_line(shop: Compile) -> None:
    (finding,) = [f for f in lint(shop('"orders.ship"', '"ship"')) if f.where.startswith("crm.shop.")]
    assert str(finding) == ('permission crm.shop.v1.ShopService.ShipOrder: "ship" has not the form "<plural>.<action>"')


def test_the_suite_keeps_the_rules() -> None:
    assert [str(finding) for finding in lint(Source(descriptors()))] == []


@pytest.fixture(scope="module")
def suite() -> Source:
    return Source(descriptors())


def _complaints(source: Source, language: str, section: str, **labels: str | None) -> list[str]:
    """What is said of the catalogues once these labels are changed, or taken away."""
    catalogue: Catalogue = catalogues()[language]
    changed = {**catalogue, section: {k: v for k, v in (dict(catalogue[section]) | labels).items() if v is not None}}
    return [str(finding) for finding in unlabelled(source, {**catalogues(), language: changed})]


def test_everything_that_is_described_has_a_label_in_every_language(suite: Source) -> None:
    assert [str(finding) for finding in unlabelled(suite, catalogues())] == []


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("resources", "opportunity"),
        ("plurals", "opportunities"),
        ("fields", "Opportunity.lines"),
        ("fields", "OpportunityLine.unit_price"),
        ("fields", "LoseOpportunityRequest.competitor"),
        ("values", "Ticket.Status.RESOLVED"),
        ("actions", "opportunities.win"),
    ],
)
def test_a_missing_label_is_named(suite: Source, section: str, key: str) -> None:
    missing = f"label {key}: has no label among the {section} of proto/labels/de"
    assert _complaints(suite, "de", section, **{key: None}) == [missing]


def test_a_label_of_nothing_is_named(suite: Source) -> None:
    left_over = "label Opportunity.colour: labels nothing; it is among the fields of proto/labels/en"
    assert _complaints(suite, "en", "fields", **{"Opportunity.colour": "Colour"}) == [left_over]
