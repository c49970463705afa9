"""What an actor may see, as selects, and a cache of selects for all actors with the same rights."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from cachetools import LRUCache, cached
from google.protobuf.message import Message
from sqlalchemy import Select, bindparam, select

from crm_chassis.access.actor import Actor
from crm_chassis.db.base import Id
from crm_chassis.records.visibility import predicate
from crm_chassis.remembered import remembers

remembers(__name__)  # statements, whose values are parameters


P = ParamSpec("P")
S = TypeVar("S")

ACTOR = "actor_id"
"""The parameter that holds the actor's id in a statement that is kept."""
KEPT = 1000


class View:
    """The rows that one actor may see."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def visible(self, model: type[Any], *, deleted: bool = False) -> Select[Any]:
        """A select of the rows of `model` that the actor may read; every query of a use case starts here."""
        query = select(model).where(predicate(model, self.actor, f"{model.plural}.read"))
        existing = None if deleted else model.existing()
        return query if existing is None else query.where(existing)


def kept(build: Callable[Concatenate[View, P], S]) -> Callable[Concatenate[View, P], S]:
    """Caches the statement that `build` makes, for all actors with equal rights: a large one takes longer to build than
    to run.

    `build` gets a view whose actor's id is the bind parameter ACTOR. Its other arguments decide the shape of the
    statement; keep their combinations few, and pass values that differ from call to call as a `bindparam`. A statement
    whose arguments include a message is built anew each time, because there are too many of them to cache.
    """

    def key(view: View, *shape: Hashable) -> Hashable:
        return view.actor.rights, *shape

    @cached(LRUCache(KEPT), key=key, lock=threading.Lock())
    def built(view: View, *shape: Any) -> Any:
        somebody = replace(view.actor, id=cast(Any, bindparam(ACTOR, type_=Id)))
        return cast(Any, build)(View(somebody), *shape)

    @wraps(build)
    def found(view: View, *shape: Any) -> Any:
        return cast(Any, build if any(isinstance(one, Message) for one in shape) else built)(view, *shape)

    return cast(Any, found)
