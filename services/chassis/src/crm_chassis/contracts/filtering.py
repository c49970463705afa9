"""The one filter language of the suite (AIP-160) and what it means of Python values.

    status = "WON" AND amount >= 1000 AND (name : "acme" OR NOT tags : "lost")
    country IN ("DE", "AT") last_activity_at < now() - 90d close_date IS NOT NULL

As in AIP-160, OR binds tighter than AND. `:` means: a list contains the value; a text has words that begin with the
words of the value; `:*` means that the field has a value, as `IS NOT NULL` does. `= null`, `= ""` and `IS NULL` mean
that it has none: an empty text or list is none either. `now()` is the time at which the filter is applied. Values are
compared in the form in which they are stored, so that the case of an address or a tag does not matter. Only fields that
the caller allows can be named. The other back end, SQL, is crm_chassis.records.filtering.
"""

from __future__ import annotations

import operator as operators
import re
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import crm_contracts
from cachetools import TTLCache, cached
from crm_contracts.resources import MONEY
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from lark import Lark, Transformer, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from crm_chassis.contracts.formats import stored_form
from crm_chassis.errors import InvalidInput
from crm_chassis.remembered import remembers
from crm_chassis.text import composed, has_words, query_terms

REMEMBERED_SECONDS = 900.0
remembers(__name__, "what somebody looked for", seconds=REMEMBERED_SECONDS)


_GRAMMAR = r"""
?start: conjunction
conjunction: disjunction (("AND")? disjunction)*
disjunction: term ("OR" term)*
?term: negation | "(" conjunction ")" -> group | comparison | membership | nullity
negation: ("NOT" | "-") term
comparison: FIELD OPERATOR value
membership: FIELD [NOT] "IN" "(" value ("," value)* ")"
nullity: FIELD "IS" [NOT] "NULL"
?value: STRING -> string | NUMBER -> number | moment | WORD -> word
moment: _NOW [SPAN]
_NOW.3: "now()"
NOT: "NOT"
OPERATOR: "<=" | ">=" | "!=" | "=" | "<" | ">" | ":"
FIELD.2: /(?!(AND|OR|NOT)\b)[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(?=\s*(<=|>=|!=|=|<|>|:)|\s+(NOT\s+)?IN\b|\s+IS\b)/
STRING: /"(\\.|[^"\\])*"/ | /'(\\.|[^'\\])*'/
NUMBER.1: /-?\d+(\.\d+)?(?![\w:-])/
SPAN: /[+-]\s*\d{1,6}[smhdw]\b/
WORD: /(?!(AND|OR|NOT)\b)[^\s()"'<>=!:,][^\s()"'<>=!,]*/
%ignore /\s+/
"""
_TERMINALS = {
    "FIELD": "a field", "OPERATOR": "a comparison", "STRING": "a text in quotes", "NUMBER": "a number", "RPAR": ")",
    "$END": "the end",
}  # fmt: skip
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

MAX_DEPTH = 20
MAX_COMPARISONS = 50


@dataclass(frozen=True)
class And:
    """Every part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Or:
    """At least one part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Expression


@dataclass(frozen=True)
class Moment:
    """The time at which a filter is applied, and so far from it."""

    offset: timedelta


@dataclass(frozen=True)
class Comparison:
    """`field operator value`; the value as it was written, a number, a text or a moment, None for no value at all."""

    field: str
    operator: str
    value: str | Decimal | Moment | None


Expression = And | Or | Not | Comparison
Kind = Literal["text", "id", "enum", "number", "bool", "time", "date", "list"]


