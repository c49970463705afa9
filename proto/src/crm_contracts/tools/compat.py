"""Finds what a new version of the contracts would break for those who use the old one.

Generic tools compare messages; this also compares our options, where most of the promises are: routes,
permissions, sensitivity, limits, events. Additions break nothing and are not reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from crm_contracts import (
    IMMUTABLE,
    INPUT_ONLY,
    OUTPUT_ONLY,
    REQUIRED,
    Format,
    Method,
    Sensitivity,
    behavior_of,
    rules_of,
)
from crm_contracts.tools.source import Finding, Source, access_of, map_value, message_type, type_name

_PROTECTION = ("public", "authenticated", "permission", "internal")
_NARROWING = {OUTPUT_ONLY: "output only", INPUT_ONLY: "input only", IMMUTABLE: "immutable"}


def compare(old: Source, new: Source) -> list[Finding]:
    """Every breaking change from `old` to `new`, in a stable order."""
    return sorted({*_messages(old, new), *_enums(old, new), *_methods(old, new), *_events(old, new)})


def _messages(old: Source, new: Source) -> Iterator[Finding]:
    later = _by_name(new.messages())
    for name, message in _by_name(old.messages()).items():
        if name not in later:
            yield Finding(name, "message-removed", "is gone")
        else:
            yield from _fields(message, later[name])


def _fields(old: Descriptor, new: Descriptor) -> Iterator[Finding]:
    names = {field.name for field in old.fields}
    for field in old.fields:
        where = field.full_name
        later = new.fields_by_name.get(field.name)
        renamed = new.fields_by_number.get(field.number)
        if later is not None:
            if later.number != field.number:
                yield Finding(where, "field-renumbered", f"{field.number} became {later.number}")
            yield from _field(field, later)
        elif renamed is not None and renamed.name not in names:
            yield Finding(where, "field-renamed", f"became {renamed.name}")
            yield from _field(field, renamed)
        else:
            yield Finding(where, "field-removed", "is gone")
    for field in new.fields:
        added = field.name not in names and field.number not in old.fields_by_number
        if added and REQUIRED in behavior_of(field):
            yield Finding(field.full_name, "field-required", "is new and required")


def _field(old: FieldDescriptor, new: FieldDescriptor) -> Iterator[Finding]:
    where, before, after = old.full_name, rules_of(old), rules_of(new)
    if _type(old) != _type(new):
        yield Finding(where, "field-retyped", f"{_type(old)} became {_type(new)}")
    if _label(old) != _label(new):
        yield Finding(where, "field-label", f"{_label(old)} became {_label(new)}")
    added = behavior_of(new) - behavior_of(old)
    if REQUIRED in added:
        yield Finding(where, "field-required", "became required")
    for behavior, text in _NARROWING.items():
        if behavior in added:
            yield Finding(where, "field-narrowed", f"became {text}")
    was, now = _effective(before.sensitivity), _effective(after.sensitivity)
    # Events carry FINANCIAL fields but clear PERSONAL ones, so that step is a lowering too.
    if now < was or (was, now) == (Sensitivity.PERSONAL, Sensitivity.FINANCIAL):
        yield Finding(where, "sensitivity-lowered", f"{Sensitivity.Name(was)} became {Sensitivity.Name(now)}")
    for name in ("read_permission", "write_permission"):
        if getattr(before, name) != getattr(after, name):
            text = f'{name} "{getattr(before, name)}" became "{getattr(after, name)}"'
            yield Finding(where, "field-permission", text)
    # Limits bind whoever writes the field.
    limits = {} if OUTPUT_ONLY in behavior_of(old) & behavior_of(new) else _LIMITS
    for name, tighter in limits.items():
        was, now = getattr(before, name), getattr(after, name)
        if now != was and tighter(was, now):
            text = f"{name} {_shown(name, was)} became {_shown(name, now)}"
            yield Finding(where, "limit-tightened", text)
    for name in ("filterable", "sortable", "groupable", "searchable", "multiline"):
        if getattr(before, name) and not getattr(after, name):
            yield Finding(where, f"not-{name}", f"is no longer {name}")


# Whether a limit that was `old` refuses more when it becomes `new`; 0 and "" mean that there is no limit.
_LIMITS: Mapping[str, Callable[[Any, Any], bool]] = {
    "min_length": lambda old, new: new > old,
    "max_length": lambda old, new: new and (not old or new < old),
    "max_items": lambda old, new: new and (not old or new < old),
    "pattern": lambda old, new: bool(new),
    "format": lambda old, new: bool(new),
    "minimum": lambda old, new: new and (not old or Decimal(new) > Decimal(old)),
    "maximum": lambda old, new: new and (not old or Decimal(new) < Decimal(old)),
}


def _enums(old: Source, new: Source) -> Iterator[Finding]:
    later = _by_name(new.enums())
    for name, enum in _by_name(old.enums()).items():
        if name not in later:
            yield Finding(name, "enum-removed", "is gone")
            continue
        for value in enum.values:
            where = f"{name}.{value.name}"
            same = later[name].values_by_name.get(value.name)
            renamed = later[name].values_by_number.get(value.number)
            if same is not None:
                if same.number != value.number:
                    yield Finding(where, "enum-value-renumbered", f"{value.number} became {same.number}")
            elif renamed is not None and renamed.name not in enum.values_by_name:
                yield Finding(where, "enum-value-renamed", f"became {renamed.name}")
            else:
                yield Finding(where, "enum-value-removed", "is gone")


def _methods(old: Source, new: Source) -> Iterator[Finding]:
    services = {method.service for method in new.methods()}
    later = {method.full_name: method for method in new.methods()}
    for method in old.methods():
        if method.service not in services:
            yield Finding(method.service, "service-removed", "is gone")
        elif method.full_name not in later:
            yield Finding(method.full_name, "method-removed", "is gone")
        else:
            yield from _method(method, later[method.full_name])


def _method(old: Method, new: Method) -> Iterator[Finding]:
    where, before, after = old.full_name, old.descriptor, new.descriptor
    for code, was, now in (
        ("request-changed", before.input_type.full_name, after.input_type.full_name),
        ("response-changed", before.output_type.full_name, after.output_type.full_name),
        ("streaming-changed", _streaming(before), _streaming(after)),
    ):
        if was != now:
            yield Finding(where, code, f"{was} became {now}")
    if old.http is not None and old.http != new.http:
        yield Finding(where, "route-changed", f"{_route(old)} became {_route(new)}")
    reach, reached = _protection(old), _protection(new)
    if reach != reached:
        code = "protection-lowered" if reached < reach else "protection-raised"
        yield Finding(where, code, f"{_PROTECTION[reach]} became {_PROTECTION[reached]}")
    elif old.policy.permission != new.policy.permission:
        text = f"{old.policy.permission} became {new.policy.permission}"
        yield Finding(where, "permission-changed", text)


def _events(old: Source, new: Source) -> Iterator[Finding]:
    later = {rules.type: (message, rules) for message, rules in new.events().items()}
    for message, rules in old.events().items():
        if rules.type not in later:
            yield Finding(message.full_name, "event-removed", f"{rules.type} is no longer published")
            continue
        after, now = later[rules.type]
        if after.full_name != message.full_name:
            yield Finding(message.full_name, "event-payload", f"{rules.type} carries {after.full_name}")
        if now.subject != rules.subject:
            text = f'subject "{rules.subject}" became "{now.subject}"'
            yield Finding(message.full_name, "event-subject", text)
        if now.personal != rules.personal:
            text = "became personal" if now.personal else "is no longer personal"
            yield Finding(message.full_name, "event-personal", text)


def _by_name(things: Iterable[Any]) -> dict[str, Any]:
    return {thing.full_name: thing for thing in things}


def _type(field: FieldDescriptor) -> str:
    if field.enum_type is not None:
        return str(field.enum_type.full_name)
    if value := map_value(field):
        return f"map<{_type(message_type(field).fields_by_name['key'])}, {_type(value)}>"
    return type_name(field) or _TYPES[field.type]


def _label(field: FieldDescriptor) -> str:
    if field.is_repeated:
        return "repeated"
    oneof = field.containing_oneof
    if oneof is not None and len(oneof.fields) > 1:
        return f"member of {oneof.name}"
    return "optional" if field.has_presence else "singular"


_TYPES = {
    getattr(FieldDescriptor, name): name.removeprefix("TYPE_").lower()
    for name in dir(FieldDescriptor)
    if name.startswith("TYPE_")
}


def _effective(sensitivity: int) -> int:
    return sensitivity or Sensitivity.INTERNAL


def _shown(name: str, value: Any) -> Any:
    if name == "format":
        return Format.Name(value)
    return value or "none"


def _streaming(method: Any) -> str:
    streams = (("client", method.client_streaming), ("server", method.server_streaming))
    return " and ".join(side for side, streaming in streams if streaming) or "unary"


def _route(method: Method) -> str:
    return f"{method.http.verb} {method.http.path} (body {method.http.body!r})" if method.http else "no route"


def _protection(method: Method) -> int:
    """How hard a method is to reach; one that says nothing is refused, so it counts as internal."""
    return _PROTECTION.index((access_of(method.policy) or ["internal"])[0])
