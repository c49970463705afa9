"""What integrators expect of HTTP: conditional reads, compression, limits they can see, links, opaque page tokens,
answers in the form that they ask for."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from typing import Any

import brotli
import grpc
import pytest
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.identity.v1 import auth_pb2, users_pb2
from crm.sales.v1 import opportunities_pb2, pipelines_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.errors import PermissionDenied
from crm_chassis.ids import uuid7
from gateway_harness import Client, Suite

ID, ACCOUNT, OWNER = uuid7(), uuid7(), uuid7()


def contact(**values: Any) -> contacts_pb2.Contact:
    return contacts_pb2.Contact(
        id=ID, display_name="Ada Lovelace", title="Countess", etag="v7", account_id=ACCOUNT, owner_id=OWNER, **values
    )


def page(token: str = "", **values: Any) -> contacts_pb2.ListContactsResponse:
    return contacts_pb2.ListContactsResponse(contacts=[contact()], next_page_token=token, **values)


# -- conditional reads ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ['"v7"', 'W/"v7"', '"v6", "v7"', "*"])
def test_what_the_client_has_is_not_sent_again(suite: Suite, admin: Client, value: str) -> None:
    suite.services.answers["GetContact"] = contact()
    answer = admin.get(f"/v1/contacts/{ID}", headers={"if-none-match": value})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"v7"')
    assert "content-type" not in answer.headers


def test_what_has_changed_is(suite: Suite, admin: Client) -> None:
    suite.services.answers["GetContact"] = contact()
    answer = admin.get(f"/v1/contacts/{ID}", headers={"if-none-match": '"v6"'})
    assert (answer.status_code, answer.json()["id"]) == (200, ID)


def test_writes_know_no_304(suite: Suite, admin: Client) -> None:
    suite.services.answers["UpdateContact"] = contact()
    assert admin.patch(f"/v1/contacts/{ID}", json={}, headers={"if-none-match": '"v7"'}).status_code == 200


# -- compression ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip", "gzip"), ("gzip, br;q=0.5", "br"), ("*", "br"), ("*, br;q=0", "gzip"), ("gzip;q=0", None), ("", None)],
)
def test_large_answers_are_compressed_for_those_who_can(
    suite: Suite, admin: Client, accepted: str, coding: str | None
) -> None:
    suite.services.answers["GetContact"] = contact(description="word " * 1000)
    answer = admin.get(f"/v1/contacts/{ID}", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == coding
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert answer.json()["title"] == "Countess"
    assert (int(answer.headers["content-length"]) < 1500) == (coding is not None)


def test_small_answers_and_secrets_are_not(suite: Suite, admin: Client) -> None:
    suite.services.answers["GetContact"] = contact()
    answer = admin.get(f"/v1/contacts/{ID}", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    suite.services.answers["Login"] = auth_pb2.TokenPair(access_token="t" * 5000)
    login = {"email": "a@b.example", "password": "x"}
    answer = suite.stranger().post("/v1/auth/login", json=login, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers


def test_documents_are_compressed(admin: Client) -> None:
    plain = admin.get("/openapi.json", headers={"accept-encoding": "identity"})
    packed = admin.get("/openapi.json", headers={"accept-encoding": "gzip"})
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) * 4 < int(plain.headers["content-length"])


# -- limits --------------------------------------------------------------------------------------------------


def test_limits_can_be_seen(make_suite: Callable[..., Suite]) -> None:
    suite = make_suite(rates={"READ": 3, "WRITE": 5, "HEAVY": 1, "CREDENTIAL": 2})
    client = suite.client()
    answers = [client.get("/v1/me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"read";q=3;w=1'}
    assert [answer.headers["ratelimit"] for answer in answers] == [f'"read";r={r};t=1' for r in (2, 1, 0, 0)]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert client.post("/v1/contacts", json={}).headers["ratelimit-policy"] == '"write";q=5;w=1'


def test_without_limits_nothing_is_said_of_them(admin: Client) -> None:
    assert "ratelimit" not in admin.get("/v1/me").headers


# -- pages ---------------------------------------------------------------------------------------------------


def test_the_next_page_is_linked(suite: Suite, admin: Client) -> None:
    suite.services.answers["ListContacts"] = lambda call: page("" if call.message.page_token else "place")
    first = admin.get("/v1/contacts", params={"filter": 'title : "a & b"', "page_size": 1})
    link = first.links["next"]["url"]
    assert link.startswith("/v1/contacts?")
    second = admin.get(link)
    sent = suite.services["ListContacts"][1].message
    assert (sent.filter, sent.page_size, sent.page_token) == ('title : "a & b"', 1, "place")
    assert "next" not in second.links


def test_page_tokens_say_nothing(suite: Suite, admin: Client) -> None:
    suite.services.answers["ListContacts"] = page("a place in the list")
    token = admin.get("/v1/contacts").json()["next_page_token"]
    assert b"place" not in base64.urlsafe_b64decode(token + "===")
    assert admin.get("/v1/contacts").json()["next_page_token"] == token


@pytest.mark.parametrize(
    "query", [{"filter": 'title = "x"'}, {"order_by": "-created_at"}, {"show_deleted": "true"}, {}], ids=str
)
def test_page_tokens_belong_to_their_query(suite: Suite, admin: Client, query: dict[str, str]) -> None:
    suite.services.answers["ListContacts"] = page("place")
    suite.services.answers["ListLeads"] = page("place")
    token = admin.get("/v1/contacts", params={"filter": 'title = "y"'}).json()["next_page_token"]
    for path in ("/v1/contacts", "/v1/leads"):
        answer = admin.get(path, params=query | {"page_token": token})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["page_token"])
    assert len(suite.services["ListContacts"]) == 1
    right = admin.get("/v1/contacts", params={"filter": 'title = "y"', "page_token": token, "page_size": 7})
    assert right.status_code == 200


@pytest.mark.parametrize("token", ["x", "W10", "%00", "é", "a" * 3000])
def test_made_up_page_tokens(admin: Client, token: str) -> None:
    for path in ("/v1/contacts", "/v1/audit_entries", f"/v1/contacts/{ID}/timeline"):
        answer = admin.get(path, params={"page_token": token})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["page_token"])


@pytest.mark.parametrize(("asked", "sent"), [("200", 200), ("201", 200), ("1000000", 200), ("7", 7)])
def test_larger_pages_than_there_are_become_the_largest(suite: Suite, admin: Client, asked: str, sent: int) -> None:
    assert admin.get("/v1/contacts", params={"page_size": asked}).status_code == 200
    assert suite.services["ListContacts"][0].message.page_size == sent


# -- the form of an answer -----------------------------------------------------------------------------------


def test_only_some_fields(suite: Suite, admin: Client) -> None:
    suite.services.answers |= {"GetContact": contact(emails=[{"address": "a@b.example"}]), "ListContacts": page("p")}
    answer = admin.get(f"/v1/contacts/{ID}", params={"fields": "id,emails.address"})
    assert answer.json() == {"id": ID, "emails": [{"address": "a@b.example"}]}
    answer = admin.get("/v1/contacts?fields=title&fields=id")
    assert answer.json()["contacts"] == [{"id": ID, "title": "Countess"}]
    assert answer.json()["next_page_token"]
    assert "fields=" in answer.links["next"]["url"]


def test_fields_that_may_not_be_read_stay_out(suite: Suite) -> None:
    suite.services.answers["GetContact"] = contact()
    answer = suite.client({"contacts.read": ALL}).get(f"/v1/contacts/{ID}?fields=id,display_name")
    assert answer.json() == {"id": ID}


@pytest.mark.parametrize(
    "query", ["fields=nothing", "fields=id.x", "fields=emails.nothing", "expand=title", "expand=x"]
)
def test_unknown_fields_are_named(admin: Client, query: str) -> None:
    answer = admin.get(f"/v1/contacts/{ID}?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [query.partition("=")[0]])


def test_fields_are_for_reading(admin: Client) -> None:
    assert admin.patch(f"/v1/contacts/{ID}?fields=id", json={}).status_code == 400


def test_names_of_references(suite: Suite, admin: Client) -> None:
    suite.services.answers |= {
        "ListContacts": page(),
        "GetContact": contact(),
        "ListAccounts": accounts_pb2.ListAccountsResponse(accounts=[accounts_pb2.Account(id=ACCOUNT, name="Acme")]),
        "ListUsers": users_pb2.ListUsersResponse(users=[users_pb2.User(id=OWNER, display_name="Olga")]),
    }
    for path in ("/v1/contacts", f"/v1/contacts/{ID}"):
        suite.services.calls.clear()
        names = admin.get(path, params={"expand": "account_id,owner_id"}).json()["names"]
        assert names == {ACCOUNT: "Acme", OWNER: "Olga"}
        (call,) = suite.services["ListAccounts"]
        assert call.message.filter == f'id = "{ACCOUNT}"'
        assert len(suite.services["ListUsers"]) == 1


def test_records_read_by_their_ids_have_a_form_too(suite: Suite, admin: Client) -> None:
    accounts = [uuid7() for _ in range(60)]
    suite.services.answers |= {
        "BatchGetContacts": contacts_pb2.BatchGetContactsResponse(
            contacts=[contacts_pb2.Contact(id=ID, title="Countess", account_id=account) for account in accounts],
            not_found=[OWNER],
        ),
        "BatchGetAccounts": accounts_pb2.BatchGetAccountsResponse(
            accounts=[accounts_pb2.Account(id=account, name="Acme") for account in accounts]
        ),
    }
    path = "/v1/contacts:batchGet?fields=title&expand=account_id"
    answer = admin.post(path, json={"ids": [ID, OWNER]}).json()
    assert answer["contacts"] == [{"title": "Countess"}] * 60
    assert answer["not_found"] == [OWNER]
    assert answer["names"] == dict.fromkeys(accounts, "Acme")
    (call,) = suite.services["BatchGetAccounts"]
    assert sorted(call.message.ids) == sorted(accounts)
    assert admin.post("/v1/contacts:batchGet?fields=nothing", json={"ids": [ID]}).status_code == 400
    assert admin.post("/v1/contacts:batchCreate?fields=title", json={"contacts": []}).status_code == 400


def test_what_a_job_has_made_is_nobodys_and_others_have_their_names(suite: Suite, admin: Client) -> None:
    suite.services.answers |= {
        "GetContact": contact(created_by="reassignment"),
        "ListUsers": users_pb2.ListUsersResponse(users=[users_pb2.User(id=OWNER, display_name="Olga")]),
    }
    answer = admin.get(f"/v1/contacts/{ID}?expand=created_by,owner_id")
    assert (answer.status_code, answer.json()["names"]) == (200, {OWNER: "Olga"})
    (call,) = suite.services["ListUsers"]
    assert call.message.filter == f'id = "{OWNER}"'


def test_names_that_may_not_be_read_stay_out(suite: Suite) -> None:
    suite.services.answers |= {
        "GetContact": contact(),
        "ListAccounts": PermissionDenied(),
        "ListUsers": users_pb2.ListUsersResponse(users=[users_pb2.User(id=OWNER, display_name="Olga")]),
    }
    client = suite.client({"contacts.read": ALL, "accounts.read": ALL})
    answer = client.get(f"/v1/contacts/{ID}?expand=account_id,owner_id")
    assert (answer.status_code, answer.json()["names"]) == (200, {})
    assert not suite.services["ListUsers"], "without the right nobody is asked"


def test_names_do_not_hold_the_answer_up(suite: Suite, admin: Client) -> None:
    suite.services.answers |= {"GetContact": contact(), "ListAccounts": grpc.StatusCode.UNAVAILABLE}
    answer = admin.get(f"/v1/contacts/{ID}?expand=account_id")
    assert (answer.status_code, answer.json()["names"]) == (200, {})


def test_the_name_of_a_part_of_a_record(suite: Suite, admin: Client) -> None:
    pipeline, stage = uuid7(), uuid7()
    stages = [pipelines_pb2.Stage(id=stage, name="Proposal"), pipelines_pb2.Stage(id=uuid7(), name="Won")]
    suite.services.answers |= {
        "GetOpportunity": opportunities_pb2.Opportunity(id=ID, pipeline_id=pipeline, stage_id=stage),
        "ListPipelines": pipelines_pb2.ListPipelinesResponse(
            pipelines=[pipelines_pb2.Pipeline(id=pipeline, name="Sales", stages=stages)]
        ),
    }
    names = admin.get(f"/v1/opportunities/{ID}?expand=stage_id,pipeline_id").json()["names"]
    assert (names[stage], names[pipeline]) == ("Proposal", "Sales")


# -- filters that ask of other records -----------------------------------------------------------------------


def filtered(client: Client, text: str, path: str = "/v1/opportunities") -> Any:
    return client.get(path, params={"filter": text})


def accounts(*ids: str) -> accounts_pb2.ListAccountsResponse:
    return accounts_pb2.ListAccountsResponse(accounts=[accounts_pb2.Account(id=id_) for id_ in ids])


def test_a_filter_asks_of_the_record_that_is_referred_to(suite: Suite, admin: Client) -> None:
    suite.services.answers["ListAccounts"] = accounts(ACCOUNT, OWNER)
    text = "status = OPEN AND NOT (account_id.name : 'Ac.me' OR probability > 50)"
    assert filtered(admin, text).status_code == 200
    (asked,) = suite.services["ListAccounts"]
    assert asked.message.filter == "name : 'Ac.me'"
    (call,) = suite.services["ListOpportunities"]
    ids = ", ".join(f'"{id_}"' for id_ in sorted([ACCOUNT, OWNER]))
    assert call.message.filter == f"status = OPEN AND NOT (account_id IN ({ids}) OR probability > 50)"


def test_so_do_counts_per_group(suite: Suite, admin: Client) -> None:
    suite.services.answers["ListAccounts"] = accounts(ACCOUNT)
    filtered(admin, 'account_id.name = "Acme"', "/v1/opportunities:group?by=stage_id")
    (call,) = suite.services["GroupOpportunities"]
    assert call.message.filter == f'account_id IN ("{ACCOUNT}")'


def test_a_filter_that_means_no_record_selects_none(suite: Suite, admin: Client) -> None:
    filtered(admin, 'account_id.name = "Nobody"')
    (call,) = suite.services["ListOpportunities"]
    assert call.message.filter == 'account_id IN ("00000000-0000-0000-0000-000000000000")'


def test_a_filter_asks_of_parts_of_records(suite: Suite, admin: Client) -> None:
    """Of every pipeline: stages of one name are in several."""
    stages = [pipelines_pb2.Stage(id=uuid7(), name=name) for name in ("Proposal", "Proposal sent", "Won")]
    suite.services.answers["ListPipelines"] = pipelines_pb2.ListPipelinesResponse(
        pipelines=[pipelines_pb2.Pipeline(id=uuid7(), stages=stages[:1]), pipelines_pb2.Pipeline(stages=stages[1:])]
    )
    filtered(admin, 'stage_id.name : "propos" stage_id.name != Won')
    (call,) = suite.services["ListOpportunities"]
    ids = ", ".join(f'"{id_}"' for id_ in sorted(one.id for one in stages[:2]))
    assert call.message.filter == f"stage_id IN ({ids}) stage_id IN ({ids})"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("account_id.name : x", "more than 40 other records"),
        (" ".join(["account_id.name = x"] * 6), "more than 5 things"),
        ("stage_id.colour = red", "unknown field 'colour'"),
        ("account_id.name =", "cannot be read at character 17"),
    ],
)
def test_what_a_filter_cannot_ask_is_said(suite: Suite, admin: Client, text: str, says: str) -> None:
    suite.services.answers |= {
        "ListAccounts": accounts(*(uuid7() for _ in range(41))),
        "ListPipelines": pipelines_pb2.ListPipelinesResponse(
            pipelines=[pipelines_pb2.Pipeline(stages=[pipelines_pb2.Stage(name="Won")])]
        ),
    }
    answer = filtered(admin, text)
    assert answer.status_code == 400
    assert says in answer.json()["errors"]["filter"][0]
    assert not suite.services["ListOpportunities"]


def test_a_filter_asks_no_more_than_the_caller_may_see(suite: Suite, admin: Client) -> None:
    suite.services.answers["ListAccounts"] = PermissionDenied()
    answer = filtered(admin, 'account_id.name = "Acme"')
    assert answer.status_code == 403
    assert not suite.services["ListOpportunities"]


def test_an_answer_with_names_is_sent_again(suite: Suite, admin: Client) -> None:
    """A name may have changed while the record has not."""
    suite.services.answers["GetContact"] = contact()
    headers = {"if-none-match": '"v7"'}
    assert admin.get(f"/v1/contacts/{ID}?expand=account_id", headers=headers).status_code == 200


def test_packed_bytes_are_those_of_the_answer() -> None:
    from crm_gateway.compression import packed

    assert gzip.decompress(packed(b"x" * 5000, "gzip")) == b"x" * 5000
    assert brotli.decompress(packed(b"x" * 5000, "br")) == b"x" * 5000


def test_an_answer_that_a_key_had_before_says_so(suite: Suite, admin: Client) -> None:
    key = {"idempotency-key": uuid7()}
    answers = [admin.post("/v1/contacts", json={}, headers=key) for _ in range(2)]
    assert [answer.headers.get("idempotent-replayed") for answer in answers] == [None, "true"]
    assert "idempotent-replayed" not in admin.post("/v1/contacts", json={}).headers
