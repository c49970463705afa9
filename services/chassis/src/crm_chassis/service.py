"""What a service is made of, on one page per service: `service.py` in each of them builds one of these."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import crm_contracts
from crm.common.v1 import standard_pb2
from sqlalchemy import MetaData, Select, inspect
from sqlalchemy.orm import DeclarativeBase

from crm_chassis.events.operations import Operations
from crm_chassis.imports import work
from crm_chassis.imports.kinds import Importer
from crm_chassis.imports.operations import Imports
from crm_chassis.jobs.backfills import Backfill, backfill_jobs, reindex
from crm_chassis.jobs.composing import compose
from crm_chassis.jobs.kinds import JobKind
from crm_chassis.jobs.operations import JobOperations
from crm_chassis.merging import Merging
from crm_chassis.proposals import FORGET_SECONDS, Proposals, forget_old
from crm_chassis.records.anchors import Anchor
from crm_chassis.records.batches import batch_use_cases
from crm_chassis.records.directory import rights_of
from crm_chassis.records.history import list_history
from crm_chassis.records.model import Record
from crm_chassis.records.past import reads_the_past
from crm_chassis.records.recollection import Recollection
from crm_chassis.records.references import References
from crm_chassis.records.standard import StandardUseCase
from crm_chassis.records.tx import Transaction
from crm_chassis.settings import Settings
from crm_chassis.shares import TIDY_SECONDS, Shares
from crm_chassis.subscription import Subscription
from crm_chassis.unverified import Unverified

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
    """One service: its RPCs, what it follows, what it does on time and later, what it can import.

    `rpcs` are functions whose names are the RPCs' names in snake_case; one that is written out takes the place of what
    `standard(Model)` gives. Those for many records at once, and for one by its external id, are there by themselves for
    every record whose contract has them; they too can be written out. `base` is the declarative base of its tables. The
    rules of input in each `<feature>/schema.py` of the package come into force by themselves. `rights` says what a user
    may do now: where there are importers, the service follows it (crm_chassis.events.directory.follow_rights) or knows
    it itself. `kept_anchors` gives the anchors of other services' audit trails, if they are kept here. `merging` lets
    what names records that were merged follow them. `clashes` are selects of lists of ids of records that are one by
    what they are recognised by, each under what that is. `start` runs once per process with the settings, to build what
    use cases need (keys, a mail server). `setup` runs after
    migration with a transaction, to put in place what the service cannot work without; it must be repeatable.
    """

    name: str
    package: str
    base: type[DeclarativeBase]
    rpcs: Sequence[UseCase]
    subscriptions: Sequence[Subscription] = ()
    timers: Sequence[Timer] = ()
    jobs: Sequence[JobKind] = ()
    importers: Sequence[Importer] = ()
    rights: work.RightsOf = rights_of
    backfills: Sequence[Backfill] = ()
    kept_anchors: Callable[[Transaction], Iterable[Anchor]] | None = None
    merging: Merging | None = None
    clashes: Mapping[str, Select[Any]] = field(default_factory=dict)
    start: Callable[[Settings], None] | None = None
    setup: Callable[[Transaction], None] | None = None
    migrations: Path = field(default_factory=Path)

    def __post_init__(self) -> None:
        """Loads the rules of input of every feature.

        Raises LookupError for a record whose changes no event tells or that names columns or fields which it does not
        have, for an event that is followed and that nobody publishes, and for a name that is given twice.
        """
        package = importlib.import_module(self.package)
        for folder in package.__path__:
            for path in sorted(Path(folder).glob("*/schema.py")):
                importlib.import_module(f"{self.package}.{path.parent.name}.schema")
        if self.importers and self.rights is rights_of and not any(one.name == "rights" for one in self.subscriptions):
            raise LookupError(f"{self.name} imports on behalf of users, and does not follow their rights")
        events = crm_contracts.events()
        told = {event.record for event in events.values()}
        for subscription in self.subscriptions:
            for pattern in subscription.handlers:
                if pattern not in events and not (pattern.endswith(".*") and pattern.removesuffix(".*") in told):
                    raise LookupError(f"{subscription.name} of {self.name} follows {pattern}, which nobody publishes")
        for what, named in (("subscription", self.subscriptions), ("timer", self.every_timer), ("job", self.job_kinds)):
            names = [one.name for one in named]
            if len(names) != len(set(names)):
                raise LookupError(f"{self.name} has two {what}s of one name among {', '.join(sorted(names))}")
        for model in self.records:
            if model.record_kind not in told:
                raise LookupError(f"no event tells of changes of {model.record_kind}")
            columns, fields = {*inspect(model).column_attrs.keys()}, {*model.message.DESCRIPTOR.fields_by_name}
            strange = (model.search_columns | model.unlogged) - columns, (model.search_fields | model.computed) - fields
            if unknown := frozenset.union(*strange):
                raise LookupError(f"{model.record_kind} names {', '.join(sorted(unknown))}, which it does not have")

    @property
    def tables(self) -> MetaData:
        """The service's own tables."""
        return self.base.metadata

    @property
    def records(self) -> list[type[Record]]:
        """The kinds of records that the service has."""
        return [mapper.class_ for mapper in self.base.registry.mappers if issubclass(mapper.class_, Record)]

    @cached_property
    def methods(self) -> dict[str, tuple[crm_contracts.Method, UseCase]]:
        """Path on the wire to method and function. Raises LookupError if an RPC and a function do not pair up."""
        written = {function.__name__: function for function in self.rpcs if not isinstance(function, StandardUseCase)}
        functions = {function.__name__: function for function in self.rpcs} | written
        for model in self.records:
            functions = batch_use_cases(model, functions, self.references) | functions
        found: dict[str, tuple[crm_contracts.Method, UseCase]] = {}
        for method in crm_contracts.methods().values():
            if method.domain == self.name:
                name = snake_case(method.name)
                if name not in functions:
                    raise LookupError(f"{method.full_name} has no function {name} in {self.package}.service")
                found[method.path] = method, self._timed(method, functions.pop(name))
        if functions:
            raise LookupError(f"no RPC of {self.name} is served by {', '.join(sorted(functions))}")
        common: list[tuple[str, UseCase]] = []
        groups = [
            ("BusService", Operations(self.name, self.every_subscription).functions),
            ("JobService", JobOperations(self.name, self.job_kinds).functions),
            ("ReferenceService", (self.references.check_references,)),
            ("HistoryService", (list_history, *Recollection(self.records, found, self.references).functions)),
            ("ProposalService", Proposals(self.name, self.records, found, self.references).functions),
        ]
        if self.shares is not None:
            groups.append(("SharingService", self.shares.functions))
        if self.imports is not None:
            groups.append(("ImportService", self.imports.functions))
        for service, operations in groups:
            by_name = {function.__name__: function for function in operations}
            rpcs = [
                one.name
                for one in crm_contracts.methods().values()
                if one.service == f"crm.common.v1.{service}" and not one.descriptor.client_streaming
            ]
            common += [(f"{service}.{rpc}", by_name[snake_case(rpc)]) for rpc in rpcs]
        for name, function in common:
            method = crm_contracts.method(f"crm.common.v1.{name}")
            found[method.path] = method, function
        return found

    def _timed(self, method: crm_contracts.Method, function: UseCase) -> UseCase:
        """The function of a method, which reads the past too if it reads one record."""
        model = next((one for one in self.records if one.message is method.response), None)
        reads_one = model is not None and method.request is standard_pb2.GetRequest
        return reads_the_past(model, function) if model is not None and reads_one else function

    @cached_property
    def references(self) -> References:
        """The records that requests may name."""
        return References(self.name, self.base)

    @cached_property
    def shares(self) -> Shares | None:
        """Whom records are shared with, if there are any that can be."""
        models = [model for model in self.records if model.shareable]
        return Shares(self.name, models) if models else None

    @property
    def shareable_tables(self) -> list[Any]:
        """The tables that say whom their rows are shared with: of records and of copies."""
        mapped = (mapper.class_ for mapper in self.base.registry.mappers)
        return sorted(
            (one for one in mapped if getattr(one, "shareable", False)), key=lambda one: str(one.__tablename__)
        )

    @property
    def every_timer(self) -> tuple[Timer, ...]:
        """What the service does on time, that of the chassis included."""
        own = (*self.timers, Timer("proposals", FORGET_SECONDS, forget_old))
        if self.shares is None:
            return own
        return (*own, Timer("shares", TIDY_SECONDS, self.shares.tidy, idle_seconds=60.0))

    @cached_property
    def unverified(self) -> Unverified:
        """What becomes of references that could not be verified."""
        return Unverified(self.name, self.references)

    @property
    def every_subscription(self) -> tuple[Subscription, ...]:
        """What the service follows, what others ask about its records included."""
        merges = [self.merging.subscription] if self.merging is not None and not self.merging.publishes else []
        return (*self.subscriptions, *merges, *self.unverified.subscriptions)

    @cached_property
    def _import_jobs(self) -> JobKind | None:
        if not self.importers:
            return None
        return work.import_jobs(self.importers, self.rights, self.references, self.unverified.ask_later)

    @cached_property
    def imports(self) -> Imports | None:
        """The imports of the service, if it has importers."""
        return Imports(self.importers, self._import_jobs) if self._import_jobs is not None else None

    @property
    def job_kinds(self) -> tuple[JobKind, ...]:
        """The kinds of jobs that the service has, those of the chassis included."""
        imports = [self._import_jobs] if self._import_jobs is not None else []
        backfills = [backfill_jobs(self.every_backfill)] if self.every_backfill else []
        merges = [self.merging.job] if self.merging is not None else []
        return (*self.jobs, *self.unverified.jobs, *merges, *imports, *backfills)

    @property
    def every_backfill(self) -> tuple[Backfill, ...]:
        """The composition of stored texts, the service's own backfills, those of the words of its records, and those of
        the tables of the chassis."""
        searched = sorted((model for model in self.records if model.search_columns), key=lambda model: model.plural)
        imports = [work.BACKFILL] if self.importers else []
        return (compose(self.tables), *self.backfills, *map(reindex, searched), *imports)


def snake_case(name: str) -> str:
    """WinOpportunity -> win_opportunity."""
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def migrations_of(service_file: str) -> Path:
    """Where the migrations of a service lie: beside its sources, or inside the package once it is installed."""
    package = Path(service_file).resolve().parent
    packaged = package / "migrations"
    return packaged if packaged.is_dir() else package.parents[1] / "migrations"
