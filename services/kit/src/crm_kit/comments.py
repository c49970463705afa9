"""Comments on records: what colleagues say about them, in the service that owns the record (decision 0041).

A service has one table of comments, `class Comment(comments.Comment, Record)`, and for each kind of record that people
talk about `*comments.on(Model, Comment)` among its use cases. Who may read the record may read and write them, or who
has another right to it if the service asks for more.
"""

from __future__ import annotations

import re
from typing import Any, cast

import crm_contracts
from crm.common.v1 import comments_pb2
from crm_chassis.access.actor import Actor, check_writable
from crm_chassis.db.base import Id
from crm_chassis.errors import InvalidInput, NotFound, PermissionDenied
from crm_chassis.ids import as_uuid
from crm_chassis.records.directory import rights_of
from crm_chassis.records.model import Record
from crm_chassis.records.paging import list_page
from crm_chassis.records.standard import StandardUseCase
from crm_chassis.records.tx import Transaction
from crm_chassis.records.view import View
from crm_chassis.records.visibility import predicate
from sqlalchemy import ARRAY, Index, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from crm_kit.errors import MentionedCannotRead

MAX_MENTIONS = 20
_MENTION = re.compile(r"@\[([^\[\]\n]{1,200})\]\(users/([0-9A-Fa-f-]{36})\)")


class Comment:
    """The columns of a service's comments. The class that mixes it in names its message, and whom rows are about."""

    __tablename__ = "comments"

    resource: Mapped[str]
    """Plural of the kind of the record that the comment is about."""
    record_id: Mapped[str] = mapped_column(Id)
    body: Mapped[str]
    mentioned_user_ids: Mapped[list[str]] = mapped_column(ARRAY(Id), default=list)
    owner_id: Mapped[str | None] = mapped_column(Id)
    """Whose the record was when the comment was last written; by it is told who is told."""
    team_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        return (
            Index("comments_created", "created_at", "id"),
            Index("comments_record", "record_id", "created_at", "id"),
        )


def on(model: type[Record], comment: Any, *, right: str = "read") -> tuple[StandardUseCase, ...]:
    """The use cases of the comments on the records of `model`, kept in the table `comment`.

    `right` is what the policies of the methods ask for on records of the kind; who is mentioned needs it too.

    Each raises NotFound for a record that the caller may not read.
    """
    kind = crm_contracts.resource_of(model.message.DESCRIPTOR).name
    updated = crm_contracts.current_event(comment.record_kind, "updated").message
    permission = f"{model.plural}.{right}"

    def list_(tx: Transaction, request: comments_pb2.ListCommentsRequest) -> comments_pb2.ListCommentsResponse:
        record = tx.get(model, request.record_id)
        query = select(comment).where(comment.record_id == record.id, comment.deleted_at.is_(None))
        page = list_page(tx, comment, request, comments_pb2.ListCommentsResponse, query=query)
        return cast(comments_pb2.ListCommentsResponse, page)

    def create(tx: Transaction, request: comments_pb2.CreateCommentRequest) -> Any:
        check_writable(tx.actor, request.comment)
        record = tx.get(model, request.record_id)
        written = comment(resource=model.plural, record_id=record.id, mentioned_user_ids=[])
        _write(tx, written, record, request.comment.body, permission)
        return tx.add(written)

    def update(tx: Transaction, request: comments_pb2.UpdateCommentRequest) -> Any:
        check_writable(tx.actor, request.comment)
        record = tx.get(model, request.record_id)
        changed = _own(tx, comment, record, request.comment.id, request.comment.etag)
        if request.comment.body != changed.body:
            news = _write(tx, changed, record, request.comment.body, permission)
            tx.publish(updated(newly_mentioned_user_ids=sorted(news)), changed)
        return changed

    def delete(tx: Transaction, request: comments_pb2.DeleteCommentRequest) -> Any:
        record = tx.get(model, request.record_id)
        deleted = _own(tx, comment, record, request.id, request.etag)
        deleted.told_as = record
        tx.delete(deleted)
        return deleted

    return (
        StandardUseCase(f"list_{kind}_comments", list_),
        StandardUseCase(f"create_{kind}_comment", create),
        StandardUseCase(f"update_{kind}_comment", update),
        StandardUseCase(f"delete_{kind}_comment", delete),
    )


def mentions(body: str) -> dict[str, str]:
    """Whom a text mentions: name by the id of the user."""
    found = ((as_uuid(id_), name) for name, id_ in _MENTION.findall(body))
    return {id_: name for id_, name in found if id_ is not None}


def _write(tx: Transaction, comment: Any, record: Any, body: str, permission: str) -> set[str]:
    """Gives a comment a text; returns whom it did not mention before.

    Raises InvalidInput for too many mentions, MentionedCannotRead for users who may not read comments on the record.
    """
    named = mentions(body)
    if len(named) > MAX_MENTIONS:
        raise InvalidInput.of("comment.body", f"must mention at most {MAX_MENTIONS} people")
    news = named.keys() - set(comment.mentioned_user_ids)
    if blind := [named[id_] for id_ in sorted(news) if not _reads(tx, id_, record, permission)]:
        raise MentionedCannotRead(errors={"comment.body": [f"{name} may not read comments here" for name in blind]})
    comment.body, comment.mentioned_user_ids, comment.told_as = body, sorted(named), record
    comment.owner_id, comment.team_id, comment.territory_id = (
        getattr(record, column) if column else None
        for column in (record.owner_field, record.team_field, record.territory_field)
    )
    return news


def _reads(tx: Transaction, user_id: str, record: Any, permission: str) -> bool:
    """Whether a user may read comments on the record, as far as this service was told of the user's rights."""
    rights = rights_of(tx.session, user_id)
    if rights is None or not rights.active:
        return False
    model: Any = type(record)
    view = View(Actor(user_id, "user", rights.grants), tx.session, tx.now)
    reached = (predicate(view, model, one) for one in (f"{model.plural}.read", permission))
    return tx.session.scalar(select(model.id).where(model.id == record.id, *reached)) is not None


def _own(tx: Transaction, model: Any, record: Any, id_: str, etag: str) -> Any:
    """A comment on the record, locked. Raises NotFound, PermissionDenied for somebody else's, EtagMismatch."""
    found: Any = tx.find(model, id_)
    if found is None or found.record_id != record.id or found.deleted_at is not None:
        raise NotFound(f"There is no comment {id_}.")
    if found.created_by != tx.actor.id:
        raise PermissionDenied("A comment is changed and deleted by its author only.")
    found.check_etag(etag)
    return found
