"""Amounts of money: decimal, rounded to what the currency can pay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext

from crm.common.v1 import types_pb2
from crm_chassis.records.mapping import money_text
from crm_contracts.codes import MINOR_UNITS

from crm_kit.errors import AmountTooLarge

LARGEST = Decimal("999999999999.9999")
"""What the message Money can hold, in either direction."""

_PRECISION = 60
"""More digits than any product of a quantity, a price and a percentage has."""


def payable(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole minor units of the currency, halves away from zero."""
    with localcontext(prec=_PRECISION):
        return amount.quantize(Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)), ROUND_HALF_UP)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The same. Raises AmountTooLarge beyond what a Money can hold."""
    return _bounded(payable(amount, currency))


def line_total(quantity: Decimal, unit_price: Decimal, discount_percent: Decimal, currency: str) -> Decimal:
    """quantity x unit price x (1 - discount / 100), rounded once, at the end.

    Raises AmountTooLarge beyond what a Money can hold.
    """
    with localcontext(prec=_PRECISION):
        return rounded(quantity * unit_price * (100 - discount_percent) / 100, currency)


def share(amount: Decimal, percent: float, currency: str) -> Decimal:
    """`percent` of the amount, rounded."""
    with localcontext(prec=_PRECISION):
        return rounded(amount * Decimal(str(percent)) / 100, currency)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum. Raises AmountTooLarge beyond what a Money can hold."""
    return _bounded(sum(amounts, Decimal(0)))


def monies(amounts: Mapping[str, Decimal]) -> list[types_pb2.Money]:
    """Amounts by currency as messages, in the order of the currencies."""
    return [
        types_pb2.Money(amount=money_text(amount), currency=currency) for currency, amount in sorted(amounts.items())
    ]


def _bounded(amount: Decimal) -> Decimal:
    if abs(amount) > LARGEST:
        raise AmountTooLarge()
    return amount
