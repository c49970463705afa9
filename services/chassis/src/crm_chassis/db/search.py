"""Search by words and beginnings of words, over an index of words that each service keeps for its records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, literal_column, select, text, tuple_
from sqlalchemy.orm import aliased

from crm_chassis.access.actor import ALL
from crm_chassis.contracts.filtering import words
from crm_chassis.db.model import Record
from crm_chassis.db.tables import SearchTerm

if TYPE_CHECKING:
    from crm_chassis.db.tx import Transaction

R = TypeVar("R", bound=Record)

MAX_TERMS = 60
MAX_TERM_LENGTH = 60
MAX_WORDS = 8
COMMON = 1000
"""So far it is counted how many records have a word."""

_COUNTS = text(
    """
    SELECT k.kind, w.term, (
        SELECT count(*) FROM (
            SELECT FROM search_terms s
            WHERE s.kind = k.kind AND s.term >= w.term AND s.term < w.past LIMIT CAST(:common AS integer)
        ) counted
    )
    FROM unnest(CAST(:kinds AS text[])) k(kind), unnest(CAST(:terms AS text[]), CAST(:ends AS text[])) w(term, past)
    """
)


def index_terms(texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(field, word) pairs to store, without repetition. Whole texts without blanks are kept beside their words."""
    found: dict[tuple[str, str], None] = {}
    for name, content in texts:
        lowered = content.lower().strip()
        if lowered and " " not in lowered:
            found[name, lowered[:MAX_TERM_LENGTH]] = None
        for word in words(content):
            found[name, word[:MAX_TERM_LENGTH]] = None
    return list(found)[:MAX_TERMS]


def _end(term: str) -> str:
    """What no word that begins with `term` reaches."""
    return term + "\U0010ffff"


def _begins(word: Any, term: str) -> ColumnElement[bool]:
    return and_(word >= term, word < _end(term))


def _query_terms(query: str) -> list[str]:
    lowered = query.lower().strip()
    if any(c in lowered for c in "@.+") and " " not in lowered:
        return [lowered[:MAX_TERM_LENGTH]]
    return list(dict.fromkeys(word[:MAX_TERM_LENGTH] for word in words(query)))[:MAX_WORDS]


def found_by(query: str, model: Any, *, field: str) -> ColumnElement[bool]:
    """The condition that a field of a `model` has, for every word of `query`, a word that begins with it."""
    conditions = []
    for term in _query_terms(query):
        ids = select(SearchTerm.record_id).where(
            SearchTerm.kind == model.record_kind, _begins(SearchTerm.term, term), SearchTerm.field == field
        )
        conditions.append(model.id.in_(ids))
    return and_(*conditions) if conditions else model.id.is_(None)


def search(tx: Transaction, query: str, models: Sequence[type[R]], limit: int) -> list[R]:
    """The first `limit` records of each model that the actor may see and that have, for every word of `query`, a word
    that begins with it; whole words come first.

    The records of the rarest word are gone through in the order of the index until enough of them have the other
    words too. So a search costs what its page costs, however many records share a word.
    """
    terms = _query_terms(query)
    if not terms:
        return []
    kinds = [model.record_kind for model in models]
    words_ = {"kinds": kinds, "terms": terms, "ends": [_end(term) for term in terms], "common": COMMON}
    counts: dict[str, list[tuple[int, int, str]]] = {kind: [] for kind in kinds}
    for kind, term, count in tx.session.execute(_COUNTS, words_):
        # Of words that are equally common, as far as was counted, the longest is likely the rarest.
        counts[kind].append((count, -len(term), term))
    found: list[R] = []
    for model in models:
        (count, _, rarest), *others = sorted(counts[model.record_kind])
        if count:
            everything = tx.actor.scope_of(f"{model.plural}.read") == ALL
            by_word = everything or count < COMMON
            rest = [term for _, _, term in others]
            query_ = _by_word(tx, model, rarest, rest) if by_word else _by_record(tx, model, terms)
            found += tx.session.scalars(query_.limit(limit))
    return found


def _by_word(tx: Transaction, model: type[R], term: str, others: Iterable[str]) -> Select[tuple[R]]:
    """Goes from the words that begin with `term` to their records."""
    first, before = aliased(SearchTerm), aliased(SearchTerm)
    repeated = _probe(before, first.record_id, term).where(
        tuple_(before.term, before.field) < tuple_(first.term, first.field)
    )
    return (
        tx.visible(model)
        .join(first, first.record_id == model.id)
        .where(first.kind == model.record_kind, _begins(first.term, term), ~repeated.exists())
        .where(*(_probe(aliased(SearchTerm), first.record_id, other).exists() for other in others))
        .order_by(first.term, first.record_id, first.field)
    )


def _by_record(tx: Transaction, model: type[R], terms: Iterable[str]) -> Select[tuple[R]]:
    """Goes through the records that the actor may see, who may see few that have the words, newest first."""
    having = (_probe(aliased(SearchTerm), model.id, term).exists() for term in terms)
    return tx.visible(model).where(*having).order_by(model.created_at.desc(), model.id.desc())


def _probe(word: Any, record_id: Any, term: str) -> Select[Any]:
    # The offset keeps the planner from reading all words that begin so, of which there may be millions.
    return select(word.term).where(word.record_id == record_id, _begins(word.term, term)).offset(literal_column("0"))
