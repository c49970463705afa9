"""The one filter language of the suite (AIP-160) with its two back ends.

    stage = "won" AND amount >= 1000 AND (name : "acme" OR NOT tags : "lost")

As in AIP-160, OR binds tighter than AND. `:` means: a list contains the value; a text has words that begin
with the words of the value. Only fields that the caller of `to_sql` or `matches` allows can be named.
"""

from __future__ import annotations

import operator as operators
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal

from lark import Lark, Transformer, UnexpectedInput
from lark.exceptions import VisitError

from crm_chassis.errors import InvalidInput

_GRAMMAR = r"""
?start: conjunction
conjunction: disjunction (("AND")? disjunction)*
disjunction: term ("OR" term)*
?term: negation | "(" conjunction ")" | comparison
negation: ("NOT" | "-") term
comparison: FIELD OPERATOR value
value: STRING -> string | NUMBER -> number | WORD -> word
OPERATOR: "<=" | ">=" | "!=" | "=" | "<" | ">" | ":"
FIELD.2: /(?!(AND|OR|NOT)\b)[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(?=\s*(<=|>=|!=|=|<|>|:))/
STRING: /"(\\.|[^"\\])*"/ | /'(\\.|[^'\\])*'/
NUMBER.1: /-?\d+(\.\d+)?(?![\w:-])/
WORD: /(?!(AND|OR|NOT)\b)[^\s()"'<>=!:][^\s()"'<>=!]*/
%ignore /\s+/
"""

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
class Comparison:
    """`field operator value`; the value as it was written, a number or a text."""

    field: str
    operator: str
    value: str | Decimal


Expression = And | Or | Not | Comparison
Kind = Literal["text", "id", "enum", "number", "bool", "time", "date", "list"]


class _Build(Transformer[Any, Any]):
    def conjunction(self, parts: list[Any]) -> Expression:
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def disjunction(self, parts: list[Any]) -> Expression:
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def negation(self, parts: list[Any]) -> Expression:
        return Not(parts[0])

    def comparison(self, parts: list[Any]) -> Expression:
        return Comparison(str(parts[0]), str(parts[1]), parts[2])

    def string(self, parts: list[Any]) -> str:
        return re.sub(r"\\(.)", r"\1", str(parts[0])[1:-1])

    def number(self, parts: list[Any]) -> Decimal:
        return Decimal(str(parts[0]))

    def word(self, parts: list[Any]) -> str:
        return str(parts[0])


_parser = Lark(_GRAMMAR, parser="lalr", transformer=_Build())


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression | None:
    """The expression that `text` stands for; None for an empty text. Raises InvalidInput naming the position."""
    if not text.strip():
        return None
    if text.count("(") > MAX_DEPTH or text.count("NOT") > MAX_COMPARISONS:
        raise InvalidInput.of("filter", f"is nested deeper than {MAX_DEPTH} levels")
    try:
        expression: Expression = _parser.parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        position = error.pos_in_stream if error.pos_in_stream is not None and error.pos_in_stream >= 0 else len(text)
        raise InvalidInput.of("filter", f"cannot be read at character {position + 1}") from error
    except (VisitError, RecursionError) as error:
        raise InvalidInput.of("filter", "cannot be read") from error
    if sum(1 for _ in comparisons(expression)) > MAX_COMPARISONS:
        raise InvalidInput.of("filter", f"has more than {MAX_COMPARISONS} comparisons")
    return expression


def comparisons(expression: Expression) -> list[Comparison]:
    """Every comparison of an expression."""
    if isinstance(expression, Comparison):
        return [expression]
    if isinstance(expression, Not):
        return comparisons(expression.part)
    return [found for part in expression.parts for found in comparisons(part)]


@dataclass(frozen=True)
class Field:
    """A field that may be named in a filter: its kind, how SQL reaches it, the names an enum allows.

    `has_words` builds the SQL condition for `:` on a text; without it `:` is not offered.
    """

    kind: Kind
    column: Any = None
    names: Mapping[str, Any] | None = None
    has_words: Callable[[str], Any] | None = None


def _no_such_field(name: str, allowed: Mapping[str, Field]) -> InvalidInput:
    known = ", ".join(sorted(allowed))
    return InvalidInput.of("filter", f"unknown field {name!r}; known are: {known}"[:1000])


