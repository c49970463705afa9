"""What the OpenAPI document allows in requests, the services take, as far as the contract knows what they refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import crm_contracts
import pytest
from crm_chassis.contracts.schema import CleanString
from crm_contracts import Format
from crm_contracts.tools.build import descriptors
from crm_contracts.tools.schemas import Schemas
from crm_contracts.tools.source import Source
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.dev.catalogue import REPOSITORY

DOCUMENT = json.loads((REPOSITORY / "proto" / "docs" / "openapi.json").read_text())
KINDS: dict[str, Callable[[Any], Any]] = {
    "one line": lambda rules: not (rules.format or rules.pattern or rules.multiline),
    "lines": lambda rules: rules.multiline and not rules.pattern,
    "country": lambda rules: rules.format == Format.COUNTRY,
    "currency": lambda rules: rules.format == Format.CURRENCY,
    "language": lambda rules: rules.format == Format.LANGUAGE,
    "phone": lambda rules: rules.format == Format.PHONE,
    "tag": lambda rules: rules.format == Format.TAG,
    "url": lambda rules: rules.format == Format.URL,
}


def inside(message: Descriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    """The fields of a message and of those in it."""
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    for field in message.fields:
        yield field
        if field.message_type is not None:
            yield from inside(field.message_type, seen)


@cache
def texts(kind: str) -> dict[str, tuple[Any, Any]]:
    """By what they are like, the rules and schemas of the texts of a kind that requests have."""
    schemas = Schemas(Source(descriptors()))
    seen: set[str] = set()
    found = {}
    for method in crm_contracts.methods().values():
        for field in inside(method.request.DESCRIPTOR, seen) if method.http else ():
            rules = crm_contracts.rules_of(field)
            writable = crm_contracts.OUTPUT_ONLY not in crm_contracts.behavior_of(field)
            if field.type == FieldDescriptor.TYPE_STRING and writable and KINDS[kind](rules):
                schema = schemas.parameter(field)
                schema = schema["items"] if field.is_repeated else schema
                found[json.dumps([schema, rules.min_length])] = rules, schema
    return found


def patterns(schema: dict[str, Any]) -> list[str]:
    """What a text that is not empty must match."""
    return [one["pattern"] for one in (schema, *schema.get("anyOf", ())) if "pattern" in one]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_every_text_that_the_document_allows_is_taken(kind: str, data: Any) -> None:
    rules, schema = data.draw(st.sampled_from(list(texts(kind).values())))
    text = data.draw(st.from_regex(re.compile(patterns(schema)[0])))

    if len(text) <= (rules.max_length or len(text)) and len(text.strip()) >= rules.min_length:
        CleanString(rules).deserialize(text)


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        ("one line", "a\nb"), ("one line", "a\u202eb"), ("one line", "a\x00b"), ("lines", "a\x07b"),
        ("tag", "a\u200bb"), ("country", "XX"), ("currency", "XXX"), ("language", "german please"), ("phone", "12"),
        ("url", "ftp://x.example"),
    ],
)  # fmt: skip
def test_what_is_refused_is_excluded(kind: str, refused: str) -> None:
    for _rules, schema in texts(kind).values():
        assert patterns(schema)
        assert not any(re.search(pattern, refused) for pattern in patterns(schema)), schema


def test_a_required_text_is_more_than_blanks() -> None:
    last_name = DOCUMENT["components"]["schemas"]["AccountInput"]["properties"]["name"]

    assert not re.search(last_name["pattern"], " \t ")
    assert re.search(last_name["pattern"], " Acme ")


def parameters(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in DOCUMENT["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            if parameter.get("name") == name:
                yield path, parameter["schema"]


def test_lists_are_sorted_by_what_they_can_be_sorted_by() -> None:
    resources = {
        crm_contracts.resource_of(method.response.DESCRIPTOR).plural: method.response.DESCRIPTOR
        for method in crm_contracts.methods().values()
        if crm_contracts.resource_of(method.response.DESCRIPTOR)
    }
    checked = 0
    for path, schema in parameters("order_by"):
        record = resources.get(path.rpartition("/")[2])
        if record is None or "pattern" not in schema:
            continue
        checked += 1
        for field in record.fields:
            allowed = bool(crm_contracts.rules_of(field).sortable)
            assert bool(re.search(schema["pattern"], f"-{field.name}")) == allowed, (path, field.name)
        assert re.search(schema["pattern"], "")
        assert not re.search(schema["pattern"], "nothing")
    assert checked > 15


def test_groups_are_made_and_added_up_by_what_they_can_be() -> None:
    by = dict(parameters("by"))
    assert by["/v1/opportunities:group"]["enum"]
    assert all("description" not in schema["enum"] for schema in by.values())
    sums = dict(parameters("sum"))
    assert re.search(sums["/v1/opportunities:group"]["pattern"], "amount")
    assert not re.search(sums["/v1/opportunities:group"]["pattern"], "name")
