"""What is wrong with a field: a sentence, and the code and parameters with which a client says it in its own words.

Standard rules, which many fields share, have a code each, and they are all here; `make proto` writes them into
proto/docs/errors.md. What a rule of one resource says has the code INVALID: its sentence is all there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INVALID = "INVALID"
"""The code of what no standard rule says."""


class Violation(str):
    """The sentence that says what is wrong with a field, with its code and the values that it speaks of."""

    code: str
    params: Mapping[str, Any]

    def __new__(cls, sentence: str, code: str = INVALID, params: Mapping[str, Any] | None = None) -> Violation:
        violation = super().__new__(cls, sentence)
        violation.code = code
        violation.params = params or {}
        return violation

    @classmethod
    def of(cls, sentence: str) -> Violation:
        """The sentence itself if it has a code; otherwise with the code INVALID."""
        return sentence if isinstance(sentence, Violation) else cls(sentence)

    def told(self) -> dict[str, Any]:
        """Code and parameters as documents tell them."""
        return {"code": self.code, "params": dict(self.params)}


def codes_of(errors: Mapping[str, list[Violation]]) -> dict[str, list[dict[str, Any]]]:
    """By field, code and parameters of each sentence, in the order of the sentences."""
    return {field: [violation.told() for violation in found] for field, found in errors.items()}


@dataclass(frozen=True)
class Rule:
    """A standard rule. Calling it makes the violation: `TOO_LONG(max=200)`."""

    code: str
    sentence: str
    """Names parameters in braces."""
    params: Mapping[str, str]
    """What each parameter means."""

    def __call__(self, sentence: str = "", /, **params: Any) -> Violation:
        """The violation; `sentence` says it where the general one can be more precise.

        Raises TypeError if the parameters are not those of the rule.
        """
        if params.keys() != self.params.keys():
            raise TypeError(f"{self.code} has the parameters {sorted(self.params)}, not {sorted(params)}")
        shown = {name: ", ".join(value) if isinstance(value, list) else value for name, value in params.items()}
        return Violation(sentence or self.sentence.format(**shown), self.code, params)


RULES: dict[str, Rule] = {}
"""The standard rules by code."""


def _rule(code: str, sentence: str, **params: str) -> Rule:
    rule = RULES[code] = Rule(code, sentence, params)
    return rule


REQUIRED = _rule("REQUIRED", "is required")
EMPTY = _rule("EMPTY", "must not be empty")
TOO_SHORT = _rule("TOO_SHORT", "must have at least {min} characters", min="characters")
TOO_LONG = _rule("TOO_LONG", "must have at most {max} characters", max="characters")
TOO_MANY_ENTRIES = _rule("TOO_MANY_ENTRIES", "must have at most {max} entries", max="entries")
TOO_MANY_BYTES = _rule("TOO_MANY_BYTES", "must have at most {kilobytes} KB", kilobytes="of 1,024 bytes each")
SEVERAL_LINES = _rule("SEVERAL_LINES", "must be one line without hidden signs")
CONTROL_CHARACTERS = _rule("CONTROL_CHARACTERS", "must not contain control characters")
PATTERN_MISMATCH = _rule("PATTERN_MISMATCH", "must match {pattern}", pattern="a regular expression")
INVALID_FORMAT = _rule(
    "INVALID_FORMAT",
    "is not written in its format",
    format="EMAIL, PHONE, URL, CURRENCY, COUNTRY, DECIMAL, UUID, DATE, TIME_ZONE, LANGUAGE or DOMAIN",
)
BELOW_MINIMUM = _rule("BELOW_MINIMUM", "must be at least {min}", min="the least number")
ABOVE_MAXIMUM = _rule("ABOVE_MAXIMUM", "must be at most {max}", max="the greatest number")
OUT_OF_RANGE = _rule("OUT_OF_RANGE", "is out of range")
NEGATIVE_AMOUNT = _rule("NEGATIVE_AMOUNT", "must not be negative")
TOO_MANY_DIGITS = _rule(
    "TOO_MANY_DIGITS",
    "{currency} has at most {digits} digits after the point",
    currency="ISO 4217",
    digits="that the currency has after the point",
)
UNKNOWN_FIELD = _rule("UNKNOWN_FIELD", "unknown field")
UNKNOWN_VALUE = _rule("UNKNOWN_VALUE", "must be one of {values}", values="a list of the possible ones")
WRONG_TYPE = _rule(
    "WRONG_TYPE", "has the wrong type", type="OBJECT, LIST, STRING, BOOLEAN, INTEGER, NUMBER or TIMESTAMP"
)
READ_ONLY = _rule("READ_ONLY", "cannot be set; leave it out")
IMMUTABLE = _rule("IMMUTABLE", "cannot be changed")
NOT_WRITABLE = _rule("NOT_WRITABLE", "you may not write this")
UNKNOWN_REFERENCE = _rule("UNKNOWN_REFERENCE", "no such record")
ALREADY_EXISTS = _rule(
    "ALREADY_EXISTS",
    "is taken",
    id="of the record that has the value; empty if the caller may not see it",
    deleted="whether that record is deleted",
)

TYPES = {
    "OBJECT": "must be an object",
    "LIST": "must be a list",
    "STRING": "must be a string",
    "BOOLEAN": "must be true or false",
    "INTEGER": "must be a whole number",
    "NUMBER": "must be a number",
    "TIMESTAMP": "must be a time with zone, like 2026-01-31T09:00:00Z",
}
"""What WRONG_TYPE says of each type."""


def wrong_type(type_: str) -> Violation:
    """Says of which type a value must be."""
    return WRONG_TYPE(TYPES[type_], type=type_)
