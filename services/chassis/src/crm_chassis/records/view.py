"""What an actor may see, as selects, and a cache of selects for all actors with the same rights."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from cachetools import LRUCache, cached
from google.protobuf.message import Message
from sqlalchemy import ColumnElement, Select, bindparam, literal, select
from sqlalchemy.orm import Session

from crm_chassis.access.actor import Actor
from crm_chassis.clock import system_clock
from crm_chassis.db.base import Id, Moment
from crm_chassis.records import reach
from crm_chassis.records.reach import Covered, Reach
from crm_chassis.records.sharing import kind_of, shareable_kinds
from crm_chassis.records.visibility import predicate
from crm_chassis.remembered import remembers

remembers(__name__)  # statements, whose values are parameters
remembers(__name__)  # which scopes and kinds of records they are limited by


P = ParamSpec("P")
S = TypeVar("S")

ACTOR = "actor_id"
"""The parameter that holds the actor's id in a statement that is kept."""
KEPT = 1000
_NOW = "now"
_GIVEN = "given"
_Pair = tuple[int, str]
"""A scope, and a kind of record whose rows it limits."""


class View:
    """The rows that one actor may see."""

    def __init__(self, actor: Actor, session: Session, now: datetime | None = None) -> None:
        self.actor = actor
        self.session = session
        self.now = now or system_clock()
        self._covered: dict[int, Covered] = {}

    @property
    def at(self) -> ColumnElement[datetime]:
        """The time by which shares have ended or not."""
        return literal(self.now, Moment)

    def visible(self, model: type[Any], *, deleted: bool = False) -> Select[Any]:
        """A select of the rows of `model` that the actor may read; every query of a use case starts here."""
        query = select(model).where(predicate(self, model, f"{model.plural}.read"))
        existing = None if deleted else model.existing()
        return query if existing is None else query.where(existing)

    def covered(self, scope: int) -> Covered:
        """What a scope covers for the actor, asked once."""
        if scope not in self._covered:
            self._covered[scope] = reach.ask(self.session, self.actor.id, scope, shareable_kinds())
        return self._covered[scope]

    def lists(self, scope: int) -> Reach:
        """The same as constants of a statement."""
        found = self.covered(scope)
        return Reach(*map(reach.constant, (found.owners, found.teams, found.territories)))

    def principals(self, model: Any, scope: int) -> Any:
        """Those the actor stands for to whom records of a kind are shared; None if none are."""
        found = self.covered(scope).principals.get(kind_of(model))
        return reach.constant(found) if found else None


class _Outline(View):
    """A view of nobody in particular, of which statements that are kept are built: its values are parameters."""

    def __init__(self, actor: Actor, shared: frozenset[_Pair] | None) -> None:
        """`shared` are the scopes and kinds by which something is shared; None for all, to learn which matter."""
        self.actor = replace(actor, id=cast(Any, bindparam(ACTOR, type_=Id)))
        self._shared = shared
        self.pairs: set[_Pair] = set()
        self.given: dict[str, tuple[int, str]] = {}
        """Parameter to the scope and what of it the parameter holds: one of the lists, or a kind of record."""

    @property
    def at(self) -> ColumnElement[datetime]:
        return bindparam(_NOW, type_=Moment)

    def lists(self, scope: int) -> Reach:
        return Reach(*(self._placeholder(scope, name) for name in ("owners", "teams", "territories")))

    def principals(self, model: Any, scope: int) -> Any:
        pair = scope, kind_of(model)
        self.pairs.add(pair)
        if self._shared is not None and pair not in self._shared:
            return None
        return self._placeholder(*pair)

    def _placeholder(self, scope: int, what: str) -> Any:
        name = f"reached_{scope}_{what.replace('.', '_')}"
        self.given[name] = scope, what
        return reach.placeholder(name)


def parameters_of(view: View, statement: Any) -> dict[str, Any]:
    """The parameters of a statement that is kept which depend on whose view it is."""
    found: dict[str, Any] = {ACTOR: view.actor.id}
    given = statement.get_execution_options().get(_GIVEN, {})
    if given:
        found[_NOW] = view.now
    for name, (scope, what) in given.items():
        covered = view.covered(scope)
        found[name] = getattr(covered, what) if "." not in what else covered.principals[what]
    return found


def kept(build: Callable[Concatenate[View, P], S]) -> Callable[Concatenate[View, P], S]:
    """Caches the statement that `build` makes, for all actors with equal rights: a large one takes longer to build than
    to run.

    `build` gets a view whose actor's id is the bind parameter ACTOR. Its other arguments decide the shape of the
    statement; keep their combinations few, and pass values that differ from call to call as a `bindparam`. A statement
    whose arguments include a message is built anew each time, because there are too many of them to cache. It is run by
    `Transaction.execute`, which gives what else depends on whose view it is.
    """
    lock = threading.Lock()

    def key(view: View, *shape: Hashable) -> Hashable:
        return view.actor.rights, *shape

    @cached(LRUCache(KEPT), key=key, lock=lock)
    def pairs(view: View, *shape: Any) -> frozenset[_Pair]:
        outline = _Outline(view.actor, None)
        cast(Any, build)(outline, *shape)
        return frozenset(outline.pairs)

    @cached(LRUCache(KEPT), key=key, lock=lock)
    def built(view: View, shared: frozenset[_Pair], *shape: Any) -> Any:
        outline = _Outline(view.actor, shared)
        statement = cast(Any, build)(outline, *shape)
        return None if statement is None else statement.execution_options(**{_GIVEN: outline.given})

    @wraps(build)
    def found(view: View, *shape: Any) -> Any:
        # As a part of another statement that is kept, it is built with that one's parameters.
        if isinstance(view, _Outline) or any(isinstance(one, Message) for one in shape):
            return cast(Any, build)(view, *shape)
        # Where nothing is shared the condition is left out, so that a statement is planned as without shares.
        shared = frozenset(pair for pair in pairs(view, *shape) if view.covered(pair[0]).principals.get(pair[1]))
        return built(view, shared, *shape)

    return cast(Any, found)
