"""The generated documents are fresh, valid and complete."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from crm_contracts import resource_of
from crm_contracts.tools import __main__ as cli
from crm_contracts.tools import asyncapi, docs
from crm_contracts.tools.build import PROTO, descriptors, stale, write_code, write_documents
from crm_contracts.tools.schemas import EVENT, INPUT, OUTPUT, PATCH, PERSONAL_EVENT, Schemas, example
from crm_contracts.tools.source import Source
from openapi_spec_validator import validate

Compile = Callable[..., Source]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def source() -> Source:
    return Source(descriptors())


@pytest.fixture(scope="module")
def openapi() -> Json:
    found: Json = json.loads((PROTO / "docs" / "openapi.json").read_text())
    return found


@pytest.fixture(scope="module")
def events() -> Json:
    found: Json = yaml.load((PROTO / "docs" / "asyncapi.yaml").read_text(), Loader=yaml.CSafeLoader)
    return found


def test_what_is_generated_is_fresh_and_a_stale_file_is_named(tmp_path: Path) -> None:
    write_code(tmp_path)
    write_documents(tmp_path)
    assert stale(tmp_path) == [], "run `make proto`"
    (tmp_path / "docs" / "events.md").write_text("changed")
    (tmp_path / "docs" / "openapi.json").unlink()
    (tmp_path / "docs" / "more.md").write_text("more")
    assert stale(tmp_path) == ["docs/events.md", "docs/more.md", "docs/openapi.json"]


def test_openapi_is_valid(openapi: Json) -> None:
    validate(openapi)


def test_openapi_has_every_route_and_no_other(openapi: Json, source: Source) -> None:
    operations = {
        operation["operationId"]: (verb.upper(), path)
        for path, item in openapi["paths"].items()
        for verb, operation in item.items()
    }
    routes = {
        m.name: (m.http.verb, re.sub(r"\{(?:\w+\.)?(\w+)\}", r"{\1}", m.http.path))
        for m in source.methods()
        if m.http and not m.policy.internal
    }
    assert operations == routes


def test_openapi_says_what_a_policy_says(openapi: Json) -> None:
    convert = openapi["paths"]["/v1/leads/{id}:convert"]["post"]
    assert convert["x-permission"] == "leads.convert"
    assert "security" not in convert
    assert "id" not in openapi["components"]["schemas"]["ConvertLeadRequest"]["properties"]
    login = openapi["paths"]["/v1/auth/login"]["post"]
    assert (login["security"], login["x-rate-class"]) == ([], "CREDENTIAL")


def test_a_creation_answers_201_with_a_location(openapi: Json) -> None:
    responses = openapi["paths"]["/v1/contacts"]["post"]["responses"]
    always = {"X-Request-Id", "RateLimit", "RateLimit-Policy"}
    assert always | {"Location", "ETag", "Idempotent-Replayed"} == set(responses["201"]["headers"])
    assert "200" not in responses


def test_only_what_clients_send_has_required_fields(openapi: Json) -> None:
    schemas = openapi["components"]["schemas"]
    assert schemas["UserInput"]["required"] == ["email", "display_name"]
    assert "required" not in schemas["User"]
    assert "required" not in schemas["UserPatch"]
    assert "password" not in schemas["User"]["properties"]
    assert schemas["UserInput"]["properties"]["password"]["writeOnly"] is True
    assert schemas["UserInput"]["properties"]["status"]["readOnly"] is True


def test_an_import_is_a_form_with_a_file(openapi: Json) -> None:
    form = openapi["paths"]["/v1/imports"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    options = {"encoding", "delimiter", "decimal_sign", "list_separator", "empty_cells", "duplicates"}
    assert set(form["properties"]) == {"file", "kind", "mapping", "dry_run", *options}
    assert list(form["properties"])[-1] == "file", "clients send the parts in this order"
    assert form["required"] == ["kind", "file"]
    download = openapi["paths"]["/v1/imports/{id}/failed_rows"]["get"]["responses"]["200"]["content"]
    assert list(download) == ["text/csv"]


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("id", ["0198a5c2-7d31-7a3e-9c55-00008389c3d7"], [None]),
        ("name", ["a"], [None, "", "a" * 101, 1]),
        ("status", ["OPEN", None], ["open", "STATUS_UNSPECIFIED", "", 1]),
        ("amount", [{"amount": "-12.5", "currency": "EUR"}, None],
         [{"amount": 12.5, "currency": "EUR"}, {"amount": "1.23456", "currency": "EUR"}, {"amount": "1"}]),
        ("tags", [["a"], [], None], ["a", [""] * 11, ["a" * 51], [1]]),
        ("weight", [0, 1000, None], [-1, 1001, 1.5, "1"]),
        ("labels", [{"a": "b"}, {}, None], [{"a": 1}, []]),
        ("code", ["AB", "", None], ["ab", "A1", "Ab"]),
    ],
)  # fmt: skip
def test_limits_become_schemas(shop: Compile, field: str, good: list[Any], bad: list[Any]) -> None:
    contract = shop()
    schemas = Schemas(contract)
    order = next(message for message in contract.messages() if message.name == "Order")
    schemas.ref(order, INPUT)
    schema = {"components": {"schemas": schemas.found}} | schemas.found["OrderInput"]["properties"][field]
    validator = jsonschema.Draft202012Validator(schema)
    assert [value for value in good if not validator.is_valid(value)] == []
    if field != "id":  # ignored in what clients send, so any value is taken
        assert [value for value in bad if validator.is_valid(value)] == []


def test_each_form_of_a_message_has_its_own_schema(shop: Compile) -> None:
    contract = shop()
    schemas = Schemas(contract)
    order = next(message for message in contract.messages() if message.name == "Order")
    for shape in (INPUT, OUTPUT, PATCH):
        schemas.ref(order, shape)
    assert set(schemas.found) == {"Order", "OrderInput", "OrderPatch", "Money", "MoneyInput"}
    assert schemas.found["Order"]["properties"]["name"]["x-sortable"] is True
    with pytest.raises(ValueError, match="two schemas are named OrderInput"):
        schemas.ref(order, INPUT, frozenset({"name"}))


def test_asyncapi_has_every_event(events: Json, source: Source) -> None:
    types = {rules.type for rules in source.events().values()}
    assert set(events["channels"]) == types
    addresses = {channel["address"] for channel in events["channels"].values()}
    assert addresses == {f"{type_}.{{partition}}" for type_ in types}
    assert {message["name"] for message in events["components"]["messages"].values()} == types
    assert len(events["operations"]) == len(types)


def test_every_reference_leads_somewhere(events: Json) -> None:
    for reference in _references(events):
        target: Any = events
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_examples_of_events_fit_their_schemas(events: Json, source: Source) -> None:
    for message, rules in source.events().items():
        payload = events["components"]["messages"][message.name]["payload"]
        schema = payload | {"components": events["components"]}
        data = example(message, PERSONAL_EVENT if rules.personal else EVENT, source)
        envelope = {
            "specversion": "1.0",
            "id": "0198a5c2-7d31-7a3e-9c55-00008389c3d7",
            "source": f"/crm/{message.full_name.split('.')[1]}",
            "type": rules.type,
            "subject": "1",
            "time": "2026-01-31T09:00:00Z",
            "dataschema": f"urn:protobuf:{message.full_name}",
            "datacontenttype": "application/json",
            "sequence": "0000000000000000001",
            "authtype": "app_user",
            "dataclassification": asyncapi.classification(rules),
            "data": data,
        }
        jsonschema.Draft7Validator(schema).validate(envelope)


def test_events_that_are_not_personal_carry_no_personal_field(events: Json) -> None:
    schemas = events["components"]["schemas"]
    assert "street" not in schemas["Address"]["properties"]
    assert "street" in schemas["AddressWithPersonal"]["properties"]
    personal = {name for name, schema in schemas.items() if "PERSONAL" in json.dumps(schema)}
    assert all(name.endswith("WithPersonal") for name in personal)


def test_every_permission_is_listed(source: Source) -> None:
    page = (PROTO / "docs" / "permissions.md").read_text()
    asked = {method.policy.permission for method in source.methods() if method.policy.permission}
    assert asked
    assert {name for name in asked | set(docs.BY_SENSITIVITY) if f"| `{name}` |" not in page} == set()


def test_every_reason_is_listed() -> None:
    page = (PROTO / "docs" / "errors.md").read_text()
    rows = {f"| `{error.reason}` | {error.status} | {error.package} |" for error in docs.reasons()}
    assert "| `NOT_FOUND` | 404 | crm-chassis |" in rows
    assert {row for row in rows if row not in page} == set()


@pytest.mark.parametrize(
    ("code", "importable", "message"),
    [
        ("raise RuntimeError('half')", True, "cannot be imported: RuntimeError('half')"),
        ("", False, "; run `uv sync"),
        ("class Odd(DomainError):\n  'Odd.'\n  reason = 'odd'", True, "'odd' is not UPPER_SNAKE_CASE"),
        ("class Odd(DomainError):\n  reason = 'ODD'", True, ".errors.Odd has no docstring"),
        (
            "class One(DomainError):\n  'One.'\n  reason = 'ODD'\n"
            "class Two(DomainError):\n  'Two.'\n  reason = 'ODD'\n  status = 409",
            True,
            "ODD is declared with status",
        ),
    ],
)
def test_wrong_errors_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, importable: bool, message: str
) -> None:
    # A name of its own for each case: classes of a module stay known to their base after the test.
    name = f"case{tmp_path.name[-1]}"
    package = tmp_path / "services" / name / "src" / f"crm_{name}"
    package.mkdir(parents=True)
    (package / "errors.py").write_text(f"from crm_chassis.errors import DomainError\n{code}\n")
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "services.yaml").write_text(
        f"gateway: {{package: crm-gateway}}\nservices: {{{name}: {{package: crm-{name}}}}}\n"
    )
    monkeypatch.setattr(docs, "REPOSITORY", tmp_path)
    if importable:
        monkeypatch.syspath_prepend(package.parent)
    with pytest.raises(docs.DocumentError, match=re.escape(message)):
        docs.reasons()


@pytest.mark.parametrize(("found", "code"), [([], 0), (["a b: c", "d e: f"], 1)])
def test_check_prints_one_line_for_each_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: list[str], code: int
) -> None:
    monkeypatch.setattr(cli, "findings", lambda: iter(found))
    monkeypatch.setattr(sys, "argv", ["tools", "check"])
    assert cli.main() == code
    assert capsys.readouterr().out.splitlines() == found


def _references(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        if "$ref" in document:
            yield document["$ref"]
        document = list(document.values())
    if isinstance(document, list):
        for item in document:
            yield from _references(item)


def test_every_resource_has_examples_that_its_schema_takes(openapi: Json, source: Source) -> None:
    schemas = openapi["components"]["schemas"]
    resources = [message for message in source.messages() if resource_of(message) and message.name in schemas]
    assert len(resources) > 20
    for message in resources:
        written = {f"{message.name}Input"} & schemas.keys()
        for name in {message.name} | written:
            whole = {"$ref": f"#/components/schemas/{name}", "components": openapi["components"]}
            (example,) = schemas[name]["examples"]
            jsonschema.Draft202012Validator(whole).validate(example)
            assert ("created_at" in example) <= (name == message.name), "what only the server writes is not sent"
