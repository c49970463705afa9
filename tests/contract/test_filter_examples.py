"""Every filter that the documents show can be used where they say."""

from __future__ import annotations

import json
import re

import crm_contracts
import pytest
from crm_chassis.contracts.filtering import comparisons, matches, message_fields, parse

from deploy.dev.catalogue import REPOSITORY

ROW = re.compile(r"^\| (\w+) \| `(.+?)` \|", re.MULTILINE)
EXAMPLES = ROW.findall((REPOSITORY / "docs/filters.md").read_text())


@pytest.mark.parametrize(("plural", "text"), EXAMPLES)
def test_an_example_is_a_filter(plural: str, text: str) -> None:
    (message,) = [
        message.DESCRIPTOR
        for message in crm_contracts.messages()
        if (resource := crm_contracts.resource_of(message.DESCRIPTOR)) and resource.plural == plural
    ]
    expression = parse(text)
    assert expression is not None
    for comparison in comparisons(expression):
        matches(comparison, message_fields(message), {})


def test_the_api_document_names_the_fields_that_filters_know() -> None:
    document = json.loads((REPOSITORY / "proto/docs/openapi.json").read_text())
    told = {
        path: set(re.search(r"Fields: ([\w., ]+?)\.( |$)", one["description"])[1].split(", "))  # type: ignore[index]
        for path, item in document["paths"].items()
        for one in item.get("get", {}).get("parameters", ())
        if one.get("name") == "filter" and "Fields: " in one["description"]
    }
    plurals = {
        f"/v1/{resource.plural}": message.DESCRIPTOR
        for message in crm_contracts.messages()
        if (resource := crm_contracts.resource_of(message.DESCRIPTOR)) is not None
    }
    listed = plurals.keys() & told.keys()
    assert len(listed) > 15
    for path in listed:
        assert told[path] == set(message_fields(plurals[path])), path


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 10
    assert 'filter` ([language](../docs/filters.md): `status = "WON"' in (REPOSITORY / "proto/README.md").read_text()
