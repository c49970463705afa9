"""Descriptions of resources: complete, labelled, and true of the caller."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import crm_contracts
import pytest
from crm_chassis.access.actor import ALL, OWN, TEAM
from crm_chassis.ids import uuid7
from crm_contracts.resources import resources
from gateway_harness import Client, Suite

PLURALS = sorted(resources(crm_contracts.methods().values()))
LANGUAGES = {"en", "de"}
SALES = {
    "opportunities.read": TEAM, "opportunities.update": OWN, "opportunities.close": OWN, "fields.personal.read": ALL,
}  # fmt: skip


def described(client: Client, resource: str) -> Any:
    answer = client.get(f"/v1/describe/{resource}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def named(entries: Iterable[Any]) -> dict[str, Any]:
    return {entry["name"]: entry for entry in entries}


def labels_of(description: Any) -> Iterable[Any]:
    """Every label in a description, however deep."""
    if isinstance(description, dict):
        yield from (value for name, value in description.items() if name in ("label", "plural_label"))
        description = list(description.values())
    if isinstance(description, list):
        for part in description:
            yield from labels_of(part)


def test_every_resource_with_a_list_is_named(admin: Client) -> None:
    listed = named(admin.get("/v1/describe").json()["resources"])
    lists = {
        (m.domain, crm_contracts.resource_of(record).plural)
        for m in crm_contracts.methods().values()
        if m.http and m.domain != "common" and (record := crm_contracts.listed(m.response.DESCRIPTOR))
    }
    assert {(entry["service"], entry["plural"]) for entry in listed.values()} == lists
    assert listed["opportunity"] == {
        "name": "opportunity",
        "plural": "opportunities",
        "kind": "crm.sales.opportunity",
        "service": "sales",
        "label": {"en": "Opportunity", "de": "Verkaufschance"},
        "plural_label": {"en": "Opportunities", "de": "Verkaufschancen"},
        "title_field": "name",
        "can_list": True,
        "can_create": True,
    }


def test_what_the_caller_may_is_said_of_every_resource(suite: Suite) -> None:
    seller = named(suite.client(SALES).get("/v1/describe").json()["resources"])
    assert (seller["opportunity"]["can_list"], seller["opportunity"]["can_create"]) == (True, False)
    assert (seller["ticket"]["can_list"], seller["ticket"]["can_create"]) == (False, False)


@pytest.mark.parametrize("resource", PLURALS)
def test_a_description_is_complete_and_labelled(admin: Client, resource: str) -> None:
    answer = admin.get(f"/v1/describe/{resource}")
    description = answer.json()
    assert len(answer.content) < 100_000
    declared = resources(crm_contracts.methods().values())[resource]
    fields = named(description["fields"])
    assert set(fields) == {field.name for field in declared.descriptor.fields} - {"etag"}
    assert fields[description["title_field"]]["type"] == "STRING"
    routes = {(action["verb"], action["path"].partition("{")[0]) for action in description["actions"]}
    assert routes == {(action.http.verb, action.http.path.partition("{")[0]) for action in declared.actions}
    labels = list(labels_of(description))
    assert labels
    assert all(set(label) == LANGUAGES and all(label.values()) for label in labels), labels


def test_fields_say_what_a_form_needs(admin: Client) -> None:
    fields = named(described(admin, "opportunities")["fields"])
    name, amount, lines = fields["name"], fields["amount"], fields["lines"]
    assert (name["type"], name["required"], name["limits"]["max_length"]) == ("STRING", True, 200)
    assert (name["filterable"], name["sortable"], name["read_only"]) == (True, True, False)
    assert (name["groupable"], fields["stage_id"]["groupable"]) == (False, True)
    assert (amount["type"], amount["sensitivity"], amount["fields"]) == ("MONEY", "FINANCIAL", [])
    assert (fields["account_id"]["reference"], fields["account_id"]["format"]) == ("crm.contacts.account", "UUID")
    assert (fields["close_date"]["format"], fields["tags"]["format"]) == ("DATE", "TAG")
    assert fields["close_date"]["label"] == {"en": "Close date", "de": "Abschlussdatum"}
    assert (fields["next_step"]["multiline"], fields["probability"]["type"]) == (True, "NUMBER")
    assert (fields["probability"]["limits"]["minimum"], fields["probability"]["limits"]["maximum"]) == ("0", "100")
    assert (fields["custom"]["type"], fields["closed_at"]["type"]) == ("STRUCT", "TIMESTAMP")
    assert (fields["status"]["type"], fields["status"]["read_only"], fields["status"]["can_write"]) == (
        "ENUM", True, False,
    )  # fmt: skip
    assert [value["name"] for value in fields["status"]["values"]] == ["OPEN", "WON", "LOST"]
    assert fields["status"]["values"][1]["label"] == {"en": "Won", "de": "Gewonnen"}
    assert (lines["type"], lines["repeated"], lines["limits"]["max_items"]) == ("MESSAGE", True, 200)
    assert named(lines["fields"])["product_id"]["reference"] == "crm.sales.product"
    replacements = named(described(admin, "pipelines")["fields"])["stage_replacements"]
    assert (replacements["type"], replacements["repeated"], len(replacements["fields"])) == ("MAP", False, 1)
    assert not named(described(admin, "users")["fields"])["password"]["can_read"], "nobody reads it"


def test_lists_take_the_order_and_the_filter_that_fields_promise(suite: Suite, admin: Client) -> None:
    promised = {"order_by": "sortable", "filter": "filterable"}
    refused = []
    for plural in admin.get("/v1/describe").json()["resources"]:
        answer = described(admin, plural["plural"])
        path = next((one["path"] for one in answer["actions"] if one["name"] == "list"), "")
        for parameter, promise in promised.items():
            url = re.sub(r"\{\w+\}", uuid7(), path)
            for name in [one["name"] for one in answer["fields"] if one[promise]][:1]:
                value = name if parameter == "order_by" else f"{name} = null"
                if admin.get(url, params={parameter: value}).status_code == 400:
                    refused.append((plural["plural"], parameter))

    assert refused == []
    assert not named(described(admin, "notifications")["fields"])["occurred_at"]["sortable"]
    assert named(described(admin, "contacts")["fields"])["last_name"]["sortable"]


def test_actions_say_how_they_are_called(admin: Client) -> None:
    actions = named(described(admin, "opportunities")["actions"])
    win = actions["win"]
    assert (win["verb"], win["path"], win["permission"]) == (
        "POST", "/v1/opportunities/{id}:win", "opportunities.close",
    )  # fmt: skip
    assert (win["standard"], win["takes_record"], list(named(win["fields"]))) == (False, False, ["stage_id"])
    create = actions["create"]
    assert (create["verb"], create["path"], create["standard"]) == ("POST", "/v1/opportunities", True)
    assert (create["takes_record"], create["fields"]) == (True, [])
    assert actions["update"]["path"] == "/v1/opportunities/{id}"
    lead = named(described(admin, "leads")["actions"])
    assert named(lead["convert"]["fields"])["opportunity"]["type"] == "MESSAGE"
    assert lead["preview_conversion"]["path"] == "/v1/leads/{id}:previewConversion"


def test_rights_are_those_of_the_caller(suite: Suite) -> None:
    description = described(suite.client(SALES), "opportunities")
    actions, fields = named(description["actions"]), named(description["fields"])
    assert {name: (action["allowed"], action["scope"]) for name, action in actions.items()} == {
        "create": (False, None),
        "get": (True, "TEAM"),
        "list": (True, "TEAM"),
        "update": (True, "OWN"),
        "delete": (False, None),
        "undelete": (False, None),
        "win": (True, "OWN"),
        "lose": (True, "OWN"),
        "reopen": (True, "OWN"),
        "list_stage_changes": (True, "TEAM"),
    }
    assert (fields["name"]["can_read"], fields["name"]["can_write"]) == (True, True)
    assert (fields["amount"]["can_read"], fields["amount"]["can_write"]) == (False, False), "FINANCIAL"
    line = named(fields["lines"]["fields"])
    assert (line["unit_price"]["can_read"], line["quantity"]["can_read"]) == (False, True)
    assert not fields["lines"]["can_write"], "what one may not write is part of it"


def test_who_may_only_read_writes_nothing(suite: Suite) -> None:
    description = described(suite.client({"opportunities.read": ALL, "fields.financial.read": ALL}), "opportunities")
    assert all(field["can_read"] and not field["can_write"] for field in description["fields"])
    nobody = described(suite.client({}), "opportunities")
    assert not any(field["can_read"] or field["can_write"] for field in nobody["fields"])
    assert not any(action["allowed"] for action in nobody["actions"])


def test_what_can_be_set_at_creation_only_needs_the_right_to_create(suite: Suite) -> None:
    grants = {"users.read": ALL, "users.update": ALL, "fields.personal.read": ALL, "campaign_members.update": ALL}
    fields = named(described(suite.client(grants), "campaign_members")["fields"])
    assert (fields["contact_id"]["immutable"], fields["contact_id"]["can_write"]) == (True, False)
    assert fields["status"]["can_write"]


def test_an_answer_is_not_sent_twice(suite: Suite, admin: Client) -> None:
    for path in ("/v1/describe", "/v1/describe/contacts"):
        first = admin.get(path)
        assert first.headers["cache-control"] == "private, no-cache"
        again = admin.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert suite.client().get(path).headers["etag"] == first.headers["etag"], "of all with the same rights"
        other = suite.client(SALES).get(path, headers={"if-none-match": first.headers["etag"]})
        assert other.status_code == 200
        assert other.headers["etag"] != first.headers["etag"]


def test_what_is_no_resource_is_not_found(suite: Suite, admin: Client) -> None:
    for name in ("invoices", "opportunity", "jobs", "x" * 5000):
        answer = admin.get(f"/v1/describe/{name}")
        assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND")
    assert suite.stranger().get("/v1/describe/contacts").status_code == 401
    assert suite.stranger().get("/v1/describe").status_code == 401
