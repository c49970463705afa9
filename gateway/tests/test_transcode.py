"""Bodies, masks, queries, etags, redaction; and that no body, however odd, is our mistake."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from crm.common.v1 import types_pb2
from crm.contacts.v1 import contacts_pb2
from crm.identity.v1 import users_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.access.actor import ALL, OWN
from crm_chassis.context import GATEWAY_KEY
from crm_chassis.errors import EtagMismatch, InvalidInput, PermissionDenied
from crm_chassis.ids import uuid7
from crm_chassis.violations import TOO_LONG, UNKNOWN_VALUE
from crm_gateway.transcode import parse_json
from gateway_harness import Client, Suite
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ID = uuid7()


def contact(**values: Any) -> contacts_pb2.Contact:
    found = contacts_pb2.Contact(id=ID, first_name="Ada", title="Countess", etag="v7", **values)
    found.emails.add(address="ada@example.org")
    return found


def test_create_answers_201_with_the_place_of_the_record(suite: Suite, admin: Client) -> None:
    suite.services.answers["CreateContact"] = contact()
    answer = admin.post("/v1/contacts", json={"first_name": "Ada", "title": "CEO"})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/contacts/{ID}"
    assert answer.headers["etag"] == '"v7"'
    assert answer.json()["emails"][0]["address"] == "ada@example.org"
    sent = suite.services["CreateContact"][0].message.contact
    assert (sent.first_name, sent.title) == ("Ada", "CEO")


def test_place_of_a_nested_record(suite: Suite, admin: Client) -> None:
    suite.services.answers["CreateMessage"] = lambda call: type(call.message.message)(id="m1")
    answer = admin.post(f"/v1/tickets/{ID}/messages", json={"body": "Hello"})
    assert answer.headers["location"] == f"/v1/tickets/{ID}/messages/m1"
    assert suite.services["CreateMessage"][0].message.message.ticket_id == ID


def test_custom_verbs_answer_200(admin: Client) -> None:
    assert admin.post(f"/v1/leads/{ID}:convert", json={}).status_code == 200
    assert admin.post(f"/v1/opportunities/{ID}:win").status_code == 200


@pytest.mark.parametrize(
    ("body", "mask"),
    [
        ({"first_name": "Ada"}, ["first_name"]),
        ({"account_id": None}, ["account_id"]),
        ({"emails": [{"address": "a@b.example"}], "tags": []}, ["emails", "tags"]),
        ({"id": ID, "etag": "v1", "created_at": "2026-01-31T09:00:00Z", "title": ""}, ["title"]),
        ({"custom": {"a": None}}, ["custom"]),
        ({}, []),
    ],
)
def test_patch_touches_the_keys_sent(suite: Suite, admin: Client, body: dict[str, Any], mask: list[str]) -> None:
    assert admin.patch(f"/v1/contacts/{ID}", json=body).status_code == 200
    message = suite.services["UpdateContact"][0].message
    assert sorted(message.update_mask.paths) == mask
    assert message.contact.id == ID
    assert message.HasField("contact")
    assert not message.contact.HasField("account_id")


def test_what_only_the_suite_writes_is_left_to_the_service_to_judge(suite: Suite, admin: Client) -> None:
    admin.patch(f"/v1/contacts/{ID}", json={"display_name": "Ada", "title": "x"})
    admin.post("/v1/contacts", json={"last_name": "Lee", "id": ID})
    assert suite.services["UpdateContact"][0].message.contact.display_name == "Ada"
    assert suite.services["CreateContact"][0].message.contact.id == ID


def test_an_id_that_is_not_that_of_the_address_is_refused(suite: Suite, admin: Client) -> None:
    answer = admin.patch(f"/v1/contacts/{ID}", json={"id": "other", "title": "x"})
    assert (answer.status_code, answer.json()["errors"]) == (400, {"id": ["is not that of the address"]})
    assert not suite.services["UpdateContact"]


def test_merge_patch_type_is_for_patch_only(admin: Client) -> None:
    headers = {"content-type": "application/merge-patch+json; charset=utf-8"}
    assert admin.patch(f"/v1/contacts/{ID}", content=b"{}", headers=headers).status_code == 200
    answer = admin.post("/v1/contacts", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_other_media_types(admin: Client, type_: str) -> None:
    answer = admin.post("/v1/contacts", content=b'{"first_name":"a"}', headers={"content-type": type_})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("header", "expected"), [('"v7"', "v7"), ("v7", "v7"), ('W/"v7"', "v7"), ("*", ""), (" * ", "")]
)
def test_if_match(suite: Suite, admin: Client, header: str, expected: str) -> None:
    headers = {"if-match": header}
    admin.patch(f"/v1/contacts/{ID}", json={"title": "x"}, headers=headers)
    admin.delete(f"/v1/contacts/{ID}", headers=headers)
    admin.post(f"/v1/opportunities/{ID}:win", json={}, headers=headers)
    assert suite.services["UpdateContact"][0].message.contact.etag == expected
    assert suite.services["DeleteContact"][0].message.etag == expected
    assert suite.services["WinOpportunity"][0].message.etag == expected


@pytest.mark.parametrize("header", ['"a", "b"', "a b", '"' + "x" * 65 + '"', '"a\x7f"', '""'])
def test_if_match_that_names_no_version(admin: Client, header: str) -> None:
    answer = admin.delete(f"/v1/contacts/{ID}", headers={"if-match": header})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["If-Match"])


def test_etag_conflict(suite: Suite, admin: Client) -> None:
    suite.services.answers["UpdateContact"] = EtagMismatch()
    answer = admin.patch(f"/v1/contacts/{ID}", json={"title": "x"}, headers={"if-match": '"v1"'})
    assert (answer.status_code, answer.json()["reason"]) == (412, "ETAG_MISMATCH")


def test_field_errors_are_named_as_the_client_wrote_them(suite: Suite, admin: Client) -> None:
    suite.services.answers["CreateContact"] = InvalidInput(
        "contact.emails.0.address: bad", errors={"contact.emails.0.address": ["bad"], "contact.title": ["long", "odd"]}
    )
    found = admin.post("/v1/contacts", json={}).json()
    assert found["errors"] == {"emails.0.address": ["bad"], "title": ["long", "odd"]}
    assert found["detail"] == "emails.0.address: bad"
    suite.services.answers["CreateContact"] = InvalidInput("no", errors={"contact": ["missing"]})
    assert admin.post("/v1/contacts", json={}).json()["errors"] == {"_": ["missing"]}


def test_field_errors_have_codes_and_parameters(suite: Suite, admin: Client) -> None:
    errors = {"contact.title": [TOO_LONG(max=100), "odd"], "contact.tags": ["odd", UNKNOWN_VALUE(values=["a", "b"])]}
    suite.services.answers["CreateContact"] = InvalidInput("no", errors=errors)
    found = admin.post("/v1/contacts", json={}).json()
    assert found["errors"]["title"] == ["must have at most 100 characters", "odd"]
    assert found["error_codes"] == {
        "title": [{"code": "TOO_LONG", "params": {"max": 100}}, {"code": "INVALID", "params": {}}],
        "tags": [{"code": "INVALID", "params": {}}, {"code": "UNKNOWN_VALUE", "params": {"values": ["a", "b"]}}],
    }
    found = admin.post("/v1/contacts", json={"titel": 1}).json()
    assert found["error_codes"] == {"titel": [{"code": "UNKNOWN_FIELD", "params": {}}]}


def test_refused_fields_come_through(suite: Suite, admin: Client) -> None:
    suite.services.answers["UpdateContact"] = PermissionDenied("no", errors={"first_name": ["you may not write this"]})
    answer = admin.patch(f"/v1/contacts/{ID}", json={"first_name": "x"})
    assert answer.status_code == 403
    assert answer.json()["errors"] == {"first_name": ["you may not write this"]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=x", "page_size"), ("page_size=1.5", "page_size"), ("page_size=٣", "page_size"),
        ("page_size=99999999999999999999", "page_size"), ("page_size=2147483648", "page_size"),
        ("page_size=1&page_size=2", "page_size"), ("show_deleted=yes", "show_deleted"),
        ("show_deleted=", "show_deleted"),
        ("nonsense=1", "nonsense"), ("id=1", "id"), ("PAGE_SIZE=1", "PAGE_SIZE"), ("page_size", "page_size"),
    ],
)  # fmt: skip
def test_wrong_query(admin: Client, query: str, field: str) -> None:
    answer = admin.get(f"/v1/contacts?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize("query", ["filter=%ff", "&".join(f"a{n}=1" for n in range(200))])
def test_query_that_cannot_be_read(admin: Client, query: str) -> None:
    assert admin.get(f"/v1/contacts?{query}").status_code == 400


def test_query_where_the_body_is_the_request(admin: Client) -> None:
    answer = admin.post("/v1/auth/logout?refresh_token=x", json={"refresh_token": "x"})
    assert answer.status_code == 400


def test_repeated_query_parameters(suite: Suite, admin: Client) -> None:
    admin.get(f"/v1/contacts/{ID}/timeline?kinds=call&kinds=note")
    message = suite.services["ListCustomerTimeline"][0].message
    assert list(message.position.kinds) == ["call", "note"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b'"x"', b"{", b'{"a":1', b'{"first_name":"a","first_name":"b"}',
        b'{"custom":{"a":1,"a":2}}', b'{"custom":{"a":NaN}}', b'{"custom":{"a":Infinity}}', b'{"a":1}x',
        b'{"first_name":"\xff"}', b'{"first_name":"\\ud800"}', b"\xef\xbb\xbf{}",
        b'{"custom":' + b'{"a":' * 100 + b"1" + b"}" * 101, b"[" * 100_000,
        b'{"custom":{"a":' + b"[" * 900 + b"]" * 900 + b"}}", b'{"unknown":1}',
        b'{"first_name":1}', b'{"emails":{}}', b'{"emails":[1]}', b'{"tags":[null]}', b'{"custom":5}',
        b'{"first_name":' + b"9" * 10_000 + b"}",
    ],
)  # fmt: skip
def test_bodies_that_are_refused(suite: Suite, admin: Client, body: bytes) -> None:
    answer = admin.post("/v1/contacts", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["reason"] == "INVALID_INPUT"
    assert not suite.services["CreateContact"]


def test_large_body(admin: Client) -> None:
    body = b'{"first_name":"' + b"x" * (1024 * 1024) + b'"}'
    answer = admin.post("/v1/contacts", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["reason"]) == (413, "BODY_TOO_LARGE")


def test_large_body_without_length(admin: Client) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    answer = admin.post("/v1/contacts", content=chunks(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


_text = st.text(st.characters(codec="utf-8"))
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)
_known = st.sampled_from(sorted(contacts_pb2.Contact.DESCRIPTOR.fields_by_name))
_quick = settings(max_examples=150, suppress_health_check=list(HealthCheck))


@_quick
@given(body=st.dictionaries(_known, _json, max_size=5))
def test_any_json_is_taken_or_refused(admin: Client, body: dict[str, Any]) -> None:
    for answer in (admin.post("/v1/contacts", json=body), admin.patch(f"/v1/contacts/{ID}", json=body)):
        assert answer.status_code in (200, 201, 400), answer.text


@_quick
@given(body=st.binary(max_size=200), type_=st.sampled_from(["application/json", "multipart/form-data; boundary=a"]))
def test_any_bytes_are_taken_or_refused(admin: Client, body: bytes, type_: str) -> None:
    for path in ("/v1/contacts", "/v1/imports", "/v1/auth/login"):
        answer = admin.post(path, content=body, headers={"content-type": type_})
        assert answer.status_code in (200, 201, 400, 415), answer.text


@_quick
@given(query=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60))
def test_any_query_is_taken_or_refused(admin: Client, query: str) -> None:
    assert admin.get(f"/v1/contacts?{query}").status_code in (200, 400)


def test_personal_fields_are_hidden_without_clearance(suite: Suite) -> None:
    suite.services.answers["GetContact"] = contact(addresses=[types_pb2.Address(street="Long", country="GB")])
    suite.services.answers["ListContacts"] = contacts_pb2.ListContactsResponse(contacts=[contact()])
    blind = suite.client({"contacts.read": ALL})
    found = blind.get(f"/v1/contacts/{ID}").json()
    assert "first_name" not in found
    assert found["title"] == "Countess"
    assert found["id"] == ID
    assert "address" not in found["emails"][0]
    assert (found["addresses"][0]["country"], "street" in found["addresses"][0]) == ("GB", False)
    assert "first_name" not in blind.get("/v1/contacts").json()["contacts"][0]
    seeing = suite.client({"contacts.read": OWN, "fields.personal.read": ALL})
    assert seeing.get(f"/v1/contacts/{ID}").json()["first_name"] == "Ada"


def test_financial_fields_are_hidden_without_clearance(suite: Suite) -> None:
    money = types_pb2.Money(amount="10.00", currency="EUR")
    suite.services.answers["GetOpportunity"] = opportunities_pb2.Opportunity(id=ID, amount=money)
    assert "amount" not in suite.client({"opportunities.read": ALL}).get(f"/v1/opportunities/{ID}").json()
    found = suite.client({"opportunities.*": ALL, "fields.financial.read": ALL}).get(f"/v1/opportunities/{ID}").json()
    assert found["amount"] == {"amount": "10.00", "currency": "EUR"}


def test_times_and_absent_values(suite: Suite, admin: Client) -> None:
    at = Timestamp(seconds=1_700_000_000, nanos=5000)
    suite.services.answers["GetUser"] = users_pb2.User(id=ID, created_at=at, password="secret")
    found = admin.get(f"/v1/users/{ID}").json()
    assert found["created_at"] == "2023-11-14T22:13:20.000005Z"
    assert found["manager_id"] is None
    assert "password" not in found


def test_headers_for_the_service(suite: Suite, admin: Client) -> None:
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    headers = {"idempotency-key": "k1", "x-request-id": "r.1", "traceparent": trace, "user-agent": b"caf\xe9/1"}
    answer = admin.post("/v1/contacts", json={}, headers={**headers, "x-user-id": "root", "x-internal-token": "x"})
    assert answer.headers["x-request-id"] == "r.1"
    metadata = suite.services["CreateContact"][0].metadata
    assert metadata["idempotency-key"] == "k1"
    assert metadata["x-request-id"] == "r.1"
    assert metadata["traceparent"].startswith("00-" + "a" * 32)
    assert metadata["traceparent"] != trace
    assert metadata["x-client-address"] == "127.0.0.1"
    assert metadata["x-client-agent"].isascii()
    assert not any(name.startswith(("x-user", "x-internal")) for name in metadata)
    actor = suite.services["CreateContact"][0].actor
    assert actor is not None
    assert (actor.kind, actor.session_id) == ("user", "session-1")


def test_a_write_without_key_is_repeated_with_one_of_the_gateway(suite: Suite, admin: Client) -> None:
    suite.services.answers["CreateContact"] = grpc.StatusCode.UNAVAILABLE
    assert admin.post("/v1/contacts", json={}).status_code == 503
    sent = [call.metadata["idempotency-key"] for call in suite.services["CreateContact"]]
    assert len(sent) == 3  # then the breaker is open
    assert len(set(sent)) == 1
    assert sent[0].startswith(GATEWAY_KEY)
    told = ["x-first-attempt" in call.metadata for call in suite.services["CreateContact"]]
    assert told == [True, False, False]


def test_a_key_of_the_client_may_have_been_sent_before(suite: Suite, admin: Client) -> None:
    admin.post("/v1/contacts", json={}, headers={"idempotency-key": "k1", "x-first-attempt": "1"})
    assert "x-first-attempt" not in suite.services["CreateContact"][0].metadata


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "\u00e9"])
def test_wrong_idempotency_key(admin: Client, key: str) -> None:
    answer = admin.post("/v1/contacts", json={}, headers=[("idempotency-key", key.encode("latin-1"))])
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])


@pytest.mark.parametrize("id_", ["", "x" * 65, "a b", "a\u00e9"])
def test_a_wrong_request_id_is_replaced(admin: Client, id_: str) -> None:
    answer = admin.get("/v1/nothing", headers=[("x-request-id", id_.encode("latin-1"))])
    assert len(answer.headers["x-request-id"]) == 36
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


ROUNDED = ["9007199254740993.0", "0.1234567890123456789", "12345678901234567890123", "9007199254740993e0", "1e-400"]


@pytest.mark.parametrize("literal", ROUNDED)
def test_a_number_that_would_be_rounded_is_refused(literal: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_json(b'{"custom": {"n": [%s]}}' % literal.encode())
    assert refused.value.errors == {"_": [f"the number {literal} would be rounded; write it as text"]}


@pytest.mark.parametrize("literal", ["0.1", "1.0", "1e23", "-0.0", "123.4500", "9007199254740992.0", "4e-7", "1e308"])
def test_a_number_that_is_kept_is_taken(literal: str) -> None:
    assert parse_json(b'{"custom": {"n": %s}}' % literal.encode()) == {"custom": {"n": float(literal)}}
