"""Prints, as JSON, what the architecture tests ask of one service."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import crm_contracts
from crm_chassis.db.model import Record


def records(name: str) -> list[Any]:
    """The record classes of a service."""
    found, waiting = [], list(Record.__subclasses__())
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.__module__.startswith(f"crm_{name}.") and hasattr(model, "record_kind"):
            found.append(model)
    return sorted(found, key=lambda one: str(one.__name__))


def unmapped(model: Any) -> list[str]:
    """Fields of the message without column or property, but for those a client only writes."""
    return [
        f"{model.__name__}.{field.name}"
        for field in model.message.DESCRIPTOR.fields
        if not hasattr(model, field.name)
        and crm_contracts.INPUT_ONLY not in crm_contracts.behavior_of(field)
        and field.name not in getattr(model, "computed", ())
    ]


def unindexed(model: Any) -> list[str]:
    """Filterable or sortable columns that no index begins with."""
    first = {getattr(next(iter(index.expressions)), "name", None) for index in model.__table__.indexes}
    first |= {column.name for column in model.__table__.primary_key}
    return [
        f"{model.__name__}.{field.name}"
        for field in model.message.DESCRIPTOR.fields
        if (crm_contracts.rules_of(field).filterable or crm_contracts.rules_of(field).sortable)
        and field.name in model.__table__.columns
        and field.name not in first
    ]


def main(name: str) -> None:
    """Prints the facts of a service."""
    service = importlib.import_module(f"crm_{name}.service").service
    models = records(name)
    found = {
        "rpcs": sorted(method.name for method, _ in service.methods.values() if method.domain == name),
        "follows": sorted({record for one in service.subscriptions for record in one.records}),
        "kinds": [model.record_kind for model in models],
        "unmapped": [one for model in models for one in unmapped(model)],
        "unindexed": [one for model in models for one in unindexed(model)],
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
