"""Templates to messages: tokens, conditions and a few filters, and nothing else.

The language is Jinja2's, cut down to what cannot run away: a template is refused unless every part of it is text, a
known token, a condition or an allowed filter. There are no loops, no calls, no arithmetic and no attributes beyond
the known tokens, so the length of a message and the time to write it grow with the template only.

A token without a value and without default is never rendered as nothing: it is reported, and who sends must skip.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from crm_chassis.errors import InvalidInput
from jinja2 import Template as Compiled
from jinja2 import TemplateError, Undefined, nodes
from jinja2.sandbox import SandboxedEnvironment

from crm_marketing.people.model import Account, Contact

CONTACT_TOKENS = ("first_name", "last_name", "display_name", "email", "title", "department", "country", "language")
ACCOUNT_TOKENS = ("name", "industry", "country")
TOKENS = frozenset(
    {f"contact.{name}" for name in CONTACT_TOKENS}
    | {f"account.{name}" for name in ACCOUNT_TOKENS}
    | {"unsubscribe_url", "sender"}
)
FILTERS = frozenset({"capitalize", "default", "d", "e", "escape", "lower", "title", "trim", "truncate", "upper"})
MAX_NODES = 5_000
MAX_TRUNCATE = 10_000
MAX_DEPTH = 50
"""Conditions within each other, and words and signs in one token or condition: what nests deeper exhausts the stack of
whoever parses it."""

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Filter,
    nodes.Keyword, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test,
    nodes.Concat,
)  # fmt: skip

_PARTS = frozenset({"float", "integer", "name", "operator", "string"})
_TAGS = frozenset(
    "a abbr b blockquote br caption center code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins "
    "li ol p pre s small span strong sub sup table tbody td tfoot th thead tr u ul".split()
)
_ANYWHERE = {"align", "bgcolor", "class", "dir", "height", "id", "lang", "style", "title", "valign", "width"}
_ATTRIBUTES = {
    "*": _ANYWHERE,
    "a": {"href", "name", "target"},
    "font": {"color", "face", "size"},
    "img": {"alt", "border", "src"},
    "table": {"border", "cellpadding", "cellspacing", "role"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_DROPPED_WITH_CONTENT = {"script", "style", "title"}

_missing: ContextVar[dict[str, None]] = ContextVar("missing")


class _Missing(Undefined):
    """A token without value: a condition sees it as false, output reports it and shows its name."""

    def __str__(self) -> str:
        name = str(self._undefined_name)
        _missing.get()[name] = None
        return f"[{name}]"


class _Values(dict[str, str]):
    """The values of one kind of tokens."""

    def __init__(self, name: str, values: Mapping[str, str]) -> None:
        super().__init__((key, value) for key, value in values.items() if value)
        self.name = name


class _Environment(SandboxedEnvironment):
    """Reaches the values of tokens and no attribute of any object."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, _Values) and attribute in obj:
            return obj[attribute]
        name = f"{obj.name}.{attribute}" if isinstance(obj, _Values) else attribute
        return self.undefined(name=name)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.getattr(obj, str(argument))

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def _environment(*, html: bool) -> _Environment:
    found = _Environment(autoescape=html, undefined=_Missing, keep_trailing_newline=True)
    found.globals.clear()
    return found


_TEXT, _HTML = _environment(html=False), _environment(html=True)


@lru_cache(maxsize=256)
def _compile(source: str, html: bool) -> Compiled:
    """Raises InvalidInput, its detail saying what is wrong and in which line."""
    environment = _HTML if html else _TEXT
    try:
        _measure(environment, source)
        tree = environment.parse(source)
        _check(tree)
        return environment.from_string(tree)
    except InvalidInput:
        raise
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise InvalidInput(f"{error.message}" + (f" (line {line})" if line else "")) from error
    except (RecursionError, SyntaxError, ValueError, MemoryError) as error:
        raise InvalidInput("is nested too deeply or holds a number that is too large") from error


def _measure(environment: _Environment, source: str) -> None:
    depth = length = 0
    for line, kind, value in environment.lex(source):
        if kind in ("block_begin", "variable_begin"):
            length = 0
        elif kind in _PARTS:
            length += 1
        if kind == "name" and length == 1:
            depth += (value == "if") - (value == "endif")
        if max(depth, length) > MAX_DEPTH:
            raise InvalidInput(f"is nested too deeply or too long (line {line})")


def _check(tree: nodes.Template) -> None:
    pending: list[nodes.Node] = [tree]
    seen = 0
    while pending:
        node = pending.pop()
        seen += 1
        if seen > MAX_NODES:
            raise InvalidInput("has too many tokens and conditions")
        if isinstance(node, (nodes.Name, nodes.Getattr)):
            _check_token(node)
            continue
        if not isinstance(node, _ALLOWED):
            raise InvalidInput(f"{type(node).__name__.lower()} is not allowed here (line {node.lineno})")
        if isinstance(node, nodes.Filter):
            _check_filter(node)
        pending.extend(node.iter_child_nodes())


def _check_token(node: nodes.Name | nodes.Getattr) -> None:
    inner = node.node if isinstance(node, nodes.Getattr) else None
    if isinstance(node, nodes.Name):
        name = node.name
    else:
        name = f"{inner.name}.{node.attr}" if isinstance(inner, nodes.Name) else node.attr
    if name not in TOKENS:
        known = ", ".join(sorted(TOKENS))
        raise InvalidInput(f"unknown token {name!r} (line {node.lineno}); known are: {known}")


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        known = ", ".join(sorted(FILTERS))
        raise InvalidInput(f"filter {node.name!r} is not allowed (line {node.lineno}); allowed are: {known}")
    for given in [*node.args, *(one.value for one in node.kwargs)]:
        if isinstance(given, nodes.Const) and isinstance(given.value, int) and abs(given.value) > MAX_TRUNCATE:
            raise InvalidInput(f"a number of filter {node.name!r} is too large (line {node.lineno})")


def problem(source: str, *, html: bool = False) -> str:
    """What is wrong with a template's source; empty if nothing is."""
    try:
        _compile(source, html)
    except InvalidInput as error:
        return error.detail
    return ""


@dataclass(frozen=True)
class Rendered:
    """A message for one recipient."""

    subject: str
    body_html: str
    body_text: str
    missing: list[str]
    """Tokens that had no value and no default; a message with any must not be sent."""


def values_for(contact: Contact, account: Account | None, *, sender: str, unsubscribe_url: str) -> dict[str, Any]:
    """The values of all tokens for one recipient. An empty value counts as none."""
    of_account = {name: getattr(account, name) for name in ACCOUNT_TOKENS} if account is not None else {}
    found: dict[str, Any] = {
        "contact": _Values("contact", {name: getattr(contact, name) for name in CONTACT_TOKENS}),
        "account": _Values("account", of_account),
    }
    plain = {"sender": sender, "unsubscribe_url": unsubscribe_url}
    return found | {name: value for name, value in plain.items() if value}


def render(subject: str, body_html: str, body_text: str, values: Mapping[str, Any]) -> Rendered:
    """The message. HTML is escaped token by token and sanitised as a whole; a subject is one line."""
    missing: dict[str, None] = {}
    token = _missing.set(missing)
    try:
        line = " ".join(_compile(subject, False).render(values).split())
        text = _compile(body_text, False).render(values)
        html = _sanitised(_compile(body_html, True).render(values)) if body_html else ""
    finally:
        _missing.reset(token)
    return Rendered(line, html, text, list(missing))


def _sanitised(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
