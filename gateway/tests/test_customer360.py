"""Customer-360: honest sections, in time, whatever the services do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from crm.common.v1 import timelines_pb2, types_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.contacts.v1 import customers_pb2 as contacts_customers_pb2
from crm.gateway.v1 import customer360_pb2
from crm.identity.v1 import users_pb2
from crm.marketing.v1 import customers_pb2 as marketing_customers_pb2
from crm.reporting.v1 import customers_pb2 as reporting_customers_pb2
from crm.sales.v1 import customers_pb2 as sales_customers_pb2
from crm.support.v1 import customers_pb2 as support_customers_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.contracts.transcode import Encoder
from crm_chassis.errors import NotFound
from crm_chassis.ids import uuid7
from crm_gateway import customer360
from crm_gateway.customer360 import PAGE_SECONDS, STALE_SETTLE_SECONDS, sources
from gateway_harness import Client, Suite
from google.protobuf.timestamp_pb2 import Timestamp

SECTIONS = ("profile", "opportunities", "tickets", "campaigns", "timeline", "metrics")
ID, OTHER = uuid7(), uuid7()
RPCS = {
    "profile": "GetCustomerProfile", "opportunities": "GetCustomerSales", "tickets": "GetCustomerSupport",
    "campaigns": "GetCustomerMarketing", "metrics": "GetCustomerMetrics",
}  # fmt: skip


def entry(id_: str, at: int, service: str = "contacts", kind: str = "call") -> timelines_pb2.TimelineEntry:
    return timelines_pb2.TimelineEntry(id=id_, at=Timestamp(seconds=at), kind=kind, service=service)


def money(amount: str) -> types_pb2.Money:
    return types_pb2.Money(amount=amount, currency="EUR")


def answers(id_: str = ID) -> dict[str, Any]:
    """What healthy services say of a contact."""
    return {
        "GetCustomerProfile": contacts_customers_pb2.CustomerProfile(
            contact=contacts_pb2.Contact(id=id_, display_name="Ada Lovelace", title="Countess"),
            timeline=[entry("a", 300), entry("b", 100)], contact_ids=[id_],
        ),
        "GetCustomerSales": sales_customers_pb2.CustomerSales(
            open_count=2, won_amount=[money("5")], timeline=[entry("c", 200, "sales")]
        ),
        "GetCustomerSupport": support_customers_pb2.CustomerSupport(
            open_count=1, timeline=[entry("d", 200, "support")]
        ),
        "GetCustomerMarketing": marketing_customers_pb2.CustomerMarketing(opted_out=True),
        "GetCustomerMetrics": reporting_customers_pb2.CustomerMetrics(
            won_count=1, as_of=Timestamp(seconds=1_700_000_000)
        ),
    }  # fmt: skip


@pytest.fixture
def healthy(suite: Suite) -> Suite:
    suite.services.answers.update(answers())
    return suite


def states(found: Any) -> dict[str, str]:
    return {name: section["state"] for name, section in found["sections"].items()}


def test_each_section_has_its_rpc() -> None:
    assert {name: source.method.name for name, source in sources().items()} == RPCS


def test_a_contact(healthy: Suite, admin: Client) -> None:
    answer = admin.get(f"/v1/contacts/{ID}/customer360")
    found = answer.json()
    assert answer.status_code == 200
    assert found["customer"] == {"id": ID, "type": "contact", "name": "Ada Lovelace"}
    assert tuple(found["sections"]) == SECTIONS
    assert states(found) == dict.fromkeys(SECTIONS, "OK")
    assert found["partial"] is False
    assert found["sections"]["opportunities"]["data"]["open_count"] == 2
    assert found["sections"]["metrics"]["as_of"] == "2023-11-14T22:13:20Z"
    timeline = found["sections"]["timeline"]["data"]
    assert [one["id"] for one in timeline["entries"]] == ["a", "d", "c", "b"]
    assert timeline["next_page_token"] == ""
    age = datetime.now(UTC) - datetime.fromisoformat(found["sections"]["profile"]["as_of"])
    assert age.total_seconds() < 5
    for name in RPCS.values():
        (call,) = healthy.services[name]
        assert call.message.customer.contact_id == ID


def test_the_shape_is_that_of_the_contract(healthy: Suite, admin: Client) -> None:
    found = admin.get(f"/v1/contacts/{ID}/customer360").json()
    expected = Encoder().encode(
        customer360_pb2.Customer360(
            customer=customer360_pb2.Customer(),
            sections=customer360_pb2.Sections(
                **{
                    field.name: {"state": "OK", "data": {}}  # type: ignore[misc]
                    for field in customer360_pb2.Sections.DESCRIPTOR.fields
                }
            ),
        )
    )
    assert list(found) == list(expected)
    for name, section in expected["sections"].items():
        assert list(found["sections"][name]) == list(section)
        assert list(found["sections"][name]["data"]) == list(section["data"])


def test_an_account_gathers_by_its_people(suite: Suite, admin: Client) -> None:
    suite.services.answers["GetCustomerProfile"] = contacts_customers_pb2.CustomerProfile(
        account=accounts_pb2.Account(id=ID, name="Acme"), contact_ids=[OTHER]
    )
    found = admin.get(f"/v1/accounts/{ID}/customer360").json()
    assert found["customer"] == {"id": ID, "type": "account", "name": "Acme"}
    for name in list(RPCS.values())[1:]:
        (call,) = suite.services[name]
        assert (call.message.customer.account_id, list(call.message.customer.contact_ids)) == (ID, [OTHER])


@pytest.mark.parametrize("type_", ["contacts", "accounts"])
def test_no_such_customer(suite: Suite, admin: Client, type_: str) -> None:
    suite.services.answers["GetCustomerProfile"] = NotFound()
    assert admin.get(f"/v1/{type_}/{ID}/customer360").status_code == 404
    assert admin.get(f"/v1/{type_}/none/customer360").json()["errors"] == {"id": ["must be a UUID"]}


def test_the_old_id_of_a_merged_contact(suite: Suite, admin: Client) -> None:
    suite.services.answers.update(answers(OTHER))
    found = admin.get(f"/v1/contacts/{ID}/customer360").json()
    assert found["customer"]["id"] == OTHER
    assert states(found) == dict.fromkeys(SECTIONS, "OK")
    assert suite.services["GetCustomerSales"][-1].message.customer.contact_id == OTHER


def test_sections_follow_the_permissions(healthy: Suite) -> None:
    client = healthy.client({"contacts.read": ALL, "tickets.read": ALL})
    found = client.get(f"/v1/contacts/{ID}/customer360").json()
    assert states(found) == {
        "profile": "OK", "opportunities": "NOT_ALLOWED", "tickets": "OK", "campaigns": "NOT_ALLOWED",
        "timeline": "PARTIAL", "metrics": "NOT_ALLOWED",
    }  # fmt: skip
    assert found["sections"]["opportunities"]["data"] is None
    assert "opportunities.read" in found["sections"]["opportunities"]["reason"]
    assert not healthy.services["GetCustomerSales"]
    assert [one["id"] for one in found["sections"]["timeline"]["data"]["entries"]] == ["a", "d", "b"]
    assert found["partial"] is True


def test_fields_follow_the_clearances(healthy: Suite) -> None:
    client = healthy.client({"contacts.read": ALL, "opportunities.read": ALL})
    found = client.get(f"/v1/contacts/{ID}/customer360").json()
    assert "name" not in found["customer"]
    assert "display_name" not in found["sections"]["profile"]["data"]["contact"]
    assert found["sections"]["profile"]["data"]["contact"]["title"] == "Countess"
    assert "won_amount" not in found["sections"]["opportunities"]["data"]


def test_without_the_right_to_contacts(healthy: Suite) -> None:
    client = healthy.client({"accounts.read": ALL, "opportunities.read": ALL})
    found = client.get(f"/v1/accounts/{ID}/customer360").json()
    assert states(found)["profile"] == "NOT_ALLOWED"
    assert states(found)["opportunities"] == "OK"
    assert healthy.client({"opportunities.read": ALL}).get(f"/v1/contacts/{ID}/customer360").status_code == 403


@pytest.mark.parametrize("section", RPCS)
@pytest.mark.parametrize("type_", ["contact", "account"])
def test_a_dead_service_costs_its_section(suite: Suite, section: str, type_: str) -> None:
    suite.services.answers.update(answers())
    suite.services.answers[RPCS[section]] = grpc.StatusCode.UNAVAILABLE
    found = suite.client().get(f"/v1/{type_}s/{ID}/customer360").json()
    assert states(found)[section] == "UNAVAILABLE"
    assert found["sections"][section]["data"] is None
    assert "does not answer" in found["sections"][section]["reason"]
    assert found["customer"]["id"] == ID
    for other in set(RPCS) - {section}:
        assert states(found)[other] == "OK"
    assert states(found)["timeline"] == ("OK" if section == "metrics" else "PARTIAL")
    assert found["partial"] is True


@pytest.fixture
def following(healthy: Suite) -> Iterator[Suite]:
    """Healthy services, and events are followed."""
    healthy.follow(True)
    healthy.pass_time(STALE_SETTLE_SECONDS)
    yield healthy
    healthy.follow(False)


def test_a_stale_copy_stands_in_for_a_dead_service(following: Suite) -> None:
    client = following.client()
    client.get(f"/v1/contacts/{ID}/customer360")
    following.pass_time(PAGE_SECONDS)
    following.services.answers["GetCustomerSales"] = grpc.StatusCode.UNAVAILABLE
    found = client.get(f"/v1/contacts/{ID}/customer360").json()
    assert states(found)["opportunities"] == "STALE"
    assert found["sections"]["opportunities"]["data"]["open_count"] == 2
    assert "c" in [one["id"] for one in found["sections"]["timeline"]["data"]["entries"]]
    assert states(found)["timeline"] == "PARTIAL"


def test_stale_copies_never_cross_callers(following: Suite) -> None:
    following.client().get(f"/v1/contacts/{ID}/customer360")
    following.pass_time(PAGE_SECONDS)
    following.services.answers["GetCustomerSales"] = grpc.StatusCode.UNAVAILABLE
    found = following.client().get(f"/v1/contacts/{ID}/customer360").json()
    assert states(found)["opportunities"] == "UNAVAILABLE"


def test_stale_copies_do_not_outlive_rights(following: Suite) -> None:
    user = following.user()
    client = Client(following, {"authorization": f"Bearer {following.token(user)}"})
    client.get(f"/v1/contacts/{ID}/customer360")
    principal = following.services.principals[user]
    principal.grants[0].scope = types_pb2.Scope.TEAM

    following.hear(users_pb2.UserUpdated(user=users_pb2.User(id=user)), user)
    following.pass_time(PAGE_SECONDS)
    following.services.answers["GetCustomerSales"] = grpc.StatusCode.UNAVAILABLE
    assert states(client.get(f"/v1/contacts/{ID}/customer360").json())["opportunities"] == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("type_", "section"), [*(("contact", section) for section in RPCS), ("account", "profile"), ("account", "metrics")]
)
def test_a_frozen_service_is_not_waited_for(suite: Suite, section: str, type_: str) -> None:
    suite.services.answers.update(answers())
    suite.services.delays[RPCS[section]] = 2.0
    client = suite.client()
    client.get("/v1/me")
    started = time.perf_counter()
    found = client.get(f"/v1/{type_}s/{ID}/customer360").json()
    assert time.perf_counter() - started < 1.5  # of 2; the promised 0.8 s are measured where nothing else runs
    assert states(found)[section] == "UNAVAILABLE"
    for other in set(RPCS) - {section}:
        assert states(found)[other] == "OK"


def test_everything_dead(suite: Suite, admin: Client) -> None:
    admin.get("/v1/me")
    suite.services.answers.update(dict.fromkeys(RPCS.values(), grpc.StatusCode.UNAVAILABLE))
    answer = admin.get(f"/v1/contacts/{ID}/customer360")
    assert answer.status_code == 200
    assert states(answer.json()) == dict.fromkeys(SECTIONS, "UNAVAILABLE")


def test_frozen_identity_does_not_hold_known_users_up(make_suite: Callable[..., Suite]) -> None:
    suite = make_suite()
    suite.services.answers.update(answers())
    client = suite.client()

    async def feed() -> None:
        suite.gateway.principals.fed(True)

    suite.run(feed())
    client.get("/v1/me")
    suite.services.delays["ResolvePrincipals"] = 2.0
    started = time.perf_counter()
    assert client.get(f"/v1/contacts/{ID}/customer360").status_code == 200
    assert time.perf_counter() - started < 1.5  # of 2; the promised 0.8 s are measured where nothing else runs


def test_asking_a_frozen_identity_first_is_part_of_the_time(
    make_suite: Callable[..., Suite], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer360, "TOTAL_SECONDS", 2.0)
    suite = make_suite()
    suite.services.answers.update(answers())
    client = suite.client()
    client.get("/v1/me")

    async def feed_came_back() -> None:
        suite.gateway.principals.fed(True)  # who the user is has to be asked again

    suite.run(feed_came_back())
    suite.services.delays |= {"ResolvePrincipals": 4.0, "GetCustomerSales": 4.0}
    found = client.get(f"/v1/contacts/{ID}/customer360").json()
    waits = [suite.services[name][-1].seconds for name in ("ResolvePrincipals", "GetCustomerSales")]
    assert min(waits) > 0
    assert sum(waits) <= 2.0
    assert states(found) == dict.fromkeys(SECTIONS, "OK") | {"opportunities": "UNAVAILABLE", "timeline": "PARTIAL"}


def test_full_timeline_can_be_continued(suite: Suite, admin: Client) -> None:
    everything = [entry(f"{n:03}", 1000 + n) for n in range(50)]

    def profile(_: Any) -> Any:
        return contacts_customers_pb2.CustomerProfile(
            contact=contacts_pb2.Contact(id=ID), timeline=list(reversed(everything))[:20]
        )

    def timeline(call: Any) -> Any:
        position = call.message.position
        before = (position.before.seconds, position.before_id) if position.HasField("before") else (10**9, "")
        newest = [one for one in reversed(everything) if (one.at.seconds, one.id) < before]
        return timelines_pb2.ListCustomerTimelineResponse(entries=newest[: position.limit])

    suite.services.answers["GetCustomerProfile"] = profile
    suite.services.answers["contacts.ListCustomerTimeline"] = timeline
    found = admin.get(f"/v1/contacts/{ID}/customer360").json()["sections"]["timeline"]["data"]
    seen = [one["id"] for one in found["entries"]]
    token = found["next_page_token"]
    while token:
        page = admin.get(f"/v1/contacts/{ID}/timeline", params={"page_size": 7, "page_token": token}).json()
        seen += [one["id"] for one in page["entries"]]
        token = page["next_page_token"]
    assert seen == [one.id for one in reversed(everything)]