def convert(comparison: Comparison, field: Field) -> Any:
    """The value of a comparison in the type of its field. Raises InvalidInput if it does not fit."""
    value, text = comparison.value, str(comparison.value)
    try:
        if field.kind == "number":
            return value if isinstance(value, Decimal) else Decimal(value)
        if field.kind == "bool":
            return {"true": True, "false": False}[text.lower()]
        if field.kind == "enum":
            names = field.names or {}
            return names[text.upper()]
        if field.kind == "date":
            return date.fromisoformat(text[:10])
        if field.kind == "time":
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if field.kind == "id":
            return text.lower()
        return text
    except (KeyError, ValueError, InvalidOperation) as error:
        hints = {"number": "a number", "bool": "true or false", "date": "a day", "time": "a time"}
        hint = hints.get(field.kind) or "one of " + ", ".join(sorted(field.names or {}))
        raise InvalidInput.of("filter", f"{comparison.field} must be compared with {hint}") from error


def _check_operator(comparison: Comparison, field: Field) -> None:
    allowed = {
        "text": ("=", "!=", ":"),
        "id": ("=", "!="),
        "enum": ("=", "!="),
        "bool": ("=", "!="),
        "list": (":",),
    }.get(field.kind, ("=", "!=", "<", "<=", ">", ">="))
    if comparison.operator not in allowed:
        raise InvalidInput.of("filter", f"{comparison.field} can be compared with {' '.join(allowed)} only")


def to_sql(expression: Expression | None, allowed: Mapping[str, Field]) -> Any:
    """The expression as an SQLAlchemy condition. Raises InvalidInput for fields that are not allowed."""
    from sqlalchemy import and_, false, not_, or_, true

    if expression is None:
        return true()
    if isinstance(expression, And):
        return and_(*(to_sql(part, allowed) for part in expression.parts))
    if isinstance(expression, Or):
        return or_(*(to_sql(part, allowed) for part in expression.parts))
    if isinstance(expression, Not):
        # NOT of an unknown comparison is true, in SQL as in Python: a missing value is not equal to anything.
        return not_(_known(to_sql(expression.part, allowed)))
    field = allowed.get(expression.field)
    if field is None:
        raise _no_such_field(expression.field, allowed)
    _check_operator(expression, field)
    column, operator = field.column, expression.operator
    if field.kind == "id" and not re.fullmatch(r"[0-9a-f-]{36}", str(expression.value).lower()):
        if expression.value in ("", "null"):
            return column.is_(None) if operator == "=" else column.is_not(None)
        return false() if operator == "=" else true()
    value = convert(expression, field)
    if field.kind == "list":
        return column.contains([value])
    if operator == ":":
        if field.has_words is None:
            raise InvalidInput.of("filter", f"{expression.field} cannot be searched by words; compare it with =")
        return field.has_words(str(value))
    if operator == "=":
        return column == value
    if operator == "!=":
        return column.is_distinct_from(value)
    return {
        "<": column.__lt__,
        "<=": column.__le__,
        ">": column.__gt__,
        ">=": column.__ge__,
    }[operator](value)


def _known(condition: Any) -> Any:
    from sqlalchemy import false, func

    return func.coalesce(condition, false())


def words(text: str) -> list[str]:
    """The lower-case words of a text, as search and `:` see them."""
    return re.findall(r"\w+", text.lower())


def has_words(text: str, wanted: str) -> bool:
    """Whether every word of `wanted` begins some word of `text`."""
    present = words(text)
    return all(any(word.startswith(one) for word in present) for one in words(wanted))


# The functions, not the methods: a method of int answers NotImplemented, which is true, when it meets a Decimal.
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operators.eq,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def matches(expression: Expression | None, allowed: Mapping[str, Field], values: Mapping[str, Any]) -> bool:
    """Whether `values` (field name to Python value) satisfy the expression. The same meaning as `to_sql`."""
    if expression is None:
        return True
    if isinstance(expression, And):
        return all(matches(part, allowed, values) for part in expression.parts)
    if isinstance(expression, Or):
        return any(matches(part, allowed, values) for part in expression.parts)
    if isinstance(expression, Not):
        return not matches(expression.part, allowed, values)
    field = allowed.get(expression.field)
    if field is None:
        raise _no_such_field(expression.field, allowed)
    _check_operator(expression, field)
    present, operator = values.get(expression.field), expression.operator
    if field.kind == "id" and expression.value in ("", "null"):
        return (present is None) == (operator == "=")
    value = convert(expression, field)
    if operator == "!=":
        return bool(present != value)
    if present is None:
        return False
    if field.kind == "list":
        return value in present
    if operator == ":":
        return has_words(str(present), str(value))
    return bool(_COMPARE[operator](present, value))
