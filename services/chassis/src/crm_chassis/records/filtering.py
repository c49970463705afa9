"""The filter language in SQL: the same meaning as `crm_chassis.contracts.filtering.matches`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import BigInteger, Integer, and_, false, func, literal, not_, or_, true

from crm_chassis.contracts.filtering import (
    COMPARE,
    And,
    Expression,
    Field,
    Not,
    Or,
    check_operator,
    convert,
    no_such_field,
)
from crm_chassis.contracts.formats import Format
from crm_chassis.errors import InvalidInput
from crm_chassis.records.aliases import current

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LARGEST = 2**63
"""No whole number of the database is as large."""


def to_sql(expression: Expression | None, allowed: Mapping[str, Field], now: datetime | None = None) -> Any:
    """The expression as an SQLAlchemy condition. Raises InvalidInput for fields that are not allowed.

    `now` is what `now()` stands for; by default the time of the call.
    """
    if expression is None:
        return true()
    if isinstance(expression, And):
        return and_(*(to_sql(part, allowed, now) for part in expression.parts))
    if isinstance(expression, Or):
        return or_(*(to_sql(part, allowed, now) for part in expression.parts))
    if isinstance(expression, Not):
        # NOT of an unknown comparison is true, in SQL as in Python: a missing value is not equal to anything.
        return not_(func.coalesce(to_sql(expression.part, allowed, now), false()))
    field = allowed.get(expression.field)
    if field is None:
        raise no_such_field(expression.field, allowed)
    check_operator(expression, field)
    column, operator = field.column, expression.operator
    if expression.value is None:
        missing = _is_missing(field)
        return missing if operator == "=" else not_(missing)
    if _is_of_ids(field) and not _ID.fullmatch(str(expression.value).lower()):
        return true() if operator == "!=" else false()  # What is no id is that of nothing.
    value = convert(expression, field, now)
    if field.aliased:
        value = current(value)
    if field.kind == "list" and field.aliased:
        return column.op("@>")(func.jsonb_build_array(func.jsonb_build_object(field.key, value)))
    if field.kind == "list":
        return column.contains([{field.key: value} if field.key else value])
    if operator == ":":
        if field.has_words is None:
            raise InvalidInput.of("filter", f"{expression.field} cannot be searched by words; compare it with =")
        return field.has_words(str(value))
    if isinstance(value, Decimal) and isinstance(column.type, Integer):
        value = _whole(value, operator)
    if operator == "!=":
        return column.is_distinct_from(value)
    return COMPARE[operator](column, value)


def _is_of_ids(field: Field) -> bool:
    return field.kind == "id" or (field.kind == "list" and field.format == Format.UUID)


def _whole(value: Decimal, operator: str) -> Any:
    """The whole number that a column of them is compared with as with the value: with any other the index would not
    serve. The value itself where there is none."""
    upwards = operator in ("<", ">=")
    whole = int(value.to_integral_value(ROUND_CEILING if upwards else ROUND_FLOOR))
    if abs(whole) >= _LARGEST or (operator in ("=", "!=") and whole != value):
        return value
    return literal(whole, BigInteger)


def _is_missing(field: Field) -> Any:
    if field.kind == "text":
        return func.coalesce(field.column, "") == ""
    if field.kind == "list":
        return or_(field.column.is_(None), field.column == [])
    return field.column.is_(None)
