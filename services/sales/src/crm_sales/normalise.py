"""The one place where names and tags get the form they are stored and compared in."""

from __future__ import annotations


def name_key(name: str) -> str:
    """A name reduced to what makes two spellings equal: "GTX Pro" and "GTXPro" are both "gtxpro"."""
    return "".join(c for c in name.lower() if c.isalnum())


def tags(given: list[str]) -> list[str]:
    """Tags in lower case, without repetition, in the order given."""
    return list(dict.fromkeys(one.strip().lower() for one in given if one.strip()))
