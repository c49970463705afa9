"""The generated documents: openapi.json, asyncapi.yaml, events.md, permissions.md, errors.md.

They are written from the descriptor set and, for the errors, from the code of every service in
deploy/services.yaml. Only the development environment has what this needs.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from crm_contracts import Method, Sensitivity, rules_of
from crm_contracts.tools import asyncapi, openapi
from crm_contracts.tools.schemas import EVENT, PERSONAL_EVENT, Shape, example
from crm_contracts.tools.source import Source, access_of, is_own, map_value, type_name

REPOSITORY = Path(__file__).resolve().parents[4]
BY_SENSITIVITY = {
    "fields.personal.read": Sensitivity.PERSONAL,
    "fields.financial.read": Sensitivity.FINANCIAL,
}
_NOTICE = "<!-- Generated from the .proto files by `make proto`; do not edit. -->"


class DocumentError(Exception):
    """A document cannot be written; the message says what must be mended."""


def write(folder: Path, source: Source) -> None:
    """Writes every document into a folder. Raises DocumentError if one cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = {
        "openapi.json": json.dumps(openapi.document(source), indent=1, ensure_ascii=False) + "\n",
        "asyncapi.yaml": yaml.dump(
            asyncapi.document(source), Dumper=yaml.SafeDumper, sort_keys=False, width=110, allow_unicode=True
        ),
        "events.md": _page(_events(source)),
        "permissions.md": _page(_permissions(source)),
        "errors.md": _page(_errors()),
    }
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")


def _page(lines: Iterable[str]) -> str:
    return "\n".join([_NOTICE, *lines]) + "\n"


def _table(head: str, rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield ""
    yield f"| {head} |"
    yield "|" + " --- |" * (head.count("|") + 1)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


def _events(source: Source) -> Iterator[str]:
    events = sorted(source.events().items(), key=lambda pair: str(pair[1].type))
    records: dict[str, Descriptor] = {}
    yield "# Events"
    yield ""
    yield f"Published on the exchange `{asyncapi.EXCHANGE}` with the routing key `<type>.<partition>`."
    yield f"Programs outside the suite follow `{asyncapi.EXCHANGE}.public`, or for personal events"
    yield f"`{asyncapi.EXCHANGE}.personal`."
    yield "PERSONAL fields are absent from events that are not personal. For programs there is asyncapi.yaml."
    rows = (
        [f"[`{rules.type}`](#{message.name.lower()})", "yes" if rules.personal else "", f"`{rules.subject}`"]
        for message, rules in events
    )
    yield from _table("Type | Personal | Subject", rows)
    yield "## The envelope"
    properties = asyncapi.ENVELOPE["properties"].items()
    yield from _table("Attribute | Meaning", ([f"`{name}`", _about(schema)] for name, schema in properties))
    yield "## The events"
    for message, rules in events:
        shape = PERSONAL_EVENT if rules.personal else EVENT
        yield ""
        yield f"### {message.name}"
        yield ""
        yield f"`{rules.type}`, {asyncapi.classification(rules)}. {source.comment(message.full_name)}"
        yield from _field_table(message, shape, source)
        yield "```json"
        yield json.dumps(example(message, shape, source), ensure_ascii=False)
        yield "```"
        _gather(message, records)
    yield ""
    yield "## What the events carry"
    for name in sorted(records):
        yield ""
        yield f"### {name}"
        yield ""
        yield source.comment(records[name].full_name)
        yield from _field_table(records[name], PERSONAL_EVENT, source)


def _about(schema: dict[str, Any]) -> str:
    return str(schema.get("description") or f"`{schema.get('const', 'The payload, by type of event.')}`")


def _gather(message: Descriptor, found: dict[str, Descriptor]) -> None:
    for field in message.fields:
        record = field.message_type
        if record is not None and is_own(record) and record.name not in found and PERSONAL_EVENT.shows(field):
            found[record.name] = record
            _gather(record, found)


def _field_table(message: Descriptor, shape: Shape, source: Source) -> Iterator[str]:
    rows = (
        [
            f"`{field.name}`",
            _type(field),
            Sensitivity.Name(rules_of(field).sensitivity or Sensitivity.INTERNAL),
            source.comment(field.full_name),
        ]
        for field in message.fields
        if shape.shows(field)
    )
    yield from _table("Field | Type | Sensitivity | Meaning", rows)


def _type(field: FieldDescriptor) -> str:
    if value := map_value(field):
        return f"map of {_type(value)}"
    if field.enum_type is not None:
        name = field.enum_type.name
    elif field.message_type is not None:
        plain = type_name(field).rpartition(".")[2]
        name = f"[{plain}](#{plain.lower()})" if is_own(field.message_type) else plain
    else:
        name = _SCALARS.get(field.type, "integer")
    return f"list of {name}" if field.is_repeated else name


_SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "boolean",
    FieldDescriptor.TYPE_DOUBLE: "number",
}


@dataclass
class _Uses:
    """What a permission opens."""

    methods: list[str]
    fields: list[str]


