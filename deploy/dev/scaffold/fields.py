"""The fields that a new resource is given: `valid_until:date total:money account_id:crm.contacts.account`."""

import json
import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass

import crm_contracts
from crm_contracts.labels import Name, label

from deploy.dev import LauncherError

FIRST_NUMBER = 5
RESERVED = {"id", "name", "description", "owner_id", "created_at", "updated_at", "deleted_at", "created_by", "etag"}


@dataclass(frozen=True)
class Kind:
    """How a kind of field is written in contract, model and migration; `{n}` is its name."""

    proto: str
    options: str
    model: str
    column: str
    index: str
    imports: tuple[str, ...] = ()
    sample: str = ""
    """A value for a test."""


KINDS = {
    "text": Kind("string {n}", "max_length: 200, filterable: true", 'str] = mapped_column(String, default="")',
                 "sa.String(), nullable=False", '"{n}", "created_at"', sample='"{n}"'),
    "long_text": Kind("string {n}", "max_length: 10000", 'str] = mapped_column(String, default="")',
                      "sa.String(), nullable=False", ""),
    "number": Kind("optional int32 {n}", 'minimum: "0", maximum: "1000000000", filterable: true', "int | None]",
                   "sa.Integer(), nullable=True", '"{n}", "created_at"', sample="7"),
    "money": Kind("crm.common.v1.Money {n}", "sensitivity: FINANCIAL, filterable: true",
                  "Decimal | None] = mapped_column(Amount)\n    {n}_currency: Mapped[str | None]",
                  'sa.Numeric(20, 4), nullable=True),\n        sa.Column("{n}_currency", sa.String(), nullable=True',
                  '"{n}", "created_at"', ("Amount", "from decimal import Decimal"),
                  '{{"amount": "12.50", "currency": "EUR"}}'),
    "date": Kind("string {n}", "format: DATE, filterable: true, sortable: true", "date | None]",
                 "sa.Date(), nullable=True", '"{n}", "id"', ("from datetime import date",), '"2026-01-31"'),
    "flag": Kind("bool {n}", "filterable: true", "bool] = mapped_column(Boolean, default=False)",
                 "sa.Boolean(), nullable=False", '"{n}", "created_at"', ("Boolean",), "True"),
    "reference": Kind("optional string {n}", 'reference: "{kind}", format: UUID, filterable: true',
                      "str | None] = mapped_column(Id)", "sa.Uuid(as_uuid=False), nullable=True",
                      '"{n}", "created_at"'),
}  # fmt: skip


def field_words(table: str, message: str, given: Iterable[str]) -> dict[str, str]:
    """What stands for the fields in the templates, for a resource with that table and message.

    Raises LauncherError for a name or a kind that cannot be used.
    """
    parsed = [_parse(one) for one in given]
    names = [name for name, _, _ in parsed]
    for name in names:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name) or name in RESERVED:
            raise LauncherError(f"{name!r} cannot be a field: name it in snake_case, and not like {sorted(RESERVED)}.")
        if names.count(name) > 1:
            raise LauncherError(f"The field {name!r} is named twice.")
    indexed = [(name, kind) for name, kind, _ in parsed if kind.index]
    kinds = {kind for _, kind, _ in parsed}
    imports = {name for kind in kinds for name in kind.imports}
    labels = {f"{message}.{name}": labelled["en"] for name in names if "de" not in (labelled := label_of(name))}
    return {
        "label_fields": f',\n  "fields": {_json(labels)}' if labels else "",
        "proto_fields": "".join(
            f"  {kind.proto.format(n=name)} = {number} "
            f"[(crm.options.v1.field) = {{{kind.options.format(kind=target)}}}];\n"
            for number, (name, kind, target) in enumerate(parsed, FIRST_NUMBER)
        ),
        "proto_imports": 'import "crm/common/v1/types.proto";\n' if KINDS["money"] in kinds else "",
        "model_columns": "".join(f"    {name}: Mapped[{kind.model.format(n=name)}\n" for name, kind, _ in parsed),
        "model_indexes": "".join(
            f'        Index("{table}_{name}", {kind.index.format(n=name)}),\n' for name, kind in indexed
        ),
        "table_columns": "".join(
            f'        sa.Column("{name}", {kind.column.format(n=name)}),\n' for name, kind, _ in parsed
        ),
        "table_indexes": "".join(
            f'    op.create_index("{table}_{name}", "{table}", [{kind.index.format(n=name)}])\n'
            for name, kind in indexed
        ),
        "sample": "".join(f', "{name}": {kind.sample.format(n=name)}' for name, kind, _ in parsed if kind.sample),
        "field_imports": "\n".join(sorted(one for one in imports if one.startswith("from "))),
        "base_imports": ", ".join(sorted({"Id"} | {one for one in imports if one == "Amount"})),
        "sql_imports": ", ".join(sorted({"Index", "String"} | {one for one in imports if one == "Boolean"})),
    }


def label_of(name: str) -> dict[str, str]:
    """What a field of that name is called wherever it stands, by language."""
    return label(Name("fields", (name,)))


def _json(labels: dict[str, str]) -> str:
    return json.dumps(labels, indent=2).replace("\n", "\n  ")


def _parse(text: str) -> tuple[str, Kind, str]:
    name, _, what = text.partition(":")
    if what in KINDS and what != "reference":
        return name, KINDS[what], ""
    kinds = {f"crm.{package}.{resource}" for package, resource in _resources()}
    if what in kinds:
        return name, KINDS["reference"], what
    known = ", ".join(kind for kind in KINDS if kind != "reference")
    raise LauncherError(f"{text!r}: a field is one of {known}, or the id of a record such as crm.contacts.account.")


def _resources() -> Iterable[tuple[str, str]]:
    for message in crm_contracts.messages():
        option = crm_contracts.resource_of(message.DESCRIPTOR)
        if option is not None:
            yield message.DESCRIPTOR.file.package.split(".")[1], option.name
