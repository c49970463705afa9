"""Answers that are given again, as far as the caller may see now what they show.

The right to the method and to the fields that are sent is asked for at every call. What an answer shows is looked at
here: between the first time and this one its record may have got another owner, or the caller other roles. Fields are
left out by whoever shows the answer, by the rights of now, as of every other answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

import crm_contracts
from crm.common.v1 import batches_pb2, proposals_pb2
from google.protobuf.message import Message

from crm_chassis.access.actor import Actor
from crm_chassis.contracts.problems import refused
from crm_chassis.errors import NotFound
from crm_chassis.records.tx import Transaction
from crm_chassis.service import Service

_GET_PROPOSAL = crm_contracts.method("crm.common.v1.ProposalService.GetProposal")
DONE_BEFORE = "The call with this Idempotency-Key was carried out."

Read = Callable[[crm_contracts.Method, Message], Message]
"""Calls a method that only reads on behalf of the caller."""


class Answers:
    """What is to be seen of stored answers of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @cached_property
    def _models(self) -> dict[str, Any]:
        """The kinds of records of the service, by plural."""
        return {model.plural: model for model in self._service.records if hasattr(model, "plural")}

    @cached_property
    def _readers(self) -> dict[str, crm_contracts.Method]:
        """The method that reads one record, by the full name of its message."""
        return {
            method.response.DESCRIPTOR.full_name: method
            for method, _ in self._service.methods.values()
            if method.policy.read_only
            and crm_contracts.resource_of(method.response.DESCRIPTOR) is not None
            and "id" in method.request.DESCRIPTOR.fields_by_name
        }

    def seen(
        self, method: crm_contracts.Method, request: Message, answer: Message, tx: Transaction, read: Read
    ) -> Message:
        """The answer that a write gave before, to a caller who repeats it.

        `tx` is a transaction of the caller that only reads. Raises what reading the record would raise, NotFound or
        PermissionDenied, but for two kinds of writes: of what was deleted the id is told in any case, and who may make
        records and read none is told again what it made.
        """
        if isinstance(answer, batches_pb2.BatchWriteResponse):
            return self._seen_rows(method, request, answer, tx)
        if isinstance(answer, proposals_pb2.Proposal):
            # It holds values of records: who may see which of them is asked anew.
            try:
                return read(_GET_PROPOSAL, proposals_pb2.GetProposalRequest(id=answer.id))
            except NotFound as error:
                raise NotFound(f"{error.detail} {DONE_BEFORE}") from error
        shown = _shown(answer)
        reader = self._readers.get(shown.DESCRIPTOR.full_name) if shown is not None else None
        if shown is None or reader is None:
            self._check_named(method, request, tx)
            return answer
        if _creates(request) and not _may_read(tx.actor, reader.policy):
            return answer
        try:
            now = read(reader, _asking(reader, shown))
        except NotFound as error:
            if method.deletes:
                return method.response(id=cast(Any, shown).id)
            raise NotFound(f"{error.detail} {DONE_BEFORE}") from error
        # Of what is no record nothing says who may see which part of it: it is told as it stands.
        return answer if crm_contracts.resource_of(shown.DESCRIPTOR).plural in self._models else now

    def _seen_rows(
        self,
        method: crm_contracts.Method,
        request: Message,
        answer: batches_pb2.BatchWriteResponse,
        tx: Transaction,
    ) -> Message:
        """The results of many records; of those that are not to be seen, that they are not found."""
        rows = crm_contracts.rows_of(request.DESCRIPTOR)
        # Requests that name their records by ids say nothing of their kind; the permission does.
        plural = crm_contracts.resource_of(rows.message_type).plural if rows else method.policy.permission.split(".")[0]
        model = self._models[plural]
        # Who may only make records has never seen more of them than this.
        told = () if tx.actor.may(f"{model.plural}.read") else (batches_pb2.CREATED,)
        asked = {one.id for one in answer.results if one.id and one.outcome not in told}
        hidden = asked - set(tx.session.scalars(_ids(tx, model, asked)))
        return batches_pb2.BatchWriteResponse(
            results=(
                refused(NotFound(f"There is no {model.record_kind.rsplit('.', 1)[1]} {one.id}. {DONE_BEFORE}"))
                if one.id in hidden
                else one
                for one in answer.results
            )
        )

    def _check_named(self, method: crm_contracts.Method, request: Any, tx: Transaction) -> None:
        """Raises NotFound if the record that the request names, and whose right the method asks for, is hidden."""
        plural = method.policy.reach or method.policy.permission.partition(".")[0]
        model = self._models.get(plural)
        id_ = getattr(request, "record_id", "") or getattr(request, "id", "")
        if model is None or not id_:
            return
        if tx.session.scalar(_ids(tx, model, {id_})) is None:
            raise NotFound(f"There is no {model.record_kind.rsplit('.', 1)[1]} {id_}. {DONE_BEFORE}")


def _ids(tx: Transaction, model: Any, ids: set[str]) -> Any:
    """Those that the actor may see, deleted ones too: to delete a record takes nobody's right to it."""
    return tx.visible(model, deleted=True).where(model.id.in_(ids)).with_only_columns(model.id)


def _shown(answer: Message) -> Message | None:
    """The record that an answer shows: it is one, or holds one."""
    if crm_contracts.resource_of(answer.DESCRIPTOR) is not None:
        return answer
    held = (value for field, value in answer.ListFields() if crm_contracts.is_resource(field))
    return next(held, None)


def _asking(reader: crm_contracts.Method, shown: Message) -> Message:
    """The request that reads a record, deleted or not."""
    request: Any = reader.request()
    for name in {*request.DESCRIPTOR.fields_by_name} & {*shown.DESCRIPTOR.fields_by_name}:
        setattr(request, name, getattr(shown, name))
    if "show_deleted" in request.DESCRIPTOR.fields_by_name:
        request.show_deleted = True
    return cast(Message, request)


def _creates(request: Message) -> bool:
    """Whether a request names no record that was there before."""
    if crm_contracts.is_assertion(request.DESCRIPTOR):
        return False
    named = [request, *(value for field, value in request.ListFields() if crm_contracts.is_resource(field))]
    return not any(getattr(one, "id", "") for one in named)


def _may_read(actor: Actor, policy: crm_contracts.Policy) -> bool:
    return not policy.permission or actor.may(policy.permission)
