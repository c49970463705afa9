"""How many records there are of each value of a field, and what they are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import crm_contracts
from crm.common.v1 import groups_pb2
from crm_contracts.resources import MONEY
from google.protobuf.descriptor import FieldDescriptor
from sqlalchemy import Row, Select, func, literal_column, select, tablesample
from sqlalchemy.sql.util import ClauseAdapter

from crm_chassis.access.actor import Actor
from crm_chassis.errors import InvalidInput
from crm_chassis.records.mapping import money_text
from crm_chassis.records.paging import COUNTED, apply_filter, expected_rows, unreadable

MAX_GROUPS = 200
SAMPLED = 100_000
"""So many rows of a table, roughly, are looked at for an estimate."""


def group_records(tx: Any, model: Any, request: groups_pb2.GroupRequest) -> groups_pb2.GroupResponse:
    """The response of a Group method: the records that the actor may see, by the values of a field.

    Up to COUNTED records are counted to the end; if there are more, a sample of the table is, and the numbers are
    estimates. Raises InvalidInput, or PermissionDenied for a field that the actor may not read.
    """
    by = _group_field(model, request.by, tx.actor)
    sums = list(_sum_fields(model, request.sum, tx.actor))
    query = apply_filter(tx.visible(model), model, request.filter, tx.actor)
    columns = [getattr(model, by).label("value")]
    for name in sums:
        columns += [getattr(model, name).label(name), getattr(model, f"{name}_currency").label(f"{name}_currency")]
    query = query.with_only_columns(*columns)
    rows = _counted(tx, query.limit(literal_column(str(COUNTED + 1))), sums)
    seen = sum(row.records for row in rows)
    if seen <= COUNTED:
        answer = _response(rows, sums, Decimal(1), estimated=False)
    else:
        share = min(Decimal(1), Decimal(SAMPLED) / max(1, expected_rows(tx, select(model))))
        answer = _response(_counted(tx, _sample(query, model, share), sums), sums, 1 / share, estimated=True)
    answer.total_size_estimated = seen > COUNTED
    # Few of them may be in the sample, or none.
    answer.total_size = max(answer.total_size, seen)
    answer.others = answer.total_size - sum(group.count for group in answer.groups)
    return answer


def _group_field(model: Any, name: str, actor: Actor) -> str:
    fields = {field.name: field for field in model.message.DESCRIPTOR.fields if crm_contracts.rules_of(field).groupable}
    return _named(fields, "by", "group by", name, actor)


def _sum_fields(model: Any, text: str, actor: Actor) -> Iterator[str]:
    fields = {
        field.name: field
        for field in model.message.DESCRIPTOR.fields
        if field.message_type is not None
        and field.message_type.full_name == MONEY
        and field.name in model.__table__.columns
    }
    for name in dict.fromkeys(part.strip() for part in text.split(",") if part.strip()):
        yield _named(fields, "sum", "add up", name, actor)


def _named(fields: dict[str, FieldDescriptor], parameter: str, verb: str, name: str, actor: Actor) -> str:
    if name not in fields:
        raise InvalidInput.of(parameter, f"cannot {verb} {name!r}; known are: {', '.join(fields)}")
    if not actor.can_read(fields[name]):
        raise unreadable(parameter, name)
    return name


def _sample(query: Select[Any], model: Any, share: Decimal) -> Select[Any]:
    """The query of a share of the pages of its table, always the same ones while it does not grow."""
    table = model.__table__
    sample = tablesample(table, func.system(float(share * 100)), name="sample", seed=literal_column("0"))
    sampled: Select[Any] = ClauseAdapter(sample).traverse(query)
    return sampled


def _counted(tx: Any, query: Select[Any], sums: list[str]) -> list[Row[Any]]:
    """The records of `query` by value, and by currency of each sum."""
    rows = query.subquery()
    keys = [rows.c.value, *(rows.c[f"{name}_currency"] for name in sums)]
    totals = [func.sum(rows.c[name]).label(name) for name in sums]
    return list(tx.session.execute(select(*keys, func.count().label("records"), *totals).group_by(*keys)))


def _response(rows: list[Row[Any]], sums: list[str], factor: Decimal, *, estimated: bool) -> groups_pb2.GroupResponse:
    counts: Counter[str] = Counter()
    totals: dict[str, Counter[tuple[str, str]]] = {}
    for row in rows:
        value = str(row.value or "")
        counts[value] += row.records
        for name in sums:
            amount, currency = getattr(row, name), getattr(row, f"{name}_currency")
            if amount is not None:
                totals.setdefault(value, Counter())[name, currency] += amount
    largest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return groups_pb2.GroupResponse(
        groups=[
            groups_pb2.Group(
                value=value,
                count=round(count * factor),
                count_estimated=estimated,
                sums=[
                    {"field": name, "sum": {"amount": money_text(amount * factor), "currency": currency}}
                    for (name, currency), amount in sorted(totals.get(value, {}).items())
                ],
            )
            for value, count in largest[:MAX_GROUPS]
        ],
        total_size=round(counts.total() * factor),
    )
