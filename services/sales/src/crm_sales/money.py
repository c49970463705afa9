"""Amounts of money: decimal, rounded to what the currency can pay."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from crm_sales.errors import AmountTooLarge

# Digits after the point where they are not two: ISO 4217, table A.1, column "minor unit".
_MINOR_UNITS = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
     "XPF"),
    0,
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)  # fmt: skip

LARGEST = Decimal("999999999999.9999")
"""What the message Money can hold, in either direction."""

_PRECISION = 60
"""More digits than any product of a quantity, a price and a percentage has."""


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole minor units of the currency, halves away from zero.

    Raises AmountTooLarge beyond what a Money can hold.
    """
    with localcontext(prec=_PRECISION):
        found = amount.quantize(Decimal(1).scaleb(-_MINOR_UNITS.get(currency, 2)), ROUND_HALF_UP)
    if abs(found) > LARGEST:
        raise AmountTooLarge()
    return found


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


def total(amounts: list[Decimal]) -> Decimal:
    """The sum. Raises AmountTooLarge beyond what a Money can hold."""
    found = sum(amounts, Decimal(0))
    if abs(found) > LARGEST:
        raise AmountTooLarge()
    return found
