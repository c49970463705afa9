"""What a service is made of, on one page per service: `service.py` in each of them builds one of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import crm_contracts

from crm_chassis.db.history import list_history
from crm_chassis.db.imports import Importer, get_import, list_import_errors
from crm_chassis.db.operations import Operations
from crm_chassis.settings import Settings
from crm_chassis.subscription import Subscription

if TYPE_CHECKING:
    from crm_chassis.db.tx import Transaction

UseCase = Callable[..., Any]


@dataclass(frozen=True)
class Timer:
    """Something the worker does every `seconds`: a function of a transaction. One replica at a time runs it.

    While it changes no record and returns nothing, and nothing happens in the service, the pauses grow up to
    `idle_seconds`. It returns True if it did something else.
    """

    name: str
    seconds: float
    run: Callable[[Transaction], bool | None]
    idle_seconds: float = 0.0


@dataclass(frozen=True)
class Service:
    """One service: its RPCs, what it follows, what it does on time, what it can import.

    `rpcs` are functions whose names are the RPCs' names in snake_case. `start` runs once per process with the
    settings, to build what use cases need (keys, a mail server). `setup` runs after migration with a transaction,
    to put in place what the service cannot work without; it must be repeatable.
    """

    name: str
    package: str
    rpcs: Sequence[UseCase]
    subscriptions: Sequence[Subscription] = ()
    timers: Sequence[Timer] = ()
    importers: Sequence[Importer] = ()
    start: Callable[[Settings], None] | None = None
    setup: Callable[[Transaction], None] | None = None
    migrations: Path = field(default_factory=Path)

    @cached_property
    def methods(self) -> dict[str, tuple[crm_contracts.Method, UseCase]]:
        """Path on the wire to method and function. Raises LookupError if an RPC and a function do not pair up."""
        functions = {function.__name__: function for function in self.rpcs}
        found: dict[str, tuple[crm_contracts.Method, UseCase]] = {}
        for method in crm_contracts.methods().values():
            if method.domain == self.name:
                name = snake_case(method.name)
                if name not in functions:
                    raise LookupError(f"{method.full_name} has no function {name} in {self.package}.service")
                found[method.path] = method, functions.pop(name)
        if functions:
            raise LookupError(f"no RPC of {self.name} is served by {', '.join(sorted(functions))}")
        common: list[tuple[str, UseCase]] = [("HistoryService.ListHistory", list_history)]
        if self.importers:
            common += [
                ("ImportService.GetImport", get_import),
                ("ImportService.ListImportErrors", list_import_errors),
            ]
        operations = {one.__name__: one for one in Operations(self.name, self.subscriptions).functions}
        bus = [one for one in crm_contracts.methods().values() if one.full_name.startswith("crm.common.v1.BusService.")]
        common += [(f"BusService.{one.name}", operations[snake_case(one.name)]) for one in bus]
        for name, function in common:
            method = crm_contracts.method(f"crm.common.v1.{name}")
            found[method.path] = method, function
        return found

    def importer(self, kind: str) -> Importer | None:
        """The importer of that kind of rows."""
        return next((one for one in self.importers if one.kind == kind), None)


def snake_case(name: str) -> str:
    """WinOpportunity -> win_opportunity."""
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def migrations_of(service_file: str) -> Path:
    """Where the migrations of a service lie: beside its sources, or inside the package once it is installed."""
    package = Path(service_file).resolve().parent
    packaged = package / "migrations"
    return packaged if packaged.is_dir() else package.parents[1] / "migrations"
