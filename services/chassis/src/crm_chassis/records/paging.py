"""Lists: filter, order and keyset paging, the same for every resource."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any
from uuid import UUID

import crm_contracts
import orjson
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Executable,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased

from crm_chassis.access.actor import Actor
from crm_chassis.contracts.filtering import Comparison, Expression, Field, comparisons, message_fields, parse
from crm_chassis.errors import InvalidInput, PermissionDenied
from crm_chassis.ids import as_uuid
from crm_chassis.records.filtering import to_sql
from crm_chassis.records.mapping import messages_within, within
from crm_chassis.records.past import moment_of, those_as_of
from crm_chassis.records.terms import found_by
from crm_chassis.records.visibility import halves
from crm_chassis.remembered import remembers

remembers(__name__)  # names of fields


DEFAULT_PAGE = 50
MAX_PAGE = 200
_LIMITS = (11, 26, 51, 101, MAX_PAGE + 1)
COUNTED = 10_000
"""So far the records of a list are counted; of more there is an estimate."""
PAGE_BYTES = 2_000_000
"""What the records of a page may take; a page ends early before it takes more."""


@dataclass(frozen=True)
class Order:
    """One column of a sort order."""

    name: str
    column: Any
    descending: bool
    nullable: bool
    blank: bool = False
    """An empty text stands for no value."""

    @property
    def present(self) -> ColumnElement[bool]:
        """Whether a row has a value; said so that an index on the column begins or ends there."""
        return self.column > "" if self.blank else self.column.is_not(None)

    @property
    def absent(self) -> ColumnElement[bool]:
        return self.column == "" if self.blank else self.column.is_(None)


@cache
def filter_fields(model: Any) -> dict[str, Field]:
    """The fields of a record that may be named in a filter, from the options of its message."""
    found: dict[str, Field] = {}
    for name, field in message_fields(model.message.DESCRIPTOR).items():
        column = getattr(model, name.split(".")[0] if field.key else name.replace(".", "_"), None)
        if column is not None:
            has_words = partial(found_by, model=model, field=name) if name in model.search_fields else None
            found[name] = replace(field, column=column, has_words=has_words)
    return found


def check_readable(
    parameter: str, expression: Expression, allowed: Collection[str], message: Descriptor, actor: Actor
) -> None:
    """Raises PermissionDenied if an expression asks about a field of a message that the actor may not read."""
    for comparison in comparisons(expression):
        if comparison.field in allowed and not all(map(actor.can_read, _path(message, comparison.field))):
            raise unreadable(parameter, comparison.field)


def _path(message: Descriptor, name: str) -> Iterator[FieldDescriptor]:
    """The field of a name and, of a name with dots, those inside it."""
    for part in name.split("."):
        field = message.fields_by_name[part]
        message = field.message_type
        yield field


def apply_filter(query: Select[Any], model: Any, text: str, actor: Actor) -> Select[Any]:
    """Narrows `query` by a filter. Raises InvalidInput, or PermissionDenied for a field the actor may not read."""
    expression = parse(text)
    if expression is None:
        return query
    allowed = filter_fields(model)
    check_readable("filter", expression, allowed, model.message.DESCRIPTOR, actor)
    return query.where(to_sql(expression, allowed))


def unreadable(parameter: str, name: str) -> PermissionDenied:
    """Says that a parameter names a field that the actor may not read."""
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
            raise unreadable("order_by", name)
        if any(order.name == name for order in orders):
            raise InvalidInput.of("order_by", f"names {name} twice")
        column = getattr(model, name)
        nullable = bool(column.property.columns[0].nullable)
        orders.append(Order(name, column, descending, nullable, blank=not nullable and _may_be_blank(column, field)))
    orders.append(Order("id", model.id, orders[-1].descending, False))
    return orders


def _may_be_blank(column: Any, field: FieldDescriptor) -> bool:
    """Whether an empty text can stand there: not for a name that there must be, nor for a value of an enum."""
    is_text = isinstance(column.type, String) and field.type == FieldDescriptor.TYPE_STRING
    return is_text and not crm_contracts.rules_of(field).min_length


def _pieces(query: Select[Any], orders: list[Order], values: list[Any] | None) -> Iterator[Select[Any]]:
    """The list after the row with `values`: the rows that have a value in the first column, then those that have none.

    An index that ends with the missing values begins with them when it is read backwards, and empty texts stand at its
    other end. So each piece is read along the index, and none has to be sorted.
    """
    first, *others = orders
    if not (first.nullable or first.blank):
        yield _piece(query, orders, orders, values)
        return
    orders = [replace(first, nullable=False), *others]
    if values is None or values[0] not in (None, ""):
        yield _piece(query.where(first.present), orders, orders, values)
        values = None
    # The first column stays in the order, though it is the same in all rows: it is what the index begins with.
    yield _piece(query.where(first.absent), orders, others, values[1:] if values else None)


def _piece(query: Select[Any], orders: list[Order], keys: list[Order], values: list[Any] | None) -> Select[Any]:
    """Rows in order; with the values of the columns `keys` of a row those that come after it."""
    columns = (_sorted(order, order.column) for order in orders)
    return (query.where(_after(keys, values)) if values else query).order_by(*columns)


def _sorted(order: Order, column: Any) -> Any:
    """A column in an order; missing values come last."""
    directed = column.desc() if order.descending else column.asc()
    return directed.nulls_last() if order.nullable else directed


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


def read_token(token: str, shape: str, types: Sequence[type]) -> list[Any]:
    """The position a token stands for: a value, or None, of each of these types; UUID stands for an id as text.

    Raises InvalidInput if it belongs to another list or was tampered with.
    """
    try:
        found = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if found[0] != shape:
            raise ValueError("other list")
        values = [_decode(value) for value in found[1:]]
        if not all(_fits(value, type_) for value, type_ in zip(values, types, strict=True)):
            raise ValueError("other types")
        return values
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError, StopIteration) as error:
        raise _other_list() from error


def _fits(value: Any, type_: type) -> bool:
    if value is None:
        return True
    if type_ is UUID:
        return isinstance(value, str) and as_uuid(value) is not None
    # A yes is no number, and PostgreSQL has no text with the character NUL.
    return type(value) is type_ and not (isinstance(value, str) and "\0" in value)


def _type_of(column: Any) -> type:
    type_: type = UUID if isinstance(column.type, Uuid) else column.type.python_type
    return type_


def _other_list() -> InvalidInput:
    return InvalidInput.of("page_token", "does not belong to this list; start again without it")


def page_size(request: Any) -> int:
    """The size of the page asked for, within bounds."""
    return min(request.page_size or DEFAULT_PAGE, MAX_PAGE)


def at_least(rows: int) -> ColumnElement[int]:
    """A LIMIT of so many rows or a few more.

    The planner has to know it to tell that an index is worth walking, so it is no parameter; there are few of them, so
    that statements stay prepared.
    """
    return literal_column(str(min(limit for limit in _LIMITS if limit >= rows)), Integer)


def rows_page(tx: Any, query: Select[Any], key: Sequence[Any], request: Any, shape: str) -> tuple[list[Any], str]:
    """A page of the rows of `query`, which are no records, and the token of the next page, if there is one.

    They come in ascending order of the columns `key`, which are never null and identify a row. `shape` tells the list
    from others, so that a token of another one is refused.
    """
    if request.page_token:
        values = read_token(request.page_token, shape, [_type_of(column) for column in key])
        bounds = [literal(value, column.type) for value, column in zip(values, key, strict=True)]
        query = query.where(tuple_(*key) > tuple_(*bounds))
    size = page_size(request)
    rows = list(tx.session.scalars(query.order_by(*key).limit(at_least(size + 1))))
    if len(rows) <= size:
        return rows, ""
    return rows[:size], write_token(shape, [getattr(rows[size - 1], column.key) for column in key])


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
    if "as_of" in request.DESCRIPTOR.fields_by_name and request.HasField("as_of"):
        return _page_as_of(tx, model, request, response)
    if query is None:
        query = tx.visible(model, deleted=getattr(request, "show_deleted", False))
    query = apply_filter(query, model, getattr(request, "filter", ""), tx.actor)
    order_by = getattr(request, "order_by", "")
    orders = parse_order(model, order_by, tx.actor, default_order)
    shape = _shape(model.record_kind, order_by, getattr(request, "filter", ""))
    types = [_type_of(order.column) for order in orders]
    values = read_token(request.page_token, shape, types) if request.page_token else None
    size = page_size(request)
    records: list[Any] = []
    apart = halves(tx, model)
    for piece in _pieces(query, orders, values):
        limit = at_least(size + 1 - len(records))
        statement = piece.limit(limit) if apart is None else _joined(piece, model, orders, apart, limit)
        more = tx.session.scalars(statement)
        # A record that loses its value between the two statements is in both.
        records = list(dict.fromkeys((*records, *more)))
        if len(records) > size:
            break
    listed = next(f for f in response.DESCRIPTOR.fields if f.message_type is not None and f.is_repeated)
    messages = messages_within(records[:size], message_factory.GetMessageClass(listed.message_type), PAGE_BYTES)
    found: Any = response(**{listed.name: messages})
    if len(records) > len(messages):
        found.next_page_token = write_token(shape, [getattr(records[len(messages) - 1], o.name) for o in orders])
    exact = getattr(request, "exact_total_size", False)
    if exact or getattr(request, "include_total_size", False):
        found.total_size, found.total_size_estimated = _total(tx, query, exact)
    return found


def _page_as_of(tx: Any, model: Any, request: Any, response: type[Message]) -> Any:
    """A page of the records that named one record at a time, as they were, the newest first.

    Those that name another one now are not found.
    """
    moment = moment_of(tx, request.as_of)
    parent = parse(request.filter)
    fields = model.message.DESCRIPTOR.fields_by_name
    if not (
        isinstance(parent, Comparison)
        and parent.operator == "="
        and isinstance(parent.value, str)
        and parent.field in fields
        and crm_contracts.rules_of(fields[parent.field]).reference
    ):
        raise InvalidInput.of("as_of", "needs a filter by one record that the others name, and nothing else")
    if request.order_by:
        raise InvalidInput.of("order_by", "is that of creation with as_of")
    query = apply_filter(tx.visible(model, deleted=True), model, request.filter, tx.actor)
    found = [
        past
        for past in those_as_of(tx, query.order_by(model.created_at.desc(), model.id.desc()), moment)
        if getattr(past.record, parent.field) == as_uuid(parent.value)
    ]
    shape = _shape(model.record_kind, "as_of", f"{request.filter} {moment.isoformat()}")
    start = read_token(request.page_token, shape, [int])[0] if request.page_token else 0
    size = page_size(request)
    messages = within((past.message() for past in found[start : start + size]), PAGE_BYTES)
    listed = next(f for f in response.DESCRIPTOR.fields if f.message_type is not None and f.is_repeated)
    page: Any = response(**{listed.name: messages})
    if start + len(messages) < len(found):
        page.next_page_token = write_token(shape, [start + len(messages)])
    if request.exact_total_size or request.include_total_size:
        page.total_size = len(found)
    return page


def _joined(
    piece: Select[Any], model: Any, orders: list[Order], conditions: Sequence[ColumnElement[bool]], limit: Any
) -> Select[Any]:
    """The first rows of those that one of the conditions lets through, each gone through along an index of its own."""
    rows = aliased(model, union_all(*(piece.where(one).limit(limit) for one in conditions)).subquery())
    columns = (_sorted(order, getattr(rows, order.name)) for order in orders)
    return select(rows).order_by(*columns).limit(limit)


def _total(tx: Any, query: Select[Any], exact: bool) -> tuple[int, bool]:
    """How many rows `query` has, and whether that is an estimate: of more than COUNTED it is, unless `exact`."""
    counted: Select[Any] = query.with_only_columns(literal_column("1"), maintain_column_froms=True)
    if not exact:
        counted = counted.limit(literal_column(str(COUNTED + 1)))
    count: int = tx.session.scalar(select(func.count()).select_from(counted.subquery()))
    if exact or count <= COUNTED:
        return count, False
    return max(count, expected_rows(tx, query)), True


def expected_rows(tx: Any, query: Select[Any]) -> int:
    """How many rows the planner expects of `query`."""
    (plan,) = tx.session.scalar(_Explain(query.with_only_columns(literal_column("1"), maintain_column_froms=True)))
    rows: int = plan["Plan"]["Plan Rows"]
    return rows


class _Explain(Executable, ClauseElement):
    """The plan of a statement: what the planner expects of it."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explain)
def _explain(element: _Explain, compiler: Any, **how: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **how)}"
