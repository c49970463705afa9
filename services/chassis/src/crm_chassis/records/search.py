"""Search by words and beginnings of words, over an index of words that each service keeps for its records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    intersect,
    literal_column,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from crm_chassis.access.actor import ALL
from crm_chassis.db.base import Id
from crm_chassis.db.tables import SearchTerm
from crm_chassis.records.model import Record
from crm_chassis.records.terms import end_of
from crm_chassis.records.tx import Transaction
from crm_chassis.records.view import View, kept
from crm_chassis.records.visibility import shared_with, ways
from crm_chassis.text import query_terms

R = TypeVar("R", bound=Record)

COMMON = 1000
"""So far it is counted how many records have a word."""
FEW = 5000
"""So many records are looked at one by one."""

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


def search(tx: Transaction, query: str, models: Sequence[type[R]], limit: int) -> list[R]:
    """The first `limit` records of each model that the actor may see and that have, for every word of `query`, a word
    that begins with it; whole words come first. Only fields that the actor may read are searched.

    The records of the rarest word are gone through in the order of the index until enough of them have the other
    words too. So a search costs what its page costs, however many records share a word.
    """
    terms = query_terms(query)
    if not terms:
        return []
    kinds = [model.record_kind for model in models]
    words_ = {"kinds": kinds, "terms": terms, "ends": [end_of(term) for term in terms], "common": COMMON}
    counts: dict[str, list[tuple[int, int, str]]] = {kind: [] for kind in kinds}
    for kind, term, count in tx.session.execute(_COUNTS, words_):
        # Of words that are equally common, as far as was counted, the longest is likely the rarest.
        counts[kind].append((count, -len(term), term))
    found: list[R] = []
    for model in models:
        (count, _, rarest), *others = sorted(counts[model.record_kind])
        if count:
            asked = _parameters([rarest, *(term for _, _, term in others)], limit)
            whole = count < COMMON or tx.actor.scope_of(f"{model.plural}.read") == ALL
            page = tx.execute(_by_word(tx, model, len(terms), whole), **asked).scalars().all()
            # Who sees many records finds a page among the first that have the word; who sees few goes through those.
            if len(page) < limit and not whole:
                few = reached_if_few(tx, model)
                if few is not None:
                    asked |= {"few": few}
                page = tx.execute(_by_record(tx, model, len(terms), few is not None), **asked).scalars().all()
            found += page
    return found


def _parameters(terms: Iterable[str], limit: int) -> dict[str, Any]:
    parameters: dict[str, Any] = {"page": limit}
    for place, term in enumerate(terms):
        parameters |= {f"term_{place}": term, f"end_{place}": end_of(term)}
    return parameters


def _searched(view: View, model: type[R]) -> Select[R]:
    shown = model.searchable()
    query: Select[R] = view.visible(model)
    return query if shown is None else query.where(shown)


@kept
def _by_word(view: View, model: type[R], terms: int, whole: bool) -> Select[R]:
    """Goes from the words that begin with the first of so many terms to their records: from the `whole` of them, or
    only from the first."""
    words: Any = aliased(SearchTerm)
    if not whole:
        columns = SearchTerm.term, SearchTerm.record_id, SearchTerm.field
        begun = select(SearchTerm).where(SearchTerm.kind == model.record_kind, _begins(SearchTerm.term, 0))
        words = aliased(SearchTerm, begun.order_by(*columns).limit(literal_column(str(COMMON))).subquery())
    before = aliased(SearchTerm)
    repeated = _probe(view, model, before, words.record_id, 0).where(
        tuple_(before.term, before.field) < tuple_(words.term, words.field)
    )
    others = (_probe(view, model, aliased(SearchTerm), words.record_id, place) for place in range(1, terms))
    return (
        _searched(view, model)
        .join(words, words.record_id == model.id)
        .where(words.kind == model.record_kind, _begins(words.term, 0), *_readable(view, model, words))
        .where(~repeated.exists(), *(other.exists() for other in others))
        .order_by(words.term, words.record_id, words.field)
        .limit(bindparam("page", type_=Integer))
    )


def reached_if_few(tx: Transaction, model: type[Any]) -> list[str] | None:
    """The ids of all records that the actor reaches, if they are few; None if not, or if that cannot be told so."""
    statement = _reached(tx, model)
    reached = tx.execute(statement).scalars().all() if statement is not None else None
    return list(dict.fromkeys(reached)) if reached is not None and len(reached) <= FEW else None


@kept
def _reached(view: View, model: type[Any]) -> Select[Any] | None:
    """The ids of the records that the actor reaches, one more than are few. They come value by value of the columns
    that reach them: left to itself, the planner goes through all records that there are in search of a few."""
    ways_ = ways(view, model, f"{model.plural}.read")
    if ways_ is None:
        return None
    branches = []
    shared = shared_with(view, model, view.actor.scope_of(f"{model.plural}.read"))
    if shared is not None:
        branches.append(select(model.id).where(shared).limit(literal_column(str(FEW + 1))))
    for column, reaching in ways_:
        values = reaching.subquery()
        (value,) = values.c
        one = select(model.id).where(column == value).order_by(model.created_at).limit(literal_column(str(FEW + 1)))
        each = one.correlate(values).lateral()
        branches.append(select(each.c.id).select_from(values.join(each, true())))
    return select(union_all(*branches).subquery().c.id).limit(literal_column(str(FEW + 1)))


@kept
def _by_record(view: View, model: type[R], terms: int, few: bool) -> Select[R]:
    """The records that the actor may see, who may see few that have the words, newest first: if the actor sees `few` at
    all, goes through those that are named, else joins the records with what the index says of the words."""
    query = _searched(view, model)
    if few:
        having = (_probe(view, model, aliased(SearchTerm), model.id, place).exists() for place in range(terms))
        query = query.where(*having, model.id == func.any(bindparam("few", type_=ARRAY(Id))))
    else:
        query = query.where(model.id.in_(_having(view, model, terms)))
    # As an expression it has no index, along which the planner would go through all records.
    newest: Any = model.created_at + timedelta()
    return query.order_by(newest.desc(), model.id.desc()).limit(bindparam("page", type_=Integer))


def _having(view: View, model: type[R], terms: int) -> Any:
    """The ids of the records that have all of so many words. Nothing but the index of words is read, a page of it for
    some dozens of records; to look for the words of each record would read pages for each."""
    having = []
    for place in range(terms):
        word = aliased(SearchTerm)
        conditions = word.kind == model.record_kind, _begins(word.term, place), *_readable(view, model, word)
        having.append(select(word.record_id).where(*conditions))
    # The offset keeps the planner from doing that after all.
    return select(intersect(*having).subquery() if terms > 1 else having[0].offset(literal_column("0")).subquery())


def _begins(word: Any, place: int) -> ColumnElement[bool]:
    """The condition that a word begins with the term at a place."""
    return and_(word >= bindparam(f"term_{place}"), word < bindparam(f"end_{place}"))


def _probe(view: View, model: type[R], word: Any, record_id: Any, place: int) -> Select[Any]:
    conditions = word.record_id == record_id, _begins(word.term, place), *_readable(view, model, word)
    # The offset keeps the planner from reading all words that begin so, of which there may be millions.
    return select(word.term).where(*conditions).offset(literal_column("0"))


def _readable(view: View, model: type[R], word: Any) -> list[ColumnElement[bool]]:
    """The condition that a word is not of a field that the actor may not read, and so may not learn of by asking."""
    unreadable = sorted(field.name for field in model.message.DESCRIPTOR.fields if not view.actor.can_read_all(field))
    return [word.field.not_in(unreadable)] if unreadable else []
