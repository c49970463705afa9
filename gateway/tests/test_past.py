"""Routes that every resource has, and answers as of an earlier time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from crm.common.v1 import history_pb2
from crm.contacts.v1 import contacts_pb2
from crm.contacts.v1 import customers_pb2 as contacts_customers_pb2
from crm.sales.v1 import customers_pb2 as sales_customers_pb2
from crm.support.v1 import customers_pb2 as support_customers_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.ids import uuid7
from gateway_harness import Client, Suite

ID = uuid7()
THEN = "2026-01-02T03:04:05.000006Z"
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)


@pytest.mark.parametrize(
    ("resource", "domain"), [("contacts", "contacts"), ("opportunities", "sales"), ("users", "identity")]
)
def test_a_resource_is_asked_of_the_service_that_has_it(
    resource: str, domain: str, suite: Suite, admin: Client
) -> None:
    suite.services.answers["ListRecordHistory"] = history_pb2.ListRecordHistoryResponse(
        changes=[history_pb2.RecordChange(version=2, source="api")], next_page_token="more"
    )
    answer = admin.get(f"/v1/{resource}/{ID}:history?page_size=1")
    assert answer.status_code == 200, answer.text
    assert answer.json()["changes"][0]["version"] == 2
    (call,) = suite.services["ListRecordHistory"]
    assert (call.message.resource, call.message.id, call.message.page_size) == (resource, ID, 1)
    assert call.service == domain
    # A token of one record is none of another.
    token = answer.json()["next_page_token"]
    assert admin.get(f"/v1/{resource}/{uuid7()}:history?page_size=1&page_token={token}").status_code == 400


def test_what_has_no_history_has_no_route(admin: Client) -> None:
    for path in ("/v1/nothing/{id}:history", "/v1/imports/{id}:history", "/v1/{resource}/{id}:history"):
        assert admin.get(path.replace("{id}", ID)).status_code == 404, path
    # Nobody changes an opt-out.
    assert admin.post(f"/v1/opt_outs/{ID}:restoreValues", json={"version": 1}).status_code in (404, 405)


def test_values_are_restored_in_the_service(suite: Suite, admin: Client) -> None:
    suite.services.answers["RestoreValues"] = history_pb2.RestoreValuesResponse(etag="5", restored_fields=["title"])
    body = {"as_of": THEN, "fields": ["title"]}
    answer = admin.post(f"/v1/contacts/{ID}:restoreValues", json=body, headers={"if-match": '"4"'})
    assert (answer.headers["etag"], answer.json()["restored_fields"]) == ('"5"', ["title"])
    sent = suite.services["RestoreValues"][0].message
    assert (sent.resource, sent.id, sent.etag, list(sent.fields)) == ("contacts", ID, "4", ["title"])
    assert sent.as_of.ToDatetime(UTC) == MOMENT


def test_a_time_is_given_in_the_query(suite: Suite, admin: Client) -> None:
    suite.services.answers["GetTicket"] = tickets_pb2.Ticket(id=ID, subject="Then", etag="as-of-3")
    answer = admin.get(f"/v1/tickets/{ID}?as_of={THEN}")
    assert suite.services["GetTicket"][0].message.as_of.ToDatetime(UTC) == MOMENT
    assert answer.headers["etag"] == '"as-of-3"'
    told = answer.json()
    assert told["subject"] == "Then"
    assert "sla_clocks" not in told, "what nobody knows is absent"
    assert "sla_clocks" in admin.get(f"/v1/tickets/{ID}").json()
    for wrong in ("yesterday", "2026-01-02", "2026-01-02T03:04:05", "9999-99-99T00:00:00Z"):
        refused = admin.get(f"/v1/tickets/{ID}?as_of={wrong}")
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["as_of"]), wrong


def test_a_customer_of_then_is_honest_and_not_kept(suite: Suite, admin: Client) -> None:
    suite.services.answers |= {
        "GetCustomerProfile": contacts_customers_pb2.CustomerProfile(
            contact=contacts_pb2.Contact(id=ID, display_name="Ada"), contact_ids=[ID]
        ),
        "GetCustomerSales": sales_customers_pb2.CustomerSales(open_count=2),
        "GetCustomerSupport": support_customers_pb2.CustomerSupport(
            open_tickets=[tickets_pb2.Ticket(id=ID, subject="Then")]
        ),
    }
    path = f"/v1/contacts/{ID}/customer360?as_of={THEN}"
    found: Any = admin.get(path).json()
    states = {name: section["state"] for name, section in found["sections"].items()}
    assert states == {
        "profile": "OK", "opportunities": "PARTIAL", "tickets": "PARTIAL", "timeline": "PARTIAL",
        "campaigns": "UNTOLD", "metrics": "UNTOLD",
    }  # fmt: skip
    assert all(section["as_of"] == THEN for section in found["sections"].values() if section["data"] is not None)
    assert "sla_clocks" not in found["sections"]["tickets"]["data"]["open_tickets"][0]
    for name in ("GetCustomerProfile", "GetCustomerSales", "GetCustomerSupport"):
        assert suite.services[name][0].message.as_of.ToDatetime(UTC) == MOMENT
    assert not suite.services["GetCustomerMetrics"]
    admin.get(path)
    assert len(suite.services["GetCustomerProfile"]) == 2, "asked again"
    assert admin.get(f"/v1/contacts/{ID}/customer360?as_of=then").status_code == 400
