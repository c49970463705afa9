"""The catalogue of events as a page: the generated Markdown, whose few forms are all that is understood here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Events</title>
<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<header><h1>Events</h1><a href="/asyncapi.yaml">asyncapi.yaml</a><a href="/docs">API</a></header>
<nav aria-label="Sections">{nav}</nav>
<main>
{main}
</main>
</body>
</html>
"""


def page(catalogue: str) -> str:
    """The page for the text of `events.md`."""
    lines = [line for line in catalogue.splitlines() if not line.startswith("<!--")]
    headings = [line.lstrip("# ") for line in lines if line.startswith(("## ", "### "))]
    nav = "".join(f'<a href="#{_anchor(one)}">{escape(one)}</a>' for one in headings)
    return _PAGE.format(nav=nav, main="\n".join(_blocks(lines)))


def _blocks(lines: list[str]) -> Iterator[str]:
    for form, group in groupby(lines, key=_form):
        if form == "heading":
            for line in group:
                level, text = line.split(" ", 1)
                yield f'<h{len(level)} id="{_anchor(text)}">{_inline(text)}</h{len(level)}>'
        elif form == "table":
            yield _table(list(group))
        elif form == "example":
            example = json.dumps(json.loads("".join(group)), indent=2, ensure_ascii=False)
            yield f"<details><summary>Example</summary><pre>{escape(example)}</pre></details>"
        elif form == "text":
            yield f"<p>{_inline(' '.join(group))}</p>"


def _form(line: str) -> str:
    if line.startswith("#"):
        return "heading"
    if line.startswith("|"):
        return "table"
    if line.startswith("{"):
        return "example"
    return "text" if line and not line.startswith("```") else ""


def _table(lines: list[str]) -> str:
    head, _, *rows = ([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines)
    titles = "".join(f"<th>{_inline(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _inline(text: str) -> str:
    text = escape(text.replace("\\|", "|"))
    text = re.sub(r"\[([^\]]+)\]\((#[\w-]+)\)", r'<a href="\2">\1</a>', text)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-"))
