"""Search by words and beginnings of words, over an index of words that each service keeps for its records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from crm_chassis.contracts.filtering import words
from crm_chassis.db.tables import SearchTerm

MAX_TERMS = 60
MAX_TERM_LENGTH = 60


def index_terms(texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(field, word) pairs to store, without repetition. Whole texts without blanks are kept beside their words."""
    found: dict[tuple[str, str], None] = {}
    for name, text in texts:
        lowered = text.lower().strip()
        if lowered and " " not in lowered:
            found[name, lowered[:MAX_TERM_LENGTH]] = None
        for word in words(text):
            found[name, word[:MAX_TERM_LENGTH]] = None
    return list(found)[:MAX_TERMS]


def _begins(term: str) -> ColumnElement[bool]:
    column = SearchTerm.term
    return and_(column >= term, column < term + "\U0010ffff")


def _query_terms(query: str) -> list[str]:
    lowered = query.lower().strip()
    if any(c in lowered for c in "@.+") and " " not in lowered:
        return [lowered[:MAX_TERM_LENGTH]]
    return [word[:MAX_TERM_LENGTH] for word in words(query)]


def found_by(query: str, model: Any, *, field: str | None = None) -> ColumnElement[bool]:
    """The condition that a record of `model` has, for every word of `query`, a word that begins with it."""
    conditions = []
    for term in _query_terms(query)[:8]:
        ids = select(SearchTerm.record_id).where(SearchTerm.kind == model.record_kind, _begins(term))
        if field is not None:
            ids = ids.where(SearchTerm.field == field)
        conditions.append(model.id.in_(ids))
    return and_(*conditions) if conditions else model.id.is_(None)


def search(query: str, visible: Select[Any], model: Any, limit: int) -> Select[Any]:
    """The first `limit` of the `visible` records that `query` finds."""
    return visible.where(found_by(query, model)).limit(limit)
