"""Many records in one body: what is wrong with one is said of that one."""

from __future__ import annotations

from crm.common.v1 import batches_pb2, references_pb2
from crm.contacts.v1 import contacts_pb2
from crm_chassis.context import MISSING_REFERENCES
from crm_chassis.errors import ReferencesUnverified
from crm_chassis.ids import uuid7
from gateway_harness import Call, Client, Suite


def written(call: Call) -> batches_pb2.BatchWriteResponse:
    """A service that changes whatever it gets."""
    results = [batches_pb2.BatchResult(outcome=batches_pb2.UPDATED, id=one.id) for one in call.message.contacts]
    return batches_pb2.BatchWriteResponse(results=results)


def test_records_that_cannot_be_read_do_not_stop_the_others(suite: Suite, admin: Client) -> None:
    suite.services.answers["BatchUpdateContacts"] = written
    first, last = uuid7(), uuid7()
    rows = [{"id": first, "title": None, "first_name": "A"}, {"titel": "x"}, "no record", {"id": last, "title": 5}]
    rows += [{"id": 7, "title": "x"}, {"id": last, "tags": ["a"], "created_at": "2026-01-31T09:00:00Z"}]

    answer = admin.post("/v1/contacts:batchUpdate", json={"contacts": rows})

    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [result["outcome"] for result in results] == ["UPDATED", *["REFUSED"] * 4, "UPDATED"]
    assert [result["problem"] and result["problem"]["errors"] for result in results] == [
        None, {"titel": ["unknown field"]}, {"_": ["must be an object"]}, {"title": ["must be a string"]},
        {"id": ["must be a string"]}, None,
    ]  # fmt: skip
    assert results[1]["problem"]["error_codes"] == {"titel": [{"code": "UNKNOWN_FIELD", "params": {}}]}
    (call,) = suite.services["BatchUpdateContacts"]
    assert [one.id for one in call.message.contacts] == [first, last]
    assert [list(mask.paths) for mask in call.message.update_masks] == [["title", "first_name"], ["tags"]]


def test_what_is_wrong_with_the_body_itself_refuses_it(suite: Suite, admin: Client) -> None:
    for body, errors in (
        ({"contacts": {}}, {"contacts": ["must be a list"]}),
        ({"contacts": [], "update_masks": ["title"]}, {"update_masks": ["unknown field"]}),
        ({"contacts": [], "more": 1}, {"more": ["unknown field"]}),
        ({"contacts": [{}] * 1001}, {"contacts": ["must have at most 1000 entries"]}),
    ):
        answer = admin.post("/v1/contacts:batchUpdate", json=body)
        assert (answer.status_code, answer.json()["errors"]) == (400, errors)
    assert not suite.services["BatchUpdateContacts"]


def test_a_body_of_more_than_a_megabyte_is_refused(suite: Suite, admin: Client) -> None:
    rows = [{"last_name": "x", "description": "y" * 9_000}] * 200
    assert admin.post("/v1/contacts:batchCreate", json={"contacts": rows}).status_code == 413
    assert not suite.services["BatchCreateContacts"]


def test_the_service_is_told_which_records_are_missing(suite: Suite, admin: Client) -> None:
    territory = uuid7()

    def unverified(call: Call) -> batches_pb2.BatchWriteResponse:
        if "x-verify-references" in call.metadata:
            raise ReferencesUnverified(errors={"contacts.0.territory_id": [f"crm.identity.territory {territory}"]})
        return written(call)

    def missing(call: Call) -> references_pb2.CheckReferencesResponse:
        return references_pb2.CheckReferencesResponse(missing=call.message.references)

    suite.services.answers |= {"BatchCreateContacts": unverified, "CheckReferences": missing}
    body = {"contacts": [{"last_name": "Lee", "territory_id": territory}, {"last_name": "Ann"}]}

    assert admin.post("/v1/contacts:batchCreate", json=body).status_code == 200

    first, second = suite.services["BatchCreateContacts"]
    assert second.metadata[MISSING_REFERENCES] == territory
    assert first.metadata["idempotency-key"] == second.metadata["idempotency-key"]


def test_a_record_is_asserted_by_the_external_id_in_the_address(suite: Suite, admin: Client) -> None:
    suite.services.answers["AssertContact"] = lambda call: contacts_pb2.AssertContactResponse(
        outcome=batches_pb2.CREATED, contact=call.message.contact
    )

    answer = admin.patch("/v1/contacts/external/ERP%2F1:2", json={"last_name": "Lee", "title": None})

    assert (answer.status_code, answer.json()["outcome"]) == (200, "CREATED")
    (call,) = suite.services["AssertContact"]
    assert call.message.contact.external_id == "ERP/1:2"
    assert list(call.message.update_mask.paths) == ["last_name", "title"]
