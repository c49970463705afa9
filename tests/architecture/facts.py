"""Prints, as JSON, what the architecture tests ask of each service.

Whoever imports a service holds its tables, so each one is looked at in a child of its own; the children are forked
from a process that has imported what all of them share.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

import crm_contracts
from crm_chassis.records.model import Record


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
    """Filterable, sortable or groupable columns that no index begins with."""
    first = {getattr(next(iter(index.expressions)), "name", None) for index in model.__table__.indexes}
    first |= {column.name for column in model.__table__.primary_key}
    return [
        f"{model.__name__}.{field.name}"
        for field in model.message.DESCRIPTOR.fields
        if (rules := crm_contracts.rules_of(field)).filterable or rules.sortable or rules.groupable
        if field.name in model.__table__.columns and field.name not in first
    ]


def missearched(model: Any) -> list[str]:
    """Fields of which only one of model and contract says that they are found by words."""
    fields = model.message.DESCRIPTOR.fields
    said = {field.name for field in fields if crm_contracts.rules_of(field).searchable}
    return sorted(f"{model.__name__}.{name}" for name in said ^ set(model.search_fields))


def mistold(model: Any) -> list[str]:
    """Fields whose changes leave nothing in the history, and whose contract does not say so."""
    message = model.message.DESCRIPTOR
    lost = (model.unlogged | model.computed) & {field.name for field in message.fields}
    said = {field.name for field in message.fields if crm_contracts.rules_of(field).untold_as_of}
    return sorted(f"{model.__name__}.{name}" for name in lost - said)


REACH = ("owner_field", "team_field", "territory_field", "queue_permission", "shareable")


def mislimited(model: Any) -> list[str]:
    """What a model and its contract say differently about who sees a row."""
    option = crm_contracts.resource_of(model.message.DESCRIPTOR)
    if option is None:
        return []
    said = {name: (getattr(model, name) or "", getattr(option, name) or "") for name in REACH}
    said["visible_through"] = ((model.visible_through or ("",))[0], option.visible_through)
    seen_with = {other.plural for _, other in model.seen_with}
    differing = [name for name, (in_model, in_contract) in said.items() if in_model != in_contract]
    differing += ["seen_with"] if seen_with != set(option.seen_with) else []
    return [f"{model.__name__}.{name}" for name in differing]


def facts(name: str) -> dict[str, Any]:
    """What a service says of itself."""
    service = importlib.import_module(f"crm_{name}.service").service
    models = records(name)
    return {
        "rpcs": sorted(method.name for method, _ in service.methods.values() if method.domain == name),
        "follows": sorted({record for one in service.every_subscription for record in one.records}),
        "kinds": [model.record_kind for model in models],
        "backfills": [backfill.name for backfill in service.backfills],
        "unmapped": [one for model in models for one in unmapped(model)],
        "missearched": [one for model in models for one in missearched(model)],
        "mistold": [one for model in models for one in mistold(model)],
        "mislimited": [one for model in models for one in mislimited(model)],
        "unindexed": [one for model in models for one in unindexed(model)],
    }


def imports(name: str) -> list[str]:
    """The packages that are loaded together with a service."""
    importlib.import_module(f"crm_{name}.service")
    return sorted({module.split(".")[0] for module in sys.modules})


def in_children(ask: Callable[[str], Any], names: list[str]) -> dict[str, Any]:
    """The answer for each service, from a child each."""
    found = {}
    for name in names:
        reading, writing = os.pipe()
        if os.fork() == 0:
            with os.fdopen(writing, "w") as answer:
                json.dump(ask(name), answer)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            found[name] = json.load(answer)
        os.wait()
    return found


def main(about: str, names: list[str]) -> None:
    """Prints the facts of the services, or what their api or worker processes import."""
    if about == "worker":
        from crm_chassis.bus.worker.patch import patch

        patch()
    entry = {"api": "crm_chassis.rpc.server", "worker": "crm_chassis.bus.worker.main", "facts": "crm_chassis.service"}
    importlib.import_module(entry[about])
    sys.stdout.write(json.dumps(in_children(facts if about == "facts" else imports, names)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
