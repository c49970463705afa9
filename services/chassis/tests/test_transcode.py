"""Messages to JSON and back."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from crm.contacts.v1 import contacts_pb2, leads_pb2
from crm.identity.v1 import users_pb2
from crm_chassis.contracts.transcode import Encoder, decode, without_personal
from crm_chassis.errors import InvalidInput
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

CONTACT = contacts_pb2.Contact(
    id="01a20087-6a16-726d-a0b5-929defca4fce",
    first_name="Ann",
    emails=[{"address": "ann@acme.example", "primary": True}],
    created_at=datetime(2026, 1, 31, 9, tzinfo=UTC),
    custom={"size": 3, "nested": {"a": [1, None]}},
    title="CEO",
)


def encoded(message: Any, encoder: Encoder) -> Any:
    return orjson.loads(encoder.dumps(message))


def test_every_field_is_there_and_unset_ones_are_null_or_empty() -> None:
    found = encoded(CONTACT, Encoder())
    assert found["created_at"] == "2026-01-31T09:00:00Z"
    assert (found["account_id"], found["deleted_at"], found["last_name"], found["tags"]) == (None, None, "", [])
    assert found["custom"] == {"size": 3.0, "nested": {"a": [1.0, None]}}
    assert found["emails"] == [{"address": "ann@acme.example", "type": "", "primary": True}]


def test_the_first_calls_of_many_threads_are_all_good() -> None:
    for _ in range(30):
        encoder, start = Encoder(), threading.Barrier(8)

        def encode(one: Encoder = encoder, together: threading.Barrier = start) -> Any:
            together.wait()
            return one.encode(CONTACT)["emails"]

        with ThreadPoolExecutor(8) as pool:
            for found in [pool.submit(encode) for _ in range(8)]:
                assert found.result()


def test_fields_a_reader_may_not_see_are_absent() -> None:
    found = encoded(CONTACT, Encoder(without_personal))
    assert "first_name" not in found
    assert "address" not in found["emails"][0]
    assert found["title"] == "CEO"


def test_input_only_fields_are_never_written() -> None:
    assert "password" not in encoded(users_pb2.User(password="secret-password"), Encoder())


def test_output_only_fields_of_the_client_are_dropped_or_kept_for_comparison() -> None:
    body = {"last_name": "Lee", "display_name": "x", "id": "y", "phones": [{"number": "1", "raw": "one"}]}
    assert decode(contacts_pb2.Contact, body) == contacts_pb2.Contact(last_name="Lee", phones=[{"number": "1"}])
    kept = contacts_pb2.Contact(last_name="Lee", display_name="x", id="y", phones=[{"number": "1"}])
    assert decode(contacts_pb2.Contact, body, read_only=True) == kept


def test_enums_are_read_in_any_case_and_written_in_capitals() -> None:
    lead = decode(leads_pb2.Lead, {"status": "working"})
    assert encoded(lead, Encoder())["status"] == "WORKING"


def test_every_wrong_field_is_named() -> None:
    body = {
        "first_name": 1,
        "emails": [{"address": 2}, "x"],
        "tags": "vip",
        "nope": 1,
        "custom": [],
        "phones": [{"primary": "yes"}],
    }
    with pytest.raises(InvalidInput) as refused:
        decode(contacts_pb2.Contact, body)
    assert refused.value.errors == {
        "first_name": ["must be a string"],
        "emails.0.address": ["must be a string"],
        "emails.1": ["must be an object"],
        "tags": ["must be a list"],
        "nope": ["unknown field"],
        "custom": ["must be an object of plain values, at most 30 levels deep"],
        "phones.0.primary": ["must be true or false"],
    }


def test_a_newer_contract_is_read_leniently() -> None:
    lead = decode(leads_pb2.Lead, {"last_name": "Lee", "status": "BRAND_NEW", "added_later": 1}, lenient=True)
    assert (lead.last_name, lead.status) == ("Lee", 0)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
names = st.sampled_from([field.name for field in contacts_pb2.Contact.DESCRIPTOR.fields])


@given(st.dictionaries(names | st.text(max_size=10), json_values, max_size=8) | json_values)
def test_no_json_breaks_the_decoder(body: Any) -> None:
    try:
        message = decode(contacts_pb2.Contact, body)
    except InvalidInput:
        return
    Encoder().dumps(message)


def test_messages_of_one_name_from_two_releases_are_told_apart() -> None:
    encoder, told = Encoder(), []
    for fields in (["first", "second"], ["first"]):
        file = descriptor_pb2.FileDescriptorProto(name="notes.proto", package="notes", syntax="proto3")
        message = file.message_type.add(name="Note")
        for number, name in enumerate(fields, 1):
            message.field.add(name=name, number=number, type="TYPE_STRING", label="LABEL_OPTIONAL")
        pool = descriptor_pool.DescriptorPool()
        pool.Add(file)
        note = message_factory.GetMessageClass(pool.FindMessageTypeByName("notes.Note"))
        told.append(encoder.encode(note(first="1")))
    assert told == [{"first": "1", "second": ""}, {"first": "1"}]


@pytest.mark.parametrize("number", [1, 0, -7, 2**53, -(2**53), 1.5, 1e300, True, "1"])
def test_numbers_of_a_bag_come_back_as_they_were(number: Any) -> None:
    text = Encoder().dumps(decode(contacts_pb2.Contact, {"custom": {"n": number, "nested": [{"n": number}]}}))
    assert re.findall(rb'"n":([^,}]+)', text) == [orjson.dumps(number)] * 2


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 12345678901234567])
def test_whole_numbers_that_would_be_rounded_are_refused(number: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode(contacts_pb2.Contact, {"custom": {"list": [{"n": number}]}})
    assert list(refused.value.errors) == ["custom"]
