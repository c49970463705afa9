"""Nothing that is kept is shown after the right to it has ended, however the right ended and however one asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from crm.contacts.v1 import accounts_pb2, affiliations_pb2, contacts_pb2
from crm.identity.v1 import roles_pb2, teams_pb2, territories_pb2, users_pb2
from crm.sales.v1 import opportunities_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.errors import Conflict, Internal, NotFound, PermissionDenied, Unavailable
from crm_chassis.ids import uuid7
from crm_gateway.customer360 import PAGE_SECONDS, STALE_SECONDS
from gateway_harness import Client, Suite
from test_customer360 import ID, RPCS, answers, states

TICKET, ACCOUNT = uuid7(), uuid7()
UNAVAILABLE = dict.fromkeys((*RPCS, "timeline"), "UNAVAILABLE")

# How a right ends: the event and the id of its record.
ENDS: dict[str, tuple[Any, str]] = {
    "the contact gets another owner": (contacts_pb2.ContactUpdated(contact=contacts_pb2.Contact(id=ID)), ID),
    "the contact is deleted": (contacts_pb2.ContactDeleted(contact=contacts_pb2.Contact(id=ID)), ID),
    "the ticket gets another assignee": (
        tickets_pb2.TicketAssigned(ticket=tickets_pb2.Ticket(id=TICKET, contact_id=ID)), TICKET
    ),
    "the ticket is deleted": (tickets_pb2.TicketDeleted(ticket=tickets_pb2.Ticket(id=TICKET, contact_id=ID)), TICKET),
    "the deal is closed": (
        opportunities_pb2.OpportunityWon(opportunity=opportunities_pb2.Opportunity(id=uuid7(), contact_id=ID)), uuid7()
    ),
    "the account gets another owner": (accounts_pb2.AccountUpdated(account=accounts_pb2.Account(id=ACCOUNT)), ACCOUNT),
    "the affiliation ends": (
        affiliations_pb2.AffiliationDeleted(affiliation=affiliations_pb2.Affiliation(id=uuid7(), contact_id=ID)),
        uuid7(),
    ),
    "somebody leaves a team": (teams_pb2.TeamUpdated(team=teams_pb2.Team(id=uuid7())), uuid7()),
    "a team is deleted": (teams_pb2.TeamDeleted(team=teams_pb2.Team(id=uuid7())), uuid7()),
    "a territory changes": (territories_pb2.TerritoryUpdated(territory=territories_pb2.Territory(id=uuid7())), uuid7()),
    "a role changes": (roles_pb2.RoleUpdated(role=roles_pb2.Role(id=uuid7())), uuid7()),
    "another user gets another manager": (users_pb2.UserUpdated(user=users_pb2.User(id=uuid7())), uuid7()),
    "another user leaves": (users_pb2.UserDeactivated(user=users_pb2.User(id=uuid7())), uuid7()),
}  # fmt: skip


def profile() -> Any:
    found = answers()["GetCustomerProfile"]
    found.contact.account_id = ACCOUNT
    return found


@pytest.fixture
def kept(suite: Suite) -> Iterator[Suite]:
    """The gateway with healthy services, following events, long after the last of them."""
    suite.services.answers |= answers() | {"GetCustomerProfile": profile()}
    suite.follow(True)
    suite.pass_time(1000)
    yield suite
    suite.follow(False)


def view(client: Client, **headers: str) -> Any:
    answer = client.get(f"/v1/contacts/{ID}/customer360", headers=headers)
    assert answer.status_code == 200
    return answer.json()


def kill(suite: Suite) -> None:
    """All services die; whole pages have had their time."""
    suite.pass_time(PAGE_SECONDS)
    suite.services.answers.update(dict.fromkeys(RPCS.values(), grpc.StatusCode.UNAVAILABLE))


def freeze(suite: Suite) -> None:
    suite.pass_time(PAGE_SECONDS)
    suite.services.delays.update(dict.fromkeys(RPCS.values(), 2.0))


def test_a_copy_stands_in_for_a_service_that_is_dead_or_frozen(kept: Suite) -> None:
    client = kept.client()
    view(client)
    kill(kept)
    assert states(view(client)) == dict.fromkeys((*RPCS, "timeline"), "STALE")
    kept.services.answers |= answers()
    for replica in kept.gateway.replicas():
        replica.breaker.succeeded()
    freeze(kept)
    assert states(view(client))["tickets"] == "STALE"


@pytest.mark.parametrize("end", ENDS)
def test_no_copy_outlives_the_right(kept: Suite, end: str) -> None:
    client = kept.client()
    view(client)
    kept.hear(*ENDS[end])
    kill(kept)
    found = states(view(client))
    assert "STALE" not in found.values()


@pytest.mark.parametrize("end", ["the contact is deleted", "a role changes"])
def test_an_answer_given_before_the_service_has_heard_makes_no_copy(kept: Suite, end: str) -> None:
    client = kept.client()
    kept.hear(*ENDS[end])
    kept.pass_time(5)
    view(client)
    kill(kept)
    assert states(view(client)) == UNAVAILABLE


def test_ones_own_write_ends_the_copy(kept: Suite) -> None:
    client = kept.client()
    view(client)
    kept.services.answers["DeleteContact"] = contacts_pb2.Contact(id=ID)
    assert client.delete(f"/v1/contacts/{ID}").status_code == 200
    kill(kept)
    assert states(view(client)) == UNAVAILABLE


@pytest.mark.parametrize("milliseconds", ["1", "50", "300"])
def test_a_client_in_a_hurry_gets_no_copy(kept: Suite, milliseconds: str) -> None:
    client = kept.client()
    view(client)
    freeze(kept)
    assert states(view(client, **{"x-request-timeout": milliseconds})) == UNAVAILABLE


def test_clients_in_a_hurry_do_not_make_a_service_look_dead(kept: Suite) -> None:
    client, hurried = kept.client(), {"x-request-timeout": "300"}
    view(client)
    freeze(kept)
    for _ in range(4):
        view(client, **hurried)
    assert {replica.breaker.state for replica in kept.gateway.replicas()} == {"closed"}


@pytest.mark.parametrize(
    "refusal", [NotFound(), PermissionDenied(), Conflict(), Internal()], ids=lambda error: error.reason
)
def test_what_a_living_service_says_is_never_replaced(kept: Suite, refusal: Any) -> None:
    client = kept.client()
    view(client)
    kept.pass_time(PAGE_SECONDS)
    kept.services.answers["GetCustomerSupport"] = refusal
    assert states(view(client))["tickets"] in ("UNAVAILABLE", "NOT_ALLOWED")


@pytest.mark.parametrize("refusal", [NotFound(), PermissionDenied()], ids=lambda error: error.reason)
def test_a_refusal_ends_the_copy(kept: Suite, refusal: Any) -> None:
    client = kept.client()
    view(client)
    kept.pass_time(PAGE_SECONDS)
    kept.services.answers["GetCustomerProfile"] = refusal
    client.get(f"/v1/contacts/{ID}/customer360")
    kill(kept)
    assert states(view(client))["profile"] == "UNAVAILABLE"


def test_a_service_that_says_it_cannot_answer_is_replaced(kept: Suite) -> None:
    client = kept.client()
    view(client)
    kept.pass_time(PAGE_SECONDS)
    kept.services.answers["GetCustomerSupport"] = Unavailable("The database does not answer.")
    assert states(view(client))["tickets"] == "STALE"


@pytest.mark.parametrize("seconds", [1, STALE_SECONDS + 1])
def test_no_copy_survives_an_interruption_of_the_feed_or_its_time(kept: Suite, seconds: int) -> None:
    client = kept.client()
    view(client)
    if seconds == 1:
        kept.follow(False)
        kept.follow(True)
    kept.pass_time(seconds)
    kill(kept)
    assert states(view(client)) == UNAVAILABLE


def test_without_events_nothing_is_kept(kept: Suite) -> None:
    kept.follow(False)
    client = kept.client()
    view(client)
    kill(kept)
    assert states(view(client)) == UNAVAILABLE


def test_copies_are_bounded(make_suite: Callable[..., Suite], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_gateway.customer360.STALE_BYTES", 20_000)
    suite = make_suite()
    suite.services.answers |= answers()
    suite.follow(True)
    suite.pass_time(1000)
    clients = [suite.client() for _ in range(8)]
    for client in clients:
        view(client)
    kill(suite)
    assert states(view(clients[0]))["metrics"] == "UNAVAILABLE"
    assert states(view(clients[-1]))["metrics"] == "STALE"


def test_an_answer_that_is_given_again_leaves_out_what_may_not_be_read_any_more(kept: Suite) -> None:
    """A service that gives an answer again gives it whole; fields are left out by the rights of now."""
    kept.services.answers["CreateContact"] = contacts_pb2.Contact(id=ID, last_name="Muster", created_by="ada")
    user = kept.user({"contacts.*": ALL, "fields.personal.read": ALL})
    client = Client(kept, {"authorization": f"Bearer {kept.token(user)}", "idempotency-key": uuid7()})
    first = client.post("/v1/contacts", json={"last_name": "Muster"})
    assert first.json()["last_name"] == "Muster"

    kept.services.principals[user].grants.pop()
    kept.hear(roles_pb2.RoleUpdated(role=roles_pb2.Role(id=uuid7())), uuid7())
    again = client.post("/v1/contacts", json={})

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["id"] == ID
    assert "last_name" not in again.json()
