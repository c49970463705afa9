"""What people call resources, fields, enum values and actions, by language.

English is made from the names of the contract; its catalogue corrects what these do not say well. Other languages
stand in the catalogues below proto/labels/, one folder per language and one file per .proto file, with what many have
in common in common.json: `{"fields": {"close_date": "Abschlussdatum", "Stage.name": "Phase"}}`. A key with the name of
the message counts before one without.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from google.protobuf.descriptor import Descriptor, EnumDescriptor, EnumValueDescriptor, FieldDescriptor

import crm_contracts
from crm_contracts.resources import Action, Resource, inner_fields

ENGLISH = "en"
SECTIONS = ("resources", "plurals", "fields", "values", "actions")

Catalogue = Mapping[str, Mapping[str, str]]
"""Labels by section and key."""


@dataclass(frozen=True)
class Name:
    """A name in the contracts: the section of the catalogues, and the keys that stand for it, the narrowest first."""

    section: str
    keys: tuple[str, ...]

    def key_in(self, catalogue: Catalogue) -> str | None:
        """The key under which a catalogue has a label for it."""
        return next((key for key in self.keys if key in catalogue.get(self.section, {})), None)


def singular(resource: Resource) -> Name:
    return Name("resources", (resource.name,))


def plural(resource: Resource) -> Name:
    return Name("plurals", (resource.plural,))


def field_name(field: FieldDescriptor) -> Name:
    return Name("fields", (f"{_scope(field.containing_type)}.{field.name}", field.name))


def value_name(value: EnumValueDescriptor) -> Name:
    return Name("values", (f"{_scope(value.type)}.{value.name}", value.name))


def action_name(resource: Resource, action: Action) -> Name:
    return Name("actions", (f"{resource.plural}.{action.name}", action.name))


def names_of(resource: Resource) -> Iterator[Name]:
    """Every name that the description of a resource shows."""
    yield singular(resource)
    yield plural(resource)
    waiting = list(resource.fields)
    for action in resource.actions:
        yield action_name(resource, action)
        waiting += action.inputs
    while waiting:
        field = waiting.pop()
        yield field_name(field)
        yield from (value_name(value) for value in values_of(field))
        waiting += inner_fields(field)


def values_of(field: FieldDescriptor) -> list[EnumValueDescriptor]:
    """The values of an enum that say something."""
    return [value for value in field.enum_type.values if value.number] if field.enum_type is not None else []


@cache
def label(name: Name) -> dict[str, str]:
    """The label of a name by language, as far as the catalogues have one; English always."""
    labels = {ENGLISH: _derived(name.keys[-1])}
    for language, catalogue in catalogues().items():
        if key := name.key_in(catalogue):
            labels[language] = catalogue[name.section][key]
    return labels


@cache
def catalogues() -> dict[str, Catalogue]:
    """The catalogues by language: packed with the contracts, or beside them in a source tree."""
    packed = files(crm_contracts).joinpath("catalogues")
    root: Traversable = packed if packed.is_dir() else Path(__file__).parents[2] / "labels"
    return {folder.name: _catalogue(folder) for folder in sorted(root.iterdir(), key=lambda entry: entry.name)}


def _catalogue(folder: Traversable) -> Catalogue:
    catalogue: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for file in folder.iterdir():
        for section, labels in json.loads(file.read_text(encoding="utf-8")).items():
            catalogue[section] |= labels
    return catalogue


def _scope(descriptor: Descriptor | EnumDescriptor) -> str:
    """The name of a message or enum without its package: "Opportunity.Status"."""
    return str(descriptor.full_name).removeprefix(f"{descriptor.file.package}.")


def _derived(key: str) -> str:
    """The words of a name: "Close date" for close_date, "Owner" for owner_id, "Best case" for BEST_CASE."""
    words = re.sub(r"_id(s?)$", r"\1", key.rpartition(".")[2]).replace("_", " ")
    return words.lower().capitalize()