class _Build(Transformer[Any, Any]):
    def conjunction(self, parts: list[Any]) -> Expression:
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def disjunction(self, parts: list[Any]) -> Expression:
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def group(self, parts: list[Any]) -> Expression:
        return parts[0]

    def negation(self, parts: list[Any]) -> Expression:
        return Not(parts[0])

    def comparison(self, parts: list[Any]) -> Expression:
        field, operator, value = str(parts[0]), str(parts[1]), parts[2]
        if operator == ":" and value == _ANYTHING:
            return Comparison(field, "!=", None)
        return Comparison(field, operator, None if value in ("", _NULL) else _plain(value))

    def membership(self, parts: list[Any]) -> Expression:
        field, negated, *values = parts
        alternatives = tuple(self.comparison([field, "=", value]) for value in values)
        expression = alternatives[0] if len(alternatives) == 1 else Or(alternatives)
        return Not(expression) if negated else expression

    def nullity(self, parts: list[Any]) -> Expression:
        return Comparison(str(parts[0]), "!=" if parts[1] else "=", None)

    def string(self, parts: list[Any]) -> str:
        return composed(re.sub(r"\\(.)", r"\1", str(parts[0])[1:-1]))

    def number(self, parts: list[Any]) -> Decimal:
        return Decimal(str(parts[0]))

    def moment(self, parts: list[Any]) -> Moment:
        if parts[0] is None:
            return Moment(timedelta())
        sign, amount, unit = parts[0][0], parts[0][1:-1], parts[0][-1]
        offset = timedelta(**{_UNITS[unit]: int(amount)})
        return Moment(-offset if sign == "-" else offset)

    def word(self, parts: list[Any]) -> _Word:
        return _Word(composed(parts[0]))


@dataclass(frozen=True)
class _Word:
    """A value without quotes: `*` and `null` mean something only so."""

    text: str


_ANYTHING, _NULL = _Word("*"), _Word("null")


def _plain(value: Any) -> str | Decimal | Moment:
    plain: str | Decimal | Moment = value.text if isinstance(value, _Word) else value
    return plain


_parser = Lark(_GRAMMAR, parser="lalr", maybe_placeholders=True, propagate_positions=True)


@cached(TTLCache(1024, REMEMBERED_SECONDS), lock=threading.Lock())
def parse(text: str) -> Expression | None:
    """The expression that `text` stands for; None for an empty text. Raises InvalidInput naming the position."""
    if not text.strip():
        return None
    try:
        tree = _parser.parse(text)
    except UnexpectedInput as error:
        position = error.pos_in_stream if error.pos_in_stream is not None and error.pos_in_stream >= 0 else len(text)
        raise InvalidInput.of("filter", f"cannot be read at character {position + 1}{_expected(error)}") from error
    # Before anything goes down into it: the parser itself needs no stack.
    if _depth(tree) > MAX_DEPTH:
        raise InvalidInput.of("filter", f"is nested deeper than {MAX_DEPTH} levels")
    expression: Expression = _Build().transform(tree)
    if sum(1 for _ in comparisons(expression)) > MAX_COMPARISONS:
        raise InvalidInput.of("filter", f"has more than {MAX_COMPARISONS} comparisons")
    return expression


@dataclass(frozen=True)
class Joined:
    """What a filter asks of a record that is referred to: `account_id.name = "Acme"`."""

    reference: str
    """The field that refers to it."""
    text: str
    """The filter that the record must satisfy: `name = "Acme"`."""
    start: int
    end: int
    """Where it stands in the text."""


def joined(text: str, references: Collection[str]) -> list[Joined]:
    """What a filter asks of records that these fields refer to, from left to right. Raises InvalidInput as `parse`."""
    if not any(f"{name}." in text for name in references):
        return []
    parse(text)
    found = []
    for node in _parser.parse(text).find_pred(lambda tree: tree.data in ("comparison", "membership", "nullity")):
        field, start, end = node.children[0], node.meta.start_pos, node.meta.end_pos
        reference, dot, _ = str(field).partition(".")
        if dot and reference in references:
            found.append(Joined(reference, text[start + len(reference) + 1 : end], start, end))
    return sorted(found, key=lambda one: one.start)


def _expected(error: UnexpectedInput) -> str:
    terminals: Any = set()
    if isinstance(error, UnexpectedToken):
        terminals = error.accepts or error.expected
    elif isinstance(error, UnexpectedCharacters):
        terminals = error.allowed or set()
    expected = sorted(_TERMINALS[name] for name in terminals if name in _TERMINALS)
    return f"; expected there: {', '.join(expected)}" if expected else ""


