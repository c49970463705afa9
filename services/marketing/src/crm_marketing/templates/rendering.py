"""Templates to messages: tokens, conditions and a few filters, and nothing else.

The language is Jinja2's, cut down to what cannot run away: a template is refused unless every part of it is text, a
known token, a condition or an allowed filter. There are no loops, no calls, no arithmetic and no attributes beyond
the known tokens, so the length of a message and the time to write it grow with the template only.

A token without a value and without default is never rendered as nothing: it is reported, and who sends must skip.
A token inside a URL is percent-encoded, whatever it holds.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from crm_chassis.errors import InvalidInput
from crm_chassis.remembered import remembers
from jinja2 import Template as Compiled
from jinja2 import TemplateError, Undefined, nodes
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from crm_marketing.people.model import Account, Contact
from crm_marketing.templates.sanitising import removed, sanitise

remembers(__name__)  # templates, not what is put into them


CONTACT_TOKENS = ("first_name", "last_name", "display_name", "email", "title", "department", "country", "language")
ACCOUNT_TOKENS = ("name", "industry", "country")
TOKENS = frozenset(
    {f"contact.{name}" for name in CONTACT_TOKENS}
    | {f"account.{name}" for name in ACCOUNT_TOKENS}
    | {"unsubscribe_url", "sender"}
)
FILTERS = frozenset(
    {"capitalize", "default", "d", "e", "escape", "lower", "title", "trim", "truncate", "upper", "urlencode"}
)
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
# One that begins with // takes the scheme of the page: only in an attribute, for texts have such signs too.
_IN_URL = re.compile(r"""(?:(?:https?:|["'=])//[^\s<>"']|(?:mailto|sms):[^\s<>"'?]*\?)[^\s<>"']*$""", re.IGNORECASE)
_URLS = frozenset({"unsubscribe_url"})
"""Tokens whose values are URLs."""
LONGEST_URL = 2_000

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
    environment = _Environment(autoescape=html, undefined=_Missing, keep_trailing_newline=True)
    environment.globals.clear()
    environment.filters["urlencode"] = _url_encoded
    return environment


def _url_encoded(value: object) -> str:
    return quote(value.unescape() if isinstance(value, Markup) else str(value), safe="")


_TEXT, _HTML = _environment(html=False), _environment(html=True)


@dataclass(frozen=True)
class _Part:
    """A text of a template, ready to be rendered."""

    template: Compiled
    tokens: frozenset[str]
    conditions: frozenset[str]
    """Tokens that decide what else is shown."""


@lru_cache(maxsize=256)
def _compile(source: str, html: bool) -> _Part:
    """Raises InvalidInput, its detail saying what is wrong and in which line."""
    environment = _HTML if html else _TEXT
    try:
        _measure(environment, source)
        tree = environment.parse(source)
        _check(tree)
        tokens, conditions = frozenset(_tokens(tree)), frozenset(_deciding(tree))
        _encode_in_urls(tree.body, "")
        return _Part(environment.from_string(tree), tokens, conditions)
    except InvalidInput:
        raise
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise InvalidInput(f"{error.message}" + (f" (line {line})" if line else "")) from error
    except (RecursionError, SyntaxError, ValueError, MemoryError) as error:
        raise InvalidInput("is nested too deeply or holds a number that is too large") from error


def _encode_in_urls(body: Sequence[nodes.Node], before: str) -> str:
    """Lets every expression that stands inside a URL be percent-encoded.

    `before` is the text before the nodes as far as it may belong to a URL; returns the same of what comes after them.
    """
    for node in body:
        if isinstance(node, nodes.Output):
            before = _encode_parts(node.nodes, before)
        elif isinstance(node, nodes.If):
            branches = [node.body, *(branch.body for branch in node.elif_), node.else_]
            ends = [_encode_in_urls(branch, before) for branch in branches]
            before = next((end for end in ends if _IN_URL.search(end)), ends[-1])
    return before


def _encode_parts(parts: list[nodes.Expr], before: str) -> str:
    """The same for texts and expressions that stand one behind the other."""
    for place, part in enumerate(parts):
        if isinstance(part, nodes.TemplateData):
            before += part.data
        elif isinstance(part, nodes.Const):
            before += str(part.value)
        elif isinstance(part, nodes.Concat):
            before = _encode_parts(part.nodes, before)
        elif _IN_URL.search(before):
            if not _is_encoded(part):
                parts[place] = nodes.Filter(part, "urlencode", [], [], None, None, lineno=part.lineno)
            before += "x"
        else:
            before += "https://x" if isinstance(part, nodes.Name) and part.name in _URLS else "x"
        before = before[-LONGEST_URL:]
    return before


def _is_encoded(part: nodes.Expr | None) -> bool:
    while isinstance(part, nodes.Filter) and part.name != "urlencode":
        part = part.node
    return isinstance(part, nodes.Filter)


def _deciding(tree: nodes.Template) -> Iterator[str]:
    """Tokens on whose values it depends what else is shown."""
    for statement in tree.find_all(nodes.If):
        yield from _tokens(statement.test)
    for choice in tree.find_all(nodes.CondExpr):
        yield from _tokens(choice.test)
    for node in tree.find_all((nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Test)):
        yield from _tokens(node)
    for filtered in tree.find_all(nodes.Filter):
        if filtered.node is not None and any(not isinstance(argument, nodes.Const) for argument in filtered.args):
            yield from _tokens(filtered.node)


def _tokens(node: nodes.Node) -> Iterator[str]:
    for part in (node, *node.find_all((nodes.Name, nodes.Getattr))):
        if (name := _token_name(part)) in TOKENS:
            yield name


def _token_name(node: nodes.Node) -> str:
    """The name that a token is written with; empty if the node is none."""
    if isinstance(node, nodes.Getattr):
        return f"{node.node.name}.{node.attr}" if isinstance(node.node, nodes.Name) else node.attr
    return node.name if isinstance(node, nodes.Name) else ""


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
        if isinstance(node, nodes.Test) and node.name not in _TEXT.tests:
            raise InvalidInput(f"there is no test {node.name!r} (line {node.lineno})")
        pending.extend(node.iter_child_nodes())


def _check_token(node: nodes.Name | nodes.Getattr) -> None:
    if (name := _token_name(node)) not in TOKENS:
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
    """What is wrong with a template's source; empty if nothing is.

    It is rendered with all values and with none, so that what cannot be rendered is not kept. What fails with some
    values only is found when they are there.
    """
    try:
        part = _compile(source, html)
        for values in (_ALL, _NONE):
            try:
                _rendered(part, values)
            except Exception as error:
                who = "a contact that has every value" if values is _ALL else "a contact without values"
                raise InvalidInput(f"cannot be rendered for {who}: {error} (line {_line(error)})") from error
    except InvalidInput as error:
        return error.detail
    return ""


def _line(error: Exception) -> int:
    """The line of the template in which it went wrong."""
    frames = traceback.walk_tb(error.__traceback__)
    return next((line for frame, line in frames if "__jinja_exception__" in frame.f_globals), 1)


def _rendered(part: _Part, values: Mapping[str, Any]) -> str:
    token = _missing.set({})
    try:
        return part.template.render(values)
    finally:
        _missing.reset(token)


def warnings(body_html: str) -> list[str]:
    """What is taken out of a template's HTML; for people."""
    return removed(_rendered(_compile(body_html, True), _ALL))


def names(source: str, token: str) -> bool:
    """Whether a text has a token."""
    return token in _compile(source, False).tokens


def conditions(sources: Iterable[str]) -> frozenset[str]:
    """Tokens on which it depends what the texts of a template show, such as those that it compares."""
    return frozenset[str]().union(*(_compile(source, False).conditions for source in sources))


@dataclass(frozen=True)
class Rendered:
    """A message for one recipient."""

    subject: str
    style: str
    """The style sheet of the HTML."""
    body_html: str
    body_text: str
    missing: list[str]
    """Tokens that had no value and no default; a message with any must not be sent."""

    @property
    def html(self) -> str:
        """The HTML with its style sheet; empty if there is none."""
        return f"<style>{self.style}</style>{self.body_html}" if self.style else self.body_html

    @property
    def document(self) -> str:
        """The HTML as a page of its own; empty if there is none."""
        if not self.html:
            return ""
        style = f"<style>{self.style}</style>" if self.style else ""
        head = f'<head><meta name="viewport" content="width=device-width">{style}</head>'
        return f"<!doctype html><html>{head}<body>{self.body_html}</body></html>"


def values_for(contact: Contact, account: Account | None, *, sender: str, unsubscribe_url: str) -> dict[str, Any]:
    """The values of all tokens for one recipient. An empty value counts as none."""
    of_account = {name: getattr(account, name) for name in ACCOUNT_TOKENS} if account is not None else {}
    of_contact = {name: getattr(contact, name) for name in CONTACT_TOKENS}
    return _values(of_contact, of_account, sender, unsubscribe_url)


def _values(
    contact: Mapping[str, str], account: Mapping[str, str], sender: str, unsubscribe_url: str
) -> dict[str, Any]:
    plain = {"sender": sender, "unsubscribe_url": unsubscribe_url}
    return {
        "contact": _Values("contact", contact),
        "account": _Values("account", account),
        **{name: value for name, value in plain.items() if value},
    }


_SENDER, _URL = "Sender", "https://crm.example/unsubscribe"
_ALL = _values(dict.fromkeys(CONTACT_TOKENS, "Ada"), dict.fromkeys(ACCOUNT_TOKENS, "Engines"), _SENDER, _URL)
_NONE = _values({}, {}, _SENDER, _URL)


def render(subject: str, body_html: str, body_text: str, values: Mapping[str, Any]) -> Rendered:
    """The message. HTML is escaped token by token and sanitised as a whole; a subject is one line.

    Raises whatever an expression raises that these values do not suit.
    """
    missing: dict[str, None] = {}
    token = _missing.set(missing)
    try:
        line = " ".join(_compile(subject, False).template.render(values).split())
        text = _compile(body_text, False).template.render(values)
        style, html = sanitise(_compile(body_html, True).template.render(values)) if body_html else ("", "")
    finally:
        _missing.reset(token)
    return Rendered(line, style, html, text, list(missing))
