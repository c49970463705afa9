"""Lists: filter, order and keyset paging, the same for every resource."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import crm_contracts
import orjson
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_

from crm_chassis.access.actor import Actor
from crm_chassis.contracts.filtering import Field, comparisons, parse, to_sql
from crm_chassis.contracts.mapping import to_message
from crm_chassis.db.search import found_by
from crm_chassis.errors import InvalidInput, PermissionDenied

DEFAULT_PAGE = 50
MAX_PAGE = 200


@dataclass(frozen=True)
class Order:
    """One column of a sort order."""

    name: str
    column: Any
    descending: bool
    nullable: bool


@cache
def filter_fields(model: Any) -> dict[str, Field]:
    """The fields of a record that may be named in a filter, from the options of its message."""
    found: dict[str, Field] = {}
    for field in model.message.DESCRIPTOR.fields:
        if not crm_contracts.rules_of(field).filterable or not hasattr(model, field.name):
            continue
        column = getattr(model, field.name)
        found[field.name] = _filter_field(field, column, model, field.name in model.search_fields)
        if field.message_type is not None and field.message_type.full_name == "crm.common.v1.Money":
            found[f"{field.name}.currency"] = Field("text", getattr(model, f"{field.name}_currency"))
    return found


def _filter_field(field: FieldDescriptor, column: Any, model: Any, searchable: bool) -> Field:
    rules = crm_contracts.rules_of(field)
    if field.is_repeated:
        return Field("list", column)
    if field.message_type is not None:
        return Field("number" if field.message_type.full_name == "crm.common.v1.Money" else "time", column)
    if field.enum_type is not None:
        return Field("enum", column, {v.name: v.name for v in field.enum_type.values if v.number})
    if field.type == FieldDescriptor.TYPE_BOOL:
        return Field("bool", column)
    if field.type != FieldDescriptor.TYPE_STRING:
        return Field("number", column)
    if rules.format == crm_contracts.Format.DATE:
        return Field("date", column)
    if rules.format == crm_contracts.Format.UUID or (field.name.endswith("_id") and field.name != "external_id"):
        return Field("id", column)
    name = field.name
    return Field("text", column, has_words=(lambda text: found_by(text, model, field=name)) if searchable else None)


def _message_field(model: Any, name: str) -> FieldDescriptor:
    return model.message.DESCRIPTOR.fields_by_name[name.split(".", 1)[0]]


def apply_filter(query: Select[Any], model: Any, text: str, actor: Actor) -> Select[Any]:
    """Narrows `query` by a filter. Raises InvalidInput, or PermissionDenied for a field the actor may not read."""
    expression = parse(text)
    if expression is None:
        return query
    allowed = filter_fields(model)
    for comparison in comparisons(expression):
        if comparison.field in allowed and not actor.can_read(_message_field(model, comparison.field)):
            raise _unreadable("filter", comparison.field)
    return query.where(to_sql(expression, allowed))


def _unreadable(parameter: str, name: str) -> PermissionDenied:
    problem = f"you may not read {name}"
    return PermissionDenied(f"{parameter}: {problem}, so you may not use it here.", errors={parameter: [problem]})


def parse_order(model: Any, text: str, actor: Actor, default: str = "-created_at") -> list[Order]:
    """The columns to sort by; the id comes last so that the order is total."""
    orders: list[Order] = []
    for part in (text or default).split(","):
        name = part.strip().lstrip("+-")
        descending = part.strip().startswith("-")
        if part.strip().lower().endswith((" desc", " asc")):
            name, direction = part.strip().rsplit(" ", 1)
            descending = direction.lower() == "desc"
        field = model.message.DESCRIPTOR.fields_by_name.get(name)
        if field is None or not crm_contracts.rules_of(field).sortable:
            known = [f.name for f in model.message.DESCRIPTOR.fields if crm_contracts.rules_of(f).sortable]
            raise InvalidInput.of("order_by", f"cannot sort by {name!r}; known are: {', '.join(known)}")
        if not actor.can_read(field):
            raise _unreadable("order_by", name)
        if any(order.name == name for order in orders):
            raise InvalidInput.of("order_by", f"names {name} twice")
        column = getattr(model, name)
        orders.append(Order(name, column, descending, bool(column.property.columns[0].nullable)))
    orders.append(Order("id", model.id, orders[-1].descending, False))
    return orders


def _order_columns(orders: list[Order]) -> list[Any]:
    columns = []
    for order in orders:
        column = order.column.desc() if order.descending else order.column.asc()
        columns.append(column.nulls_last() if order.nullable else column)
    return columns


def _after(orders: list[Order], values: list[Any]) -> ColumnElement[bool]:
    """Rows that come after the row with `values`."""
    if not any(o.nullable for o in orders) and len({o.descending for o in orders}) == 1:
        row, bound = tuple_(*(o.column for o in orders)), tuple_(*_typed(orders, values))
        return row < bound if orders[0].descending else row > bound
    alternatives = []
    for i, order in enumerate(orders):
        equal = [o.column.is_not_distinct_from(v) for o, v in zip(orders[:i], values[:i], strict=True)]
        value = values[i]
        if value is None:
            continue
        further = order.column < value if order.descending else order.column > value
        alternatives.append(and_(*equal, or_(further, order.column.is_(None)) if order.nullable else further))
    return or_(*alternatives)


def _typed(orders: list[Order], values: list[Any]) -> list[Any]:
    return [literal(value, order.column.type) for order, value in zip(orders, values, strict=True)]


def _encode(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return {"t": value.isoformat()} if isinstance(value, datetime) else {"d": value.isoformat()}
    return {"n": str(value)} if isinstance(value, Decimal) else value


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        kind, text = next(iter(value.items()))
        readers: dict[str, Any] = {"t": datetime.fromisoformat, "d": date.fromisoformat, "n": Decimal}
        return readers[kind](text)
    return value


def _shape(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=6).hexdigest()


def write_token(shape: str, values: list[Any]) -> str:
    """An opaque position in a list of that shape."""
    return base64.urlsafe_b64encode(orjson.dumps([shape, *map(_encode, values)])).rstrip(b"=").decode()


def read_token(token: str, shape: str) -> list[Any]:
    """The position a token stands for. Raises InvalidInput if it belongs to another list or was tampered with."""
    try:
        found = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if found[0] != shape:
            raise ValueError("other list")
        return [_decode(value) for value in found[1:]]
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError, StopIteration) as error:
        raise InvalidInput.of("page_token", "does not belong to this list; start again without it") from error


def page_size(request: Any) -> int:
    """The size of the page asked for, within bounds."""
    return min(request.page_size or DEFAULT_PAGE, MAX_PAGE)


def list_page(
    tx: Any,
    model: Any,
    request: Any,
    response: type[Message],
    *,
    query: Select[Any] | None = None,
    default_order: str = "-created_at",
) -> Any:
    """The response of a List method: one page of the records that the actor may see.

    `query` narrows what is listed; it must start from `tx.visible(model)`.
    """
    if query is None:
        query = tx.visible(model, deleted=getattr(request, "show_deleted", False))
    query = apply_filter(query, model, getattr(request, "filter", ""), tx.actor)
    order_by = getattr(request, "order_by", "")
    orders = parse_order(model, order_by, tx.actor, default_order)
    shape = _shape(model.record_kind, order_by, getattr(request, "filter", ""))
    counted = query
    if request.page_token:
        values = read_token(request.page_token, shape)
        if len(values) != len(orders):
            raise InvalidInput.of("page_token", "does not belong to this list; start again without it")
        query = query.where(_after(orders, values))
    size = page_size(request)
    records = list(tx.session.scalars(query.order_by(*_order_columns(orders)).limit(size + 1)))
    more = len(records) > size
    records = records[:size]
    plural = next(f.name for f in response.DESCRIPTOR.fields if f.message_type is not None and f.is_repeated)
    found: Any = response(**{plural: [to_message(record, model.message) for record in records]})
    if more:
        found.next_page_token = write_token(shape, [getattr(records[-1], o.name) for o in orders])
    if getattr(request, "include_total_size", False):
        found.total_size = tx.session.scalar(select(func.count()).select_from(counted.subquery()))
    return found