def _depth(tree: Any) -> int:
    deepest, open_ = 0, [(tree, 0)]
    while open_:
        node, depth = open_.pop()
        if isinstance(node, Tree):
            depth += node.data in ("group", "negation")
            deepest = max(deepest, depth)
            open_ += [(child, depth) for child in node.children]
    return deepest


def comparisons(expression: Expression) -> list[Comparison]:
    """Every comparison of an expression."""
    if isinstance(expression, Comparison):
        return [expression]
    if isinstance(expression, Not):
        return comparisons(expression.part)
    return [comparison for part in expression.parts for comparison in comparisons(part)]


@dataclass(frozen=True)
class Field:
    """A field that may be named in a filter: its kind, how SQL reaches it, the names an enum allows.

    `has_words` builds the SQL condition for `:` on a text; without it `:` is not offered. `format` (of
    crm.options.v1.Format) says in which form texts are stored. With a `key` the entries of a list are objects, and the
    value is looked for under it.
    """

    kind: Kind
    column: Any = None
    names: Mapping[str, Any] | None = None
    has_words: Callable[[str], Any] | None = None
    format: int = 0
    key: str = ""
    aliased: bool = False
    """An id of a record that can be merged: an old one stands for the one that it leads to."""


def message_fields(message: Descriptor) -> dict[str, Field]:
    """The fields of a message that a filter may name, from their options: enough for `matches`, without columns."""
    fields: dict[str, Field] = {}
    for field in message.fields:
        if not crm_contracts.rules_of(field).filterable:
            continue
        if field.is_repeated and field.message_type is not None:
            fields |= {f"{field.name}.{inner.name}": _entry_field(inner) for inner in _filterable(field.message_type)}
        else:
            fields[field.name] = _message_field(field)
            if field.message_type is not None and field.message_type.full_name == MONEY:
                fields[f"{field.name}.currency"] = Field("text", format=crm_contracts.Format.CURRENCY)
    return fields


def _filterable(message: Descriptor) -> list[FieldDescriptor]:
    return [field for field in message.fields if crm_contracts.rules_of(field).filterable]


def _entry_field(field: FieldDescriptor) -> Field:
    rules = crm_contracts.rules_of(field)
    return Field("list", format=rules.format, key=field.name, aliased=rules.reference in crm_contracts.mergeable())


def _message_field(field: FieldDescriptor) -> Field:
    rules = crm_contracts.rules_of(field)
    if field.is_repeated:
        return Field("list", format=rules.format)
    if field.message_type is not None:
        return Field("number" if field.message_type.full_name == MONEY else "time")
    if field.enum_type is not None:
        return Field("enum", names={value.name: value.name for value in field.enum_type.values if value.number})
    if field.type == FieldDescriptor.TYPE_BOOL:
        return Field("bool")
    if field.type != FieldDescriptor.TYPE_STRING:
        return Field("number")
    if rules.format == crm_contracts.Format.DATE:
        return Field("date")
    if rules.format == crm_contracts.Format.UUID or rules.reference:
        own = field.name == "id" and crm_contracts.resource_of(field.containing_type) is not None
        kind = crm_contracts.kind_of(field.containing_type) if own else rules.reference
        return Field("id", aliased=kind in crm_contracts.mergeable())
    return Field("text", format=rules.format)


def no_such_field(name: str, allowed: Mapping[str, Field]) -> InvalidInput:
    """Says which fields may be named instead."""
    known = ", ".join(sorted(allowed))
    return InvalidInput.of("filter", f"unknown field {name!r}; known are: {known}"[:1000])


