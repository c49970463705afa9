"""The words by which records are found: which are kept of a record, and how SQL asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from crm_chassis.db.tables import SearchTerm
from crm_chassis.text import query_terms, terms


def index_terms(texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(field, term) pairs to store, without repetition."""
    return list(dict.fromkeys((name, term) for name, text in texts for term in terms(text)))


def end_of(term: str) -> str:
    """What no word that begins with `term` reaches."""
    return term + "\U0010ffff"


def begins(word: Any, term: str) -> ColumnElement[bool]:
    """The condition that a word begins with `term`."""
    return and_(word >= term, word < end_of(term))


def found_by(query: str, model: Any, *, field: str) -> ColumnElement[bool]:
    """The condition that a field of a `model` has, for every term of `query`, a term that begins with it."""
    conditions = []
    for term in query_terms(query):
        ids = select(SearchTerm.record_id).where(
            SearchTerm.kind == model.record_kind, begins(SearchTerm.term, term), SearchTerm.field == field
        )
        conditions.append(model.id.in_(ids))
    return and_(*conditions)
