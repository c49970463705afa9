"""HTML that may stand in a mail, and what is taken out of other HTML.

Style sheets are kept if there is nothing in them that loads or runs anything: layouts that adapt to the screen need
their media queries. Everything else goes through the sanitiser as a whole.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3

MAX_WARNINGS = 50

_TAGS = frozenset(
    "a abbr b blockquote br caption center code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins "
    "li ol p pre s small span strong sub sup table tbody td tfoot th thead tr u ul".split()
)
_FRAME = frozenset({"html", "head", "body", "meta", "title"})
"""What the message has of its own, whatever the template says."""
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
_SCHEMES = {"http", "https", "mailto", "sms", "tel"}
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
_LOADS = re.compile(r"[<\\]|@import|url\s*\(|expression\s*\(|behavior|binding|javascript", re.IGNORECASE)


def sanitise(html: str) -> tuple[str, str]:
    """The style sheet and the body that are left of a text."""
    html = _COMMENT.sub("", html)
    sheets = (sheet.strip() for sheet in _STYLE.findall(html))
    body = nh3.clean(
        html,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    return "\n".join(sheet for sheet in sheets if not _LOADS.search(sheet)), body


def removed(html: str) -> list[str]:
    """What `sanitise` takes out of a text and its author may miss, with the line where it is first; for people."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [f"{what} is removed (line {line})" for what, line in reader.removed.items()][:MAX_WARNINGS]


class _Reader(HTMLParser):
    """Notes what the sanitiser does not let through."""

    def __init__(self) -> None:
        super().__init__()
        self.removed: dict[str, int] = {}
        self._sheet: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style":
            self._sheet = []
        elif tag not in _TAGS | _FRAME:
            self._note(f"<{tag}>")
        elif tag != "meta":
            kept = _ANYWHERE | _ATTRIBUTES.get(tag, set()) if tag in _TAGS else {"lang", "dir"}
            for name, value in attrs:
                if name not in kept:
                    self._note(f"{name} of <{tag}>")
                elif name in ("href", "src") and (scheme := _scheme(value or "")):
                    self._note(f"{name} of <{tag}> with {scheme}:")

    def handle_data(self, data: str) -> None:
        if self._sheet is not None:
            self._sheet.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "style" and self._sheet is not None:
            if _LOADS.search("".join(self._sheet)):
                self._note("<style> that loads something, such as a font,")
            self._sheet = None

    def handle_comment(self, data: str) -> None:
        if data.lstrip().startswith("[if"):
            self._note("what is meant for Outlook only (<!--[if ...]>)")

    def _note(self, what: str) -> None:
        self.removed.setdefault(what, self.getpos()[0])


def _scheme(url: str) -> str:
    """The scheme of a URL if it is not an allowed one."""
    try:
        scheme = urlsplit(url.strip()).scheme
    except ValueError:
        return ""
    return "" if not scheme or scheme in _SCHEMES else scheme
