"""The examples of the OpenAPI document are what the services take: by the contract and by the rules of each service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import crm_contracts
import pytest
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import decode
from crm_contracts.tools.build import PROTO

from deploy.dev.catalogue import catalogue

SCHEMAS = json.loads((PROTO / "docs" / "openapi.json").read_text())["components"]["schemas"]


def creations() -> Iterator[tuple[str, Any]]:
    """The methods that take a whole resource, each with the example of that resource as it is written."""
    for method in crm_contracts.methods().values():
        body = method.http.body if method.http else ""
        field = method.request.DESCRIPTOR.fields_by_name.get(body)
        if field is None or field.message_type is None or method.http is None or method.http.verb != "POST":
            continue
        written = SCHEMAS.get(f"{field.message_type.name}Input")
        if written and crm_contracts.resource_of(field.message_type):
            yield method.full_name, (method, body, written["examples"][0])


CREATIONS = dict(creations())


@pytest.fixture(scope="module", autouse=True)
def rules() -> None:
    """The rules of input of all services are in force."""
    for service in catalogue().services:
        import_module(f"crm_{service}.service")


@pytest.mark.parametrize("name", sorted(CREATIONS))
def test_an_example_of_what_is_written_is_taken(name: str) -> None:
    method, body, example = CREATIONS[name]

    validate(decode(method.request, {body: example}))


def test_there_are_examples() -> None:
    assert len(CREATIONS) > 15