def _permissions(source: Source) -> Iterator[str]:
    uses: dict[str, _Uses] = {name: _Uses([], []) for name in BY_SENSITIVITY}
    open_to: dict[str, list[Method]] = {"public": [], "authenticated": [], "internal": []}
    for method in source.methods():
        if permission := method.policy.permission:
            uses.setdefault(permission, _Uses([], [])).methods.append(_call(method))
        for way in access_of(method.policy):
            if way in open_to:
                open_to[way].append(method)
    for message in source.messages():
        for field in message.fields:
            rules, short = rules_of(field), f"{message.name}.{field.name}"
            for name, sensitivity in BY_SENSITIVITY.items():
                if rules.sensitivity == sensitivity:
                    uses[name].fields.append(short)
            for name, deed in ((rules.read_permission, "read"), (rules.write_permission, "write")):
                if name:
                    uses.setdefault(name, _Uses([], [])).fields.append(f"{short} ({deed})")
    yield "# Permissions"
    yield ""
    yield "A role grants permissions, each with a scope. A method is refused without its permission."
    yield "Fields that one may not read are absent from answers and cannot be filtered, sorted or written."
    rows = (
        [f"`{name}`", "<br>".join(f"`{m}`" for m in sorted(use.methods)), ", ".join(sorted(set(use.fields)))]
        for name, use in sorted(uses.items())
    )
    yield from _table("Permission | Methods | Fields", rows)
    for way, text in _OPEN.items():
        yield f"## {way.capitalize()} methods"
        yield ""
        yield text
        calls = sorted(_call(method) for method in open_to[way])
        yield from _table("Method", ([f"`{call}`"] for call in calls))


_OPEN = {
    "public": "Callable without login.",
    "authenticated": "Callable by every user who is logged in.",
    "internal": "Called by the gateway on its own account, whose token opens nothing else; they have no route.",
}


def _call(method: Method) -> str:
    return f"{method.http.verb} {method.http.path}" if method.http else f"{method.domain}: {method.name}"


def _errors() -> Iterator[str]:
    yield "# Errors"
    yield ""
    yield "Every error is `application/problem+json` (RFC 9457). `reason` is stable: branch on it."
    rows = [
        [f"`{error.reason}`", str(error.status), error.package, " ".join(error.meaning.split())] for error in reasons()
    ]
    yield from _table("Reason | Status | Raised by | Meaning", rows)
    violations = importlib.import_module("crm_chassis.violations")
    yield "## Fields"
    yield ""
    yield "`errors` has sentences by field; `error_codes` has, by field and in the same order, a code and the values"
    yield "that the sentence speaks of, so that a client can say it in its own words. Codes are stable, sentences not."
    yield f"`{violations.INVALID}` is the code of everything else: its sentence is all there is."
    yield from _table(
        "Code | Parameters | Sentence",
        (
            [f"`{code}`", "; ".join(f"`{name}`: {meaning}" for name, meaning in rule.params.items()), rule.sentence]
            for code, rule in sorted(violations.RULES.items())
        ),
    )


@dataclass(frozen=True, order=True)
class Reason:
    """A stable reason of an error."""

    reason: str
    status: int
    package: str
    meaning: str


def reasons() -> list[Reason]:
    """Every reason that the code of the suite declares.

    Raises DocumentError if an errors.py does not import or declares a reason wrongly.
    """
    listed = yaml.safe_load((REPOSITORY / "deploy" / "services.yaml").read_text())
    packages = {"services/chassis": "crm-chassis", "services/kit": "crm-kit", "gateway": listed["gateway"]["package"]}
    packages |= {f"services/{name}": service["package"] for name, service in listed["services"].items()}
    modules = [module for folder, package in packages.items() if (module := _errors_module(folder, package))]
    if not modules:
        return []
    base: type[Any] = importlib.import_module("crm_chassis.errors").DomainError
    declared = [cls for cls in _family(base) if cls.__module__ in modules and "reason" in vars(cls)]
    found = sorted(map(_reason, declared))
    statuses: dict[str, int] = {}
    for error in found:
        known = statuses.setdefault(error.reason, error.status)
        if known != error.status:
            raise DocumentError(f"{error.reason} is declared with status {known} and with {error.status}")
    return found


def _errors_module(folder: str, package: str) -> str:
    """Imports the errors of a package and returns the module's name; empty if the package declares none."""
    name = package.replace("-", "_")
    if not (REPOSITORY / folder / "src" / name / "errors.py").is_file():
        return ""
    module = f"{name}.errors"
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        hint = "run `uv sync --all-packages --all-groups`, if need be with --reinstall-package"
        raise DocumentError(f"{module} cannot be imported: {error}; {hint} {package}") from error
    except Exception as error:
        raise DocumentError(f"{module} cannot be imported: {error!r}") from error
    return module


def _family(cls: type[Any]) -> set[type[Any]]:
    return {cls}.union(*(_family(child) for child in cls.__subclasses__()))


def _reason(cls: type[Any]) -> Reason:
    where = f"{cls.__module__}.{cls.__qualname__}"
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", cls.reason):
        raise DocumentError(f"{where}: reason {cls.reason!r} is not UPPER_SNAKE_CASE")
    if not cls.__doc__:
        raise DocumentError(f"{where} has no docstring")
    return Reason(cls.reason, cls.status, cls.__module__.partition(".")[0].replace("_", "-"), cls.__doc__)
