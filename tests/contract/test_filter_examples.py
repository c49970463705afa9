"""Every filter that the documents show can be used where they say."""

from __future__ import annotations

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


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 10
    assert 'filter` ([language](../docs/filters.md): `status = "WON"' in (REPOSITORY / "proto/README.md").read_text()
