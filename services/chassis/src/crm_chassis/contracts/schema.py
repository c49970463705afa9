"""Validation: marshmallow schemas derived from message descriptors.

`validate` checks a request against its schema and puts the normalised values back into it, so that a use case
only ever sees clean input. A service adds rules that options cannot say by subclassing a derived schema:

    @schema_for(contacts_pb2.Contact)
    class ContactSchema(derived(contacts_pb2.Contact)):
        @validates_schema
        def reachable(self, data, **kwargs): ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import available_timezones

import crm_contracts
import email_validator
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from marshmallow import validate as validators

from crm_chassis.contracts.transcode import is_map
from crm_chassis.errors import InvalidInput

Format = crm_contracts.Format
S = TypeVar("S", bound=type[Schema])

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_URL = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")

# ISO 3166-1 alpha-2 and ISO 4217 codes in force, without funds and precious metals.
COUNTRIES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
    "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
    "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
    "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
    "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
    "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
    "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split()
)
CURRENCIES = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK "
    "LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD "
    "OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
    "SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF "
    "YER ZAR ZMW ZWG".split()
)


# Names such as .example are refused by default; whether an address can receive mail is not a question of form.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def _email(text: str) -> str:
    try:
        found = email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        raise ValidationError("must be an e-mail address") from error
    return found.normalized.lower()


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValidationError("must be a day, like 2026-01-31") from error


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise ValidationError("must be a UUID") from error


def _decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise ValidationError("must be a decimal number with at most four digits after the point")
    return text


def _member_of(known: frozenset[str], what: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text.upper() not in known:
            raise ValidationError(f"must be {what}")
        return text.upper()

    return check


def _matching(pattern: re.Pattern[str], what: str, *, lower: bool = False) -> Callable[[str], str]:
    def check(text: str) -> str:
        text = text.lower() if lower else text
        if not pattern.fullmatch(text):
            raise ValidationError(f"must be {what}")
        return text

    return check


def _phone(text: str) -> str:
    if sum(c.isdigit() for c in text) < 3:
        raise ValidationError("must be a telephone number")
    return text


def _time_zone(text: str) -> str:
    if text not in available_timezones():
        raise ValidationError("must be an IANA time zone, like Europe/Berlin")
    return text


def _filter(text: str) -> str:
    from crm_chassis.contracts.filtering import parse

    try:
        parse(text)
    except InvalidInput as error:
        raise ValidationError(error.detail.removeprefix("filter: ")) from error
    return text


_FORMATS: dict[int, Callable[[str], str]] = {
    Format.EMAIL: _email,
    Format.PHONE: _phone,
    Format.URL: _matching(_URL, "an absolute http or https URL"),
    Format.CURRENCY: _member_of(CURRENCIES, "an ISO 4217 currency code"),
    Format.COUNTRY: _member_of(COUNTRIES, "an ISO 3166-1 alpha-2 country code"),
    Format.DECIMAL: _decimal,
    Format.UUID: _uuid,
    Format.DATE: _date,
    Format.TIME_ZONE: _time_zone,
    Format.LANGUAGE: _matching(_LANGUAGE, "a BCP 47 language tag"),
    Format.DOMAIN: _matching(_DOMAIN, "a domain name", lower=True),
    Format.FILTER: _filter,
}


class CleanString(fields.String):
    """Text without control characters and surrounding blanks, in the format its options name."""

    def __init__(self, rules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rules = rules
        self._pattern = re.compile(rules.pattern) if rules.pattern else None

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        text = str(value).strip()
        rules = self._rules
        if _CONTROL.search(text):
            raise ValidationError("must not contain control characters")
        if len(text) < rules.min_length:
            raise ValidationError(
                "must not be empty" if rules.min_length == 1 else f"must have at least {rules.min_length} characters"
            )
        if rules.max_length and len(text) > rules.max_length:
            raise ValidationError(f"must have at most {rules.max_length} characters")
        if self._pattern and not self._pattern.fullmatch(text):
            raise ValidationError(f"must match {rules.pattern}")
        if text and rules.format:
            text = _FORMATS[rules.format](text)
        if rules.minimum or rules.maximum:
            _check_range(Decimal(text or "0"), rules)
        return text


class Ranged(fields.Raw):
    """A number between the bounds its options name."""

    def __init__(self, rules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rules = rules

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        _check_range(Decimal(str(value)), self._rules)
        return value


def _check_range(value: Decimal, rules: Any) -> None:
    try:
        if rules.minimum and value < Decimal(rules.minimum):
            raise ValidationError(f"must be at least {rules.minimum}")
        if rules.maximum and value > Decimal(rules.maximum):
            raise ValidationError(f"must be at most {rules.maximum}")
    except InvalidOperation as error:
        raise ValidationError("must be a number") from error


_registered: dict[str, type[Schema]] = {}


def schema_for(message: type[Message]) -> Callable[[S], S]:
    """Makes the decorated schema the one that checks `message`, wherever it stands in a request."""

    def register(schema: S) -> S:
        _registered[message.DESCRIPTOR.full_name] = schema
        _instance.cache_clear()
        return schema

    return register


def derived(message: type[Message]) -> type[Schema]:
    """The schema that the options of `message` describe."""
    return _derive(message.DESCRIPTOR)


def _derive(descriptor: Descriptor) -> type[Schema]:
    declared: dict[str, Any] = {field.name: _field(field) for field in descriptor.fields}
    meta = type("Meta", (), {"unknown": EXCLUDE})
    return type(f"{descriptor.name}Schema", (Schema,), {**declared, "Meta": meta})


def _field(field: FieldDescriptor) -> fields.Field[Any]:
    required = crm_contracts.REQUIRED in crm_contracts.behavior_of(field)
    rules = crm_contracts.rules_of(field)
    kwargs: dict[str, Any] = {"required": required}
    if required:
        kwargs["error_messages"] = {"required": "is required"}
    if is_map(field):
        item: fields.Field[Any] = _single(field.message_type.fields_by_name["value"], rules, {})
        return fields.Dict(
            keys=CleanString(crm_contracts.FieldRules(max_length=200)),
            values=item,
            validate=_at_most(rules.max_items),
            **kwargs,
        )
    if field.is_repeated:
        return fields.List(_single(field, rules, {}), validate=_at_most(rules.max_items), **kwargs)
    return _single(field, rules, kwargs)


def _at_most(limit: int) -> list[Callable[[Any], Any]]:
    return [validators.Length(max=limit, error=f"must have at most {limit} entries")] if limit else []


def _single(field: FieldDescriptor, rules: Any, kwargs: dict[str, Any]) -> fields.Field[Any]:
    if field.message_type is not None:
        if field.message_type.full_name.startswith("google.protobuf."):
            return fields.Raw(**kwargs)
        descriptor = field.message_type
        return fields.Nested(lambda: _schema(descriptor)(), **kwargs)
    if field.type == FieldDescriptor.TYPE_STRING:
        return CleanString(rules, **kwargs)
    if rules.minimum or rules.maximum:
        return Ranged(rules, **kwargs)
    return fields.Raw(**kwargs)


@cache
def _derived_schema(full_name: str, descriptor: Descriptor) -> type[Schema]:
    return _derive(descriptor)


def _schema(descriptor: Descriptor) -> type[Schema]:
    return _registered.get(descriptor.full_name) or _derived_schema(descriptor.full_name, descriptor)


@cache
def _instance(full_name: str, descriptor: Descriptor) -> Schema:
    return _schema(descriptor)()


def plain(message: Message) -> dict[str, Any]:
    """The fields that are set, nested messages as dicts, well-known types as they are."""
    found: dict[str, Any] = {}
    for field, value in message.ListFields():
        nested = field.message_type is not None and not field.message_type.full_name.startswith("google.protobuf.")
        if is_map(field):
            found[field.name] = {k: plain(v) if isinstance(v, Message) else v for k, v in value.items()}
        elif field.is_repeated:
            found[field.name] = [plain(item) for item in value] if nested else list(value)
        else:
            found[field.name] = plain(value) if nested else value
    return found


def validate(message: Message, partial: Iterable[str] = ()) -> dict[str, Any]:
    """Checks a message and normalises it in place; returns its plain, clean values.

    `partial` names required fields that may be absent, with dots ("contact.name"): those a partial update leaves
    alone. Raises InvalidInput naming every wrong field.
    """
    schema = _instance(message.DESCRIPTOR.full_name, message.DESCRIPTOR)
    data = plain(message)
    try:
        clean: dict[str, Any] = schema.load(data, partial=tuple(partial))
    except ValidationError as error:
        flat: dict[str, list[str]] = {}
        _flatten(error.messages, "", flat)
        raise InvalidInput("The request has wrong fields.", errors=flat) from error
    if clean != data:
        message.Clear()
        message.MergeFrom(type(message)(**clean))
    return clean


def _flatten(found: Any, path: str, into: dict[str, list[str]]) -> None:
    if isinstance(found, Mapping):
        for key, value in found.items():
            inner = path if key in ("_schema", "value") else f"{path}.{key}" if path else str(key)
            _flatten(value, inner, into)
    else:
        into.setdefault(path or "_", []).extend(str(one) for one in (found if isinstance(found, list) else [found]))
