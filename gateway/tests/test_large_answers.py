"""An answer that is larger than a call carries costs itself and nothing else."""

from __future__ import annotations

from typing import Any

import grpc
from crm.common.v1 import history_pb2, search_pb2
from crm.contacts.v1 import contacts_pb2
from crm.sales.v1 import customers_pb2
from crm_chassis.ids import uuid7
from gateway_harness import Client, Suite
from google.protobuf.timestamp_pb2 import Timestamp
from test_customer360 import ID, RPCS, answers, states

HUGE = "x" * (5 * 1024 * 1024)


def test_an_answer_that_is_too_large_says_so_and_is_asked_for_once(suite: Suite, admin: Client) -> None:
    suite.services.answers["ListContacts"] = contacts_pb2.ListContactsResponse(
        contacts=[contacts_pb2.Contact(description=HUGE)]
    )
    answer = admin.get("/v1/contacts")
    found = answer.json()
    assert (answer.status_code, found["reason"], found["service"]) == (500, "ANSWER_TOO_LARGE", "contacts")
    assert "page_size" in found["detail"]
    assert "retry-after" not in answer.headers
    assert len(suite.services["ListContacts"]) == 1


def test_a_service_that_has_no_room_is_not_pressed(suite: Suite, admin: Client) -> None:
    suite.services.answers["ListContacts"] = grpc.StatusCode.RESOURCE_EXHAUSTED
    assert admin.get("/v1/contacts").status_code == 503
    assert len(suite.services["ListContacts"]) == 1


def test_a_section_that_is_too_large_costs_itself(suite: Suite, admin: Client) -> None:
    suite.services.answers |= answers() | {"GetCustomerSales": customers_pb2.CustomerSales(timeline=[{"title": HUGE}])}
    found = admin.get(f"/v1/contacts/{ID}/customer360").json()
    assert states(found) == dict.fromkeys(RPCS, "OK") | {"opportunities": "UNAVAILABLE", "timeline": "PARTIAL"}
    assert "larger" in found["sections"]["opportunities"]["reason"]


def test_search_goes_on_without_the_service(suite: Suite, admin: Client) -> None:
    suite.services.answers["contacts.SearchRecords"] = search_pb2.SearchRecordsResponse(hits=[{"title": HUGE}])
    found = admin.get("/v1/search?query=acme").json()
    assert found["unavailable_services"] == ["contacts"]


def test_the_audit_trail_goes_on_without_the_service(suite: Suite, admin: Client) -> None:
    def trail(call: Any) -> Any:
        text = HUGE if call.service == "contacts" else "small"
        entry = history_pb2.AuditEntry(id=uuid7(), at=Timestamp(seconds=1), record_type=text)
        return history_pb2.ListHistoryResponse(audit_entries=[entry])

    suite.services.answers["ListHistory"] = trail
    found = admin.get("/v1/audit_entries").json()
    assert found["unavailable_services"] == ["contacts"]
    assert len(found["audit_entries"]) == 5


def test_pages_that_services_end_early_are_one_trail(suite: Suite, admin: Client) -> None:
    """Large entries: a service gives few at once, and the others' entries must not overtake them."""
    times = {"contacts": range(0, 60, 2), "sales": range(1, 60, 2)}

    def trail(call: Any) -> Any:
        newest = sorted(times.get(call.service, ()), reverse=True)
        before = int(call.message.page_token or 10**6)
        rest = [at for at in newest if at < before]
        size = 2 if call.service == "contacts" else call.message.page_size
        text = "x" * (500_000 if call.service == "contacts" else 1)
        page = [
            history_pb2.AuditEntry(id=f"{call.service}-{at}", at=Timestamp(seconds=at), record_type=text)
            for at in rest[:size]
        ]
        more = str(page[-1].at.seconds) if len(rest) > size else ""
        return history_pb2.ListHistoryResponse(audit_entries=page, next_page_token=more)

    suite.services.answers["ListHistory"] = trail
    seen: list[str] = []
    token, most = "", 0
    while True:
        answer = admin.get("/v1/audit_entries", params={"page_token": token})
        most = max(most, len(answer.content))
        found = answer.json()
        seen += [entry["id"] for entry in found["audit_entries"]]
        token = found["next_page_token"]
        if not token:
            break
    assert seen == [f"{'sales' if at % 2 else 'contacts'}-{at}" for at in range(59, -1, -1)]
    assert most < 4 * 1024 * 1024
