"""No list reads a table of records from end to end, whatever it is filtered or sorted by.

The plans are those of small tables with sequential scans discouraged: one that is left has no index to stand on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import crm_contracts
import pytest
from crm.common.v1 import groups_pb2
from crm_chassis.access.actor import ALL, OWN, SUBTREE, TEAM, TERRITORY, Actor
from crm_chassis.contracts.filtering import Field
from crm_chassis.db.vault import Vault
from crm_chassis.ids import uuid7
from crm_chassis.records.groups import group_records
from crm_chassis.records.model import Record
from crm_chassis.records.paging import filter_fields, list_page
from crm_chassis.records.search import reached_if_few, search
from crm_chassis.records.tx import Transaction
from crm_chassis.service import Service
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from deploy.dev.catalogue import catalogue

SCANS = {"products price.currency": "a price list is short, and nearly all of it in one currency"}
"""What may read its table from end to end, and why: by the plural, then the field or order."""
SCOPES = {"own": OWN, "team": TEAM, "subtree": SUBTREE, "territory": TERRITORY, "all": ALL}


@pytest.fixture(scope="module", params=sorted(catalogue().services))
def service(request: pytest.FixtureRequest) -> Service:
    found: Service = import_module(f"crm_{request.param}.service").service
    return found


@pytest.fixture
def scans(service: Service, engine: Engine) -> Callable[[Actor, Callable[[Transaction], object]], list[str]]:
    """The tables of records that the statements of a use case read from end to end."""
    tables = {model.__table__.name for model in _records(service)}

    def explain(actor: Actor, run: Callable[[Transaction], object]) -> list[str]:
        with Session(engine) as session, _statements(engine) as statements:
            session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
            with Transaction(session, actor, vault=Vault(b"\x05" * 32), read_only=True) as tx:
                run(tx)
            asked = list(statements)
            plans = [
                session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}", parameters).scalar_one()
                for text, parameters in asked
                if text.lstrip().startswith(("SELECT", "WITH"))
            ]
        assert plans
        return sorted({table for plan in plans for table in _scanned(plan[0]["Plan"]) if table in tables})

    return explain


@contextmanager
def _statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    statements: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def _scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        yield from _scanned(inner)


def _records(service: Service) -> list[Any]:
    return [mapper.class_ for mapper in service.base.registry.mappers if issubclass(mapper.class_, Record)]


def _listed(service: Service) -> list[tuple[Any, Any, Any]]:
    """The records that are listed, with the request and the response of the method that does it."""
    methods = {method.name: method for method, _ in service.methods.values()}
    listed = []
    for model in _records(service):
        method = methods.get(f"List{''.join(word.capitalize() for word in model.plural.split('_'))}")
        # A list in one order alone is part of a record, or somebody's own.
        if method is None or "order_by" not in method.request.DESCRIPTOR.fields_by_name:
            continue
        if any(crm_contracts.rules_of(field).sortable for field in model.message.DESCRIPTOR.fields):
            listed.append((model, method.request, method.response))
    return listed


def _filters(name: str, field: Field) -> Iterator[str]:
    """A filter of each kind that the field offers. What is excluded is no condition that an index could serve."""
    value = {
        "number": "7", "bool": "true", "time": "2026-01-31T12:00:00Z", "date": "2026-01-31", "id": f'"{uuid7()}"',
        "enum": next(iter(field.names or {"": ""})),
    }.get(field.kind, '"Value"')  # fmt: skip
    if field.kind != "list":
        yield f"{name} = {value}"
    if field.kind in ("number", "time", "date"):
        yield f"{name} >= {value}"
        yield f"{name} < {value}"
    if field.kind == "list" or field.has_words:
        yield f"{name} : {value}"


def test_every_filter_has_an_index(service: Service, scans: Any) -> None:
    actor = Actor(uuid7(), "user", {"*": ALL})
    scanned = []
    for model, request, response in _listed(service):
        for name, field in filter_fields(model).items():
            for text in _filters(name, field):
                # The count has no order along whose index the rows could be gone through.
                counted = (
                    {"include_total_size": True} if "include_total_size" in request.DESCRIPTOR.fields_by_name else {}
                )
                asked = request(filter=text, **counted)
                if scans(actor, lambda tx, m=model, a=asked, r=response: list_page(tx, m, a, r)):
                    scanned.append(f"{model.plural} {text}")
    assert {text for text in scanned if " ".join(text.split()[:2]) not in SCANS} == set()


def test_every_order_has_an_index(service: Service, scans: Any) -> None:
    actor = Actor(uuid7(), "user", {"*": ALL})
    scanned = []
    for model, request, response in _listed(service):
        for field in model.message.DESCRIPTOR.fields:
            if crm_contracts.rules_of(field).sortable:
                for order in (field.name, f"-{field.name}"):
                    asked = request(order_by=order)
                    if scans(actor, lambda tx, m=model, a=asked, r=response: list_page(tx, m, a, r)):
                        scanned.append(f"{model.plural} {order}")
    assert set(scanned) - SCANS.keys() == set()


@pytest.mark.parametrize("scope", SCOPES)
def test_no_scope_needs_a_scan(service: Service, scans: Any, scope: str) -> None:
    actor = Actor(uuid7(), "user", {"*": SCOPES[scope], "fields.personal.read": ALL, "fields.financial.read": ALL})
    scanned = []
    for model, request, response in _listed(service):
        asked = request()
        if scans(actor, lambda tx, m=model, a=asked, r=response: list_page(tx, m, a, r)):
            scanned.append(model.plural)
        groupable = [one.name for one in model.message.DESCRIPTOR.fields if crm_contracts.rules_of(one).groupable]
        # Who sees all of them, without a filter, has no condition to look up: the first rows that there are will do.
        for by in groupable if actor.scope_of(f"{model.plural}.read") != ALL else ():
            counted = groups_pb2.GroupRequest(by=by)
            if scans(actor, lambda tx, m=model, a=counted: group_records(tx, m, a)):
                scanned.append(f"{model.plural} by {by}")
        if model.search_fields and scans(actor, lambda tx, m=model: search(tx, "some words", [m], 10)):
            scanned.append(f"search of {model.plural}")
        restricted = model.search_fields and actor.scope_of(f"{model.plural}.read") not in (0, ALL)
        if restricted and scans(actor, lambda tx, m=model: reached_if_few(tx, m)):
            scanned.append(f"the few of {model.plural}")
    assert scanned == []
