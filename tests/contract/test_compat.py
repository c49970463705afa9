"""Breaking changes are reported with the right code; additions are not reported."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from crm_contracts.tools.build import descriptors
from crm_contracts.tools.compat import compare
from crm_contracts.tools.source import Source

Compile = Callable[..., Source]

NOTE = "string note = 11 [(crm.options.v1.field) = {max_length: 100}];"
HOLIDAYS = "bool holidays = 1;"
SHIPPED_OPTION = 'type: "crm.shop.order.shipped.v1" subject: "order.id" personal: true'
SHIP_POLICY = 'permission: "orders.ship", rate: WRITE'

BREAKS = [
    # Fields.
    ("field-removed", NOTE, ""),
    ("field-removed", NOTE, 'reserved 11; reserved "note";'),
    ("field-renumbered", HOLIDAYS, "bool holidays = 2;"),
    ("field-renamed", HOLIDAYS, "bool days_off = 1;"),
    ("field-retyped", HOLIDAYS, "int32 holidays = 1;"),
    ("field-retyped", "map<string, string> labels", "map<string, int64> labels"),
    ("field-label", HOLIDAYS, "repeated bool holidays = 1;"),
    ("field-label", HOLIDAYS, "optional bool holidays = 1;"),
    ("field-label", "optional int32 weight", "int32 weight"),
    ("field-label", HOLIDAYS, "oneof day { bool holidays = 1; bool sundays = 2; }"),
    ("field-required", HOLIDAYS, "bool holidays = 1 [(google.api.field_behavior) = REQUIRED];"),
    ("field-required", HOLIDAYS, HOLIDAYS + " string region = 2 [(google.api.field_behavior) = REQUIRED];"),
    ("field-narrowed", HOLIDAYS, "bool holidays = 1 [(google.api.field_behavior) = OUTPUT_ONLY];"),
    ("field-narrowed", HOLIDAYS, "bool holidays = 1 [(google.api.field_behavior) = INPUT_ONLY];"),
    ("field-narrowed", HOLIDAYS, "bool holidays = 1 [(google.api.field_behavior) = IMMUTABLE];"),
    # Options of fields.
    ("sensitivity-lowered", "sensitivity: PERSONAL", "sensitivity: INTERNAL"),
    ("sensitivity-lowered", "sensitivity: PERSONAL", "sensitivity: FINANCIAL"),
    ("sensitivity-lowered", "sensitivity: FINANCIAL", "sensitivity: PUBLIC"),
    ("sensitivity-lowered", NOTE, NOTE.replace("{max", "{sensitivity: PUBLIC, max")),
    ("field-permission", "orders.weigh", "orders.scale"),
    ("field-permission", ', write_permission: "orders.weigh"', ""),
    ("field-permission", NOTE, NOTE.replace("{max", '{read_permission: "orders.notes", max')),
    ("limit-tightened", NOTE, NOTE.replace("100", "99")),
    ("limit-tightened", HOLIDAYS, HOLIDAYS.replace(";", ' [(crm.options.v1.field) = {maximum: "1"}];')),
    ("limit-tightened", "min_length: 1,", "min_length: 2,"),
    ("limit-tightened", NOTE, NOTE.replace("}", ", min_length: 1}")),
    ("limit-tightened", NOTE, NOTE.replace("}", ', pattern: "a*"}')),
    ("limit-tightened", '"[A-Z]{0,8}"', '"[A-Y]{0,8}"'),
    ("limit-tightened", NOTE, NOTE.replace("}", ", format: EMAIL}")),
    ("limit-tightened", "max_length: 50, max_items: 10,", "max_length: 50, max_items: 9,"),
    ("limit-tightened", 'minimum: "0", maximum: "1000"', 'minimum: "0.5", maximum: "1000"'),
    ("limit-tightened", 'minimum: "0", maximum: "1000"', 'minimum: "0", maximum: "999"'),
    ("not-filterable", "3 [(crm.options.v1.field) = {filterable: true}]", "3"),
    ("not-sortable", "filterable: true, sortable: true", "filterable: true"),
    ("not-multiline", "{multiline: true, ", "{"),
    # Enums and messages.
    ("enum-value-removed", "SHIPPED = 2;", ""),
    ("enum-value-renamed", "SHIPPED = 2;", "SENT = 2;"),
    ("enum-value-renumbered", "SHIPPED = 2;", "SHIPPED = 3;"),
    ("enum-removed field-retyped", " Status", " State"),
    ("message-removed request-changed", "GetHoursRequest", "HoursRequest"),
    # Methods.
    ("service-removed", "service ShopService {", "service OrderService {"),
    ("method-removed", "rpc GetHours(", "rpc ReadHours("),
    ("request-changed", "GetHours(GetHoursRequest)", "GetHours(ListStepsRequest)"),
    ("response-changed", "returns (Hours)", "returns (Order)"),
    ("streaming-changed", "returns (Hours)", "returns (stream Hours)"),
    ("streaming-changed", "returns (stream Hours)", "returns (Hours)"),
    ("route-changed", '{get: "/v1/hours"}', '{post: "/v1/hours"}'),
    ("route-changed", '{get: "/v1/hours"}', '{get: "/v1/opening_hours"}'),
    ("route-changed", '{get: "/v1/hours"}', '{get: "/v1/hours" body: "*"}'),
    ("route-changed", 'option (google.api.http) = {get: "/v1/hours"};', ""),
    ("permission-changed", '"orders.ship"', '"orders.update_all"'),
    ("protection-lowered", SHIP_POLICY, "public: true"),
    ("protection-lowered", SHIP_POLICY, "authenticated: true"),
    ("protection-lowered", "internal: true", "authenticated: true"),
    ("protection-raised", "public: true", "authenticated: true"),
    ("protection-raised", SHIP_POLICY, "internal: true"),
    # Events.
    ("event-removed", "crm.shop.order.shipped.v1", "crm.shop.order.shipped.v2"),
    ("event-removed", f"option (crm.options.v1.event) = {{{SHIPPED_OPTION}}};", ""),
    ("event-payload message-removed", "message OrderShipped {", "message OrderGone {"),
    ("event-subject", SHIPPED_OPTION, SHIPPED_OPTION.replace("order.id", "order.name")),
    ("event-personal", SHIPPED_OPTION, SHIPPED_OPTION.replace("true", "false")),
    ("event-personal", '"crm.shop.order.created.v1"', '"crm.shop.order.created.v1" personal: true'),
]  # fmt: skip

HARMLESS = [
    ("a field", HOLIDAYS, HOLIDAYS + " string region = 2;"),
    ("an enum value", "SHIPPED = 2;", "SHIPPED = 2; LOST = 3;"),
    ("a message", "// When the shop is open.", "message More { string text = 1; }"),
    ("a required field of a new message", "// When the shop is open.",
     "message More { string text = 1 [(google.api.field_behavior) = REQUIRED]; }"),
    ("a method", "  // Says what is open.", "  rpc More(GetHoursRequest) returns (Hours) {}"),
    ("an event", "// An order is on its way.",
     'message OrderPaid { option (crm.options.v1.event) = {type: "crm.shop.order.paid.v1"}; }'),
    ("a route", "option (crm.options.v1.policy) = {internal: true};",
     'option (crm.options.v1.policy) = {internal: true}; option (google.api.http) = {get: "/v1/steps"};'),
    ("a rate class", "rate: WRITE", "rate: HEAVY"),
    ("a comment", "// Ships an order.", "// Sends an order."),
    ("a wider limit", NOTE, NOTE.replace("100", "200")),
    ("no limit", NOTE, "string note = 11;"),
    ("no pattern", '{pattern: "[A-Z]{0,8}"}', "{}"),
    ("a wider range", 'minimum: "0", maximum: "1000"', 'minimum: "-1", maximum: "1000.5"'),
    ("the same range", 'minimum: "0", maximum: "1000"', 'minimum: "0.0", maximum: "1000"'),
    ("an optional field", "[(google.api.field_behavior) = REQUIRED, (crm.options.v1.field) = {min_length: 1",
     "[(crm.options.v1.field) = {min_length: 1"),
    ("a filterable field", NOTE, NOTE.replace("}", ", filterable: true, sortable: true}")),
    ("a limit of what only the suite writes", "{format: UUID, filterable: true}",
     "{format: UUID, filterable: true, max_length: 36}"),
    ("a stricter sensitivity", NOTE, NOTE.replace("}", ", sensitivity: PERSONAL}")),
    ("the default sensitivity", NOTE, NOTE.replace("}", ", sensitivity: INTERNAL}")),
]  # fmt: skip


@pytest.mark.parametrize(("codes", "old", "new"), BREAKS)
def test_a_planted_break_is_reported(shop: Compile, codes: str, old: str, new: str) -> None:
    assert {finding.code for finding in compare(shop(), shop(old, new))} == set(codes.split())


@pytest.mark.parametrize(("old", "new"), [pytest.param(old, new, id=name) for name, old, new in HARMLESS])
def test_a_harmless_change_is_not_reported(shop: Compile, old: str, new: str) -> None:
    assert compare(shop(), shop(old, new)) == []


def test_a_finding_says_what_became_of_what(shop: Compile) -> None:
    (finding,) = compare(shop(), shop(SHIP_POLICY, "public: true"))
    assert str(finding) == "protection-lowered crm.shop.v1.ShopService.ShipOrder: permission became public"


def test_the_suite_is_compatible_with_itself() -> None:
    assert compare(Source(descriptors()), Source(descriptors())) == []