def convert(comparison: Comparison, field: Field, now: datetime | None = None) -> Any:
    """The value of a comparison in the type of its field. Raises InvalidInput if it does not fit.

    `now` (aware) is what `now()` stands for; by default the time of the call.
    """
    value = comparison.value
    try:
        if isinstance(value, Moment):
            return _moment(value, field, now or datetime.now(UTC))
        return _READERS[field.kind](str(value), field)
    except (KeyError, ValueError, InvalidOperation, OverflowError) as error:
        hint = _HINTS.get(field.kind) or "one of " + ", ".join(sorted(field.names or {}))
        raise InvalidInput.of("filter", f"{comparison.field} must be compared with {hint}") from error


def _moment(moment: Moment, field: Field, now: datetime) -> datetime | date:
    at = now + moment.offset
    return {"time": at, "date": at.date()}[field.kind]


def _number(text: str, _: Field) -> Decimal:
    if not re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", text):
        raise ValueError
    return Decimal(text)


def _day(text: str, _: Field) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError
    return date.fromisoformat(text)


def _time(text: str, _: Field) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


_READERS: dict[str, Callable[[str, Field], Any]] = {
    "number": _number,
    "bool": lambda text, _: {"true": True, "false": False}[text.lower()],
    "enum": lambda text, field: (field.names or {})[text.upper()],
    "date": _day,
    "time": _time,
    "id": lambda text, _: text.lower(),
    "text": lambda text, field: stored_form(text, field.format),
    "list": lambda text, field: stored_form(text, field.format),
}
_HINTS = {
    "number": "a number", "bool": "true or false", "date": "a day, like 2026-01-31 or now() - 7d",
    "time": "a time, like 2026-01-31T12:00:00Z or now() - 12h", "id": "an id", "text": "a text", "list": "a text",
}  # fmt: skip


def check_operator(comparison: Comparison, field: Field) -> None:
    """Raises InvalidInput if a field of that kind cannot be compared so."""
    if comparison.value is None and comparison.operator in ("=", "!="):
        return
    allowed = {
        "text": ("=", "!=", ":"),
        "id": ("=", "!="),
        "enum": ("=", "!="),
        "bool": ("=", "!="),
        "list": (":",),
    }.get(field.kind, ("=", "!=", "<", "<=", ">", ">="))
    if comparison.operator not in allowed:
        raise InvalidInput.of("filter", f"{comparison.field} can be compared with {' '.join(allowed)} only")
    if comparison.value is None or (field.kind == "text" and comparison.operator == ":" and not _has_term(comparison)):
        raise InvalidInput.of(
            "filter", f"{comparison.field} is compared with nothing; `:*` asks whether it has a value"
        )


def _has_term(comparison: Comparison) -> bool:
    return bool(query_terms(str(comparison.value)))


# The functions, not the methods: a method of int answers NotImplemented, which is true, when it meets a Decimal.
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operators.eq,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def matches(
    expression: Expression | None,
    allowed: Mapping[str, Field],
    values: Mapping[str, Any],
    now: datetime | None = None,
) -> bool:
    """Whether `values` (field name to Python value) satisfy the expression; the same as what `to_sql` selects.

    `now` (aware) is what `now()` stands for; by default the time of the call. Raises InvalidInput for fields that are
    not allowed and values that do not fit.
    """
    if expression is None:
        return True
    if isinstance(expression, And):
        return all(matches(part, allowed, values, now) for part in expression.parts)
    if isinstance(expression, Or):
        return any(matches(part, allowed, values, now) for part in expression.parts)
    if isinstance(expression, Not):
        return not matches(expression.part, allowed, values, now)
    field = allowed.get(expression.field)
    if field is None:
        raise no_such_field(expression.field, allowed)
    check_operator(expression, field)
    present, operator = values.get(expression.field), expression.operator
    if expression.value is None:
        return (present in (None, "", [])) == (operator == "=")
    value = convert(expression, field, now)
    if operator == "!=":
        return bool(present != value)
    if present is None:
        return False
    if field.kind == "list":
        return any(value == (entry[field.key] if field.key else entry) for entry in present)
    if operator == ":":
        return has_words(str(present), str(value))
    return bool(COMPARE[operator](present, value))
