"""Changes that wait for somebody's yes: the functions of ProposalService, the same for every kind of record.

A proposal is a set of updates of records of one service. Its terms never change: who decides names their hash, and
records that have moved since make it outdated. It is approved by calling the Update method of each record through the
pipeline, as whoever approves, in one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, timedelta
from typing import Any

import crm_contracts
import orjson
from crm.common.v1 import history_pb2, proposals_pb2
from google.protobuf.message import Message
from sqlalchemy import ColumnElement, and_, delete, exists, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from crm_chassis.access.actor import Actor
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import Encoder, decode, dumps, plain_values
from crm_chassis.db.tables import Proposal, ProposalCommand
from crm_chassis.errors import (
    DomainError,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ProposalDecided,
    ProposalOutdated,
    TermsMismatch,
    TooManyProposals,
    UnknownReference,
)
from crm_chassis.ids import uuid7
from crm_chassis.records.history import json_value, readable_part
from crm_chassis.records.mapping import timestamp, to_message, within, writable_fields
from crm_chassis.records.model import Record
from crm_chassis.records.paging import PAGE_BYTES, page_size
from crm_chassis.records.past import UseCase, current
from crm_chassis.records.recollection import Kind, kinds_of
from crm_chassis.records.references import References
from crm_chassis.records.tx import Transaction
from crm_chassis.records.visibility import predicate
from crm_chassis.violations import UNKNOWN_FIELD

MOST_COMMANDS = 20
MOST_BYTES = 64 * 1024
"""Of the values of one proposal."""
OPEN_OF_AUTHOR = 100
OPEN_OF_RECORD = 20
EXPIRES_AFTER = timedelta(days=14)
LONGEST = timedelta(days=90)
KEPT = timedelta(days=365)
"""How long after its end."""
FORGET_SECONDS = 3600.0
FORGOTTEN = 500
"""Proposals that are forgotten in one transaction."""

State = proposals_pb2.Proposal.State
_EVERYTHING = Encoder()
_OVERRIDDEN = "_overridden"
"""How the fields end that say whether somebody has set a value, or it follows another one."""


class Proposals:
    """The use cases about proposals, for every kind of record that is read by its id and updated under a permission."""

    def __init__(
        self,
        service: str,
        records: Sequence[type[Record]],
        methods: Mapping[str, tuple[crm_contracts.Method, UseCase]],
        references: References,
    ) -> None:
        """`methods` are those of the service, by path."""
        self._service = service
        self._references = references
        self._kinds = {
            plural: kind
            for plural, kind in kinds_of(records, [*methods.values()])
            if kind.writer is not None and kind.writer[0].policy.permission
        }

    @property
    def functions(self) -> Sequence[UseCase]:
        """By the names of the RPCs."""
        return (
            self.create_proposal, self.get_proposal, self.list_proposals, self.approve_proposal, self.decline_proposal,
            self.withdraw_proposal, self.undo_proposal,
        )  # fmt: skip

    # -- proposing ----------------------------------------------------------------------------------------

    def create_proposal(self, tx: Transaction, request: Any) -> Any:
        """Proposes changes of records.

        Raises what reading a record raises, PermissionDenied for a field that the actor may not read, InvalidInput for
        values that an update would not take and for terms out of bounds, EtagMismatch, TooManyProposals.
        """
        expires_at = tx.now + EXPIRES_AFTER
        if request.HasField("expires_at"):
            expires_at = request.expires_at.ToDatetime(UTC)
            if not tx.now < expires_at <= tx.now + LONGEST:
                raise InvalidInput.of("expires_at", f"must be within the next {LONGEST.days} days")
        if request.ByteSize() > MOST_BYTES:
            raise InvalidInput.of("commands", f"have more than {MOST_BYTES // 1024} KB together")
        ids = [one.id for one in request.commands]
        if len(set(ids)) < len(ids):
            raise InvalidInput.of("commands", "name a record twice")
        # Whoever proposes holds this: nobody counts the own open ones meanwhile.
        tx.hold(f"proposals of {tx.actor.id}")
        proposal = Proposal(
            id=uuid7(), author_id=tx.actor.id, reason=request.reason, state="OPEN", told=0, created_at=tx.now,
            expires_at=expires_at, ended_at=expires_at, decision_reason="",
        )  # fmt: skip
        # In one order, so that who proposes changes of the same records waits and does not block.
        places = sorted(range(len(ids)), key=ids.__getitem__)
        commands = [self._command(tx, proposal.id, place, request.commands[place]) for place in places]
        commands.sort(key=lambda one: one.seq)
        proposal.terms_hash = terms_hash(commands)
        self._check_room(tx, [one.record_id for one in commands])
        tx.session.add_all([proposal, *commands])
        tx.session.flush()
        self._tell(tx, proposal, commands, "created", "proposed")
        return self._one(tx, proposal.id)

    def _command(self, tx: Transaction, proposal_id: str, place: int, wanted: Any) -> ProposalCommand:
        where = f"commands.{place}"
        kind = self._kind(wanted.resource, where)
        record = kind.record(tx, wanted.id)
        record.check_etag(wanted.etag)
        names = _named(kind, tx.actor, wanted.fields, f"{where}.fields")
        body = kind.body
        try:
            change = _update(kind, decode(kind.model.message, plain_values(wanted.fields)), record, names)
            unset = [f"{body}.{one.name}" for one in kind.model.message.DESCRIPTOR.fields if one.name not in names]
            validate(change, partial=unset)
            if unknown := self._references.refusals_in(tx, change):
                raise UnknownReference(f"{', '.join(names)}: no such record", errors=unknown)
        except DomainError as error:
            # As the client has written them: the fields of a record stand below its command.
            error.errors = {
                f"{where}.fields.{path.removeprefix(f'{body}.')}": found for path, found in error.errors.items()
            }
            raise
        now = to_message(record, kind.model.message)
        old = _values(now, names) | {
            mark: getattr(now, mark) for name in names if (mark := f"{name}{_OVERRIDDEN}") in kind.fields
        }
        return ProposalCommand(
            proposal_id=proposal_id, seq=place, resource=kind.model.plural, record_id=record.id,
            version=record.version, new=_values(getattr(change, body), names), old=old,
        )  # fmt: skip

    def _check_room(self, tx: Transaction, record_ids: Sequence[str]) -> None:
        waiting = Proposal.state == "OPEN", Proposal.expires_at > tx.now, not_(self._moved())
        mine = select(func.count()).select_from(Proposal).where(Proposal.author_id == tx.actor.id, *waiting)
        if (tx.session.scalar(mine) or 0) >= OPEN_OF_AUTHOR:
            raise TooManyProposals(f"{OPEN_OF_AUTHOR} of your proposals wait for a decision; withdraw some of them.")
        about = (
            select(ProposalCommand.record_id)
            .join(Proposal, Proposal.id == ProposalCommand.proposal_id)
            .where(ProposalCommand.record_id.in_(record_ids), *waiting)
            .group_by(ProposalCommand.record_id)
            .having(func.count() >= OPEN_OF_RECORD)
        )
        if tx.session.scalar(about.limit(1)) is not None:
            raise TooManyProposals(f"{OPEN_OF_RECORD} proposals about this record wait for a decision.")

    def _kind(self, resource: str, where: str) -> Kind:
        kind = self._kinds.get(resource)
        if kind is None:
            raise InvalidInput.of(f"{where}.resource", f"changes of {resource[:100]} are not proposed here")
        return kind

    # -- reading ------------------------------------------------------------------------------------------

    def get_proposal(self, tx: Transaction, request: Any) -> Any:
        """A proposal. Raises NotFound unless it is the actor's own or about records that the actor may change."""
        return self._one(tx, request.id)

    def list_proposals(self, tx: Transaction, request: Any) -> Any:
        """The newest first."""
        size = page_size(request)
        open_ = and_(Proposal.state == "OPEN", Proposal.expires_at > tx.now)
        states = {
            State.OPEN: and_(open_, not_(self._moved())),
            State.OUTDATED: and_(open_, self._moved()),
            State.EXPIRED: and_(Proposal.state == "OPEN", Proposal.expires_at <= tx.now),
        }
        conditions: list[ColumnElement[bool]] = []
        if request.state:
            conditions.append(states.get(request.state, Proposal.state == State.Name(request.state)))
        if request.to_decide:
            conditions += [states[State.OPEN], self._decidable(tx)]
        if request.mine:
            conditions.append(Proposal.author_id == tx.actor.id)
        if request.resource or request.record_id:
            about = [
                column == value
                for column, value in (
                    (ProposalCommand.resource, request.resource), (ProposalCommand.record_id, request.record_id),
                )
                if value
            ]  # fmt: skip
            conditions.append(exists().where(ProposalCommand.proposal_id == Proposal.id, *about))
        if request.page_token:
            conditions.append(Proposal.id < request.page_token)
        found = self._shown(tx, conditions, size + 1)
        page = within(found[:size], PAGE_BYTES)
        answer = proposals_pb2.ListProposalsResponse(proposals=page)
        if len(found) > len(page):
            answer.next_page_token = page[-1].id
        return answer

    def _one(self, tx: Transaction, id_: str) -> Any:
        tx.session.flush()
        found = self._shown(tx, [Proposal.id == id_], 1)
        if not found:
            raise NotFound(f"There is no proposal {id_}.")
        return found[0]

    def _shown(self, tx: Transaction, conditions: Iterable[ColumnElement[bool]], limit: int) -> list[Any]:
        """Proposals that the actor may see, with of their values what the actor may read now."""
        decidable = self._decidable(tx)
        query = (
            select(Proposal, decidable, self._moved())
            .where(or_(Proposal.author_id == tx.actor.id, decidable), *conditions)
            .order_by(Proposal.id.desc())
            .limit(limit)
        )
        rows = tx.session.execute(query).all()
        commands: dict[str, list[Any]] = {proposal.id: [] for proposal, *_ in rows}
        of_these = ProposalCommand.proposal_id.in_(commands)
        for command, may_read in tx.session.execute(
            select(ProposalCommand, self._readable(tx)).where(of_these).order_by(ProposalCommand.seq)
        ):
            commands[command.proposal_id].append(self._told_command(tx.actor, command, may_read))
        return [
            _message(tx, proposal, commands[proposal.id], may_decide, moved) for proposal, may_decide, moved in rows
        ]

    def _told_command(self, actor: Actor, command: ProposalCommand, may_read: bool) -> Any:
        told = proposals_pb2.ProposedChange(
            resource=command.resource, id=command.record_id, etag=str(command.version)
        )  # fmt: skip
        fields = self._kinds[command.resource].fields if may_read else {}
        for name in sorted(command.new):
            field = fields.get(name)
            if field is not None and actor.can_read(field):
                old, new = (
                    readable_part(actor, field.message_type, one.get(name)) for one in (command.old, command.new)
                )
                change = history_pb2.ValueChange(field=name, old_value=json_value(old), new_value=json_value(new))
                told.changes.append(change)
        return told

    def _each(self, condition: Any, command: Any) -> ColumnElement[bool]:
        """Of a command whether its record is there and meets a condition, which a kind of record gives."""
        found = [
            and_(
                command.resource == plural,
                select(kind.model.id).where(kind.model.id == command.record_id, met).correlate(command).exists(),
            )
            for plural, kind in sorted(self._kinds.items())
            if (met := condition(kind)) is not None
        ]
        return or_(false(), *found)

    def _unmet(self, condition: Any) -> ColumnElement[bool]:
        """Of a proposal, whether one of its records does not meet a condition."""
        command = aliased(ProposalCommand)
        unmet = not_(self._each(lambda kind: condition(kind, command), command))
        return select(command.seq).where(command.proposal_id == Proposal.id, unmet).correlate(Proposal).exists()

    def _readable(self, tx: Transaction) -> ColumnElement[bool]:
        """Of a command, whether the actor may read the record now, deleted or not."""

        def reads(kind: Kind) -> ColumnElement[bool] | None:
            needed = kind.reader.policy.permission
            if needed and not tx.actor.may(needed):
                return None
            return predicate(tx, kind.model, f"{kind.model.plural}.read")

        return self._each(reads, ProposalCommand)

    def _decidable(self, tx: Transaction) -> ColumnElement[bool]:
        """Of a proposal, whether the actor may change all of its records now."""

        def changes(kind: Kind, _: Any) -> ColumnElement[bool] | None:
            assert kind.writer is not None
            policy = kind.writer[0].policy
            if not (tx.actor.may(policy.permission) and tx.actor.may(f"{kind.model.plural}.read")):
                return None
            reads = predicate(tx, kind.model, f"{kind.model.plural}.read")
            if (policy.reach or policy.permission.partition(".")[0]) != kind.model.plural:
                return reads
            return and_(reads, predicate(tx, kind.model, policy.permission))

        return not_(self._unmet(changes))

    def _moved(self) -> ColumnElement[bool]:
        """Of a proposal, whether a record has another version than its terms say, or is gone."""

        def same(kind: Kind, command: Any) -> ColumnElement[bool]:
            return and_(kind.model.version == command.version, kind.model.deleted_at.is_(None))

        return self._unmet(same)

    # -- deciding -----------------------------------------------------------------------------------------

    def approve_proposal(self, tx: Transaction, request: Any) -> Any:
        """Makes the changes, as the actor.

        Raises NotFound, PermissionDenied, ProposalDecided, TermsMismatch, ProposalOutdated, and what the updates raise.
        """
        proposal, commands = self._to_decide(tx, request)
        if terms_hash(commands) != proposal.terms_hash:
            raise ProposalOutdated("The terms are not those that were proposed.")
        for command in self._unmoved(tx, commands):
            kind = self._kinds[command.resource]
            # Whoever proposes a value sets it: it does not follow another one.
            set_ = {mark: True for name in command.new if (mark := f"{name}{_OVERRIDDEN}") in kind.fields}
            self._apply(tx, proposal, command, _told(kind, command.new | set_), [*command.new])
        self._note_versions(tx, commands)
        self._decide(tx, proposal, commands, "APPLIED")
        return self._one(tx, proposal.id)

    def decline_proposal(self, tx: Transaction, request: Any) -> Any:
        """Refuses the changes. Raises NotFound, PermissionDenied, ProposalDecided and TermsMismatch."""
        proposal, commands = self._to_decide(tx, request)
        proposal.decision_reason = request.reason
        self._decide(tx, proposal, commands, "DECLINED")
        return self._one(tx, proposal.id)

    def withdraw_proposal(self, tx: Transaction, request: Any) -> Any:
        """Takes back an own proposal. Raises NotFound, PermissionDenied and ProposalDecided."""
        proposal, shown = self._locked(tx, request.id)
        if proposal.author_id != tx.actor.id:
            raise PermissionDenied("A proposal is withdrawn by its author only.")
        _check_open(shown)
        self._decide(tx, proposal, self._commands(tx, proposal), "WITHDRAWN")
        return self._one(tx, proposal.id)

    def undo_proposal(self, tx: Transaction, request: Any) -> Any:
        """Puts the values back that an approved proposal has changed, as the actor.

        Raises NotFound, PermissionDenied, ProposalDecided, ProposalOutdated if a record has changed since, and what the
        updates raise.
        """
        proposal, shown = self._locked(tx, request.id)
        _check_may_decide(shown)
        if shown.state != State.APPLIED:
            raise ProposalDecided(f"Only what was approved is undone; it is {State.Name(shown.state)}.")
        commands = self._commands(tx, proposal)
        for command in self._unmoved(tx, commands):
            kind = self._kinds[command.resource]
            self._apply(tx, proposal, command, _told(kind, command.old), [*command.new])
        self._note_versions(tx, commands)
        proposal.state, proposal.undone_by, proposal.undone_at = "UNDONE", tx.actor.id, tx.now
        proposal.ended_at = tx.now
        self._tell(tx, proposal, commands, "decided", "undone")
        return self._one(tx, proposal.id)

    def _to_decide(self, tx: Transaction, request: Any) -> tuple[Proposal, list[ProposalCommand]]:
        """An open proposal that the actor may decide, locked, with its commands."""
        proposal, shown = self._locked(tx, request.id)
        _check_may_decide(shown)
        if shown.terms_hash != request.terms_hash:
            raise TermsMismatch(errors={"terms_hash": ["differs from that of the proposal"]})
        _check_open(shown)
        return proposal, self._commands(tx, proposal)

    def _locked(self, tx: Transaction, id_: str) -> tuple[Proposal, Any]:
        """A proposal as the actor sees it, locked. Raises NotFound."""
        query = select(Proposal).where(Proposal.id == id_).with_for_update().execution_options(populate_existing=True)
        proposal = tx.session.scalar(query)
        shown = self._one(tx, id_)
        assert proposal is not None, "what is shown is there"
        return proposal, shown

    def _commands(self, tx: Transaction, proposal: Proposal) -> list[ProposalCommand]:
        query = select(ProposalCommand).where(ProposalCommand.proposal_id == proposal.id).order_by(ProposalCommand.seq)
        return list(tx.session.scalars(query))

    def _unmoved(self, tx: Transaction, commands: Sequence[ProposalCommand]) -> Iterator[ProposalCommand]:
        """The commands, once their records are locked. Raises ProposalOutdated naming records that have moved."""
        moved = {}
        for command in sorted(commands, key=lambda one: one.record_id):
            model = self._kinds[command.resource].model
            query = select(model.version, model.deleted_at).where(model.id == command.record_id).with_for_update()
            row = tx.session.execute(query).first()
            if row is None or row.deleted_at is not None or row.version != command.version:
                moved[f"commands.{command.seq}"] = [f"{command.resource}/{command.record_id} has changed since"]
        if moved:
            raise ProposalOutdated(errors=moved)
        yield from commands

    def _apply(
        self, tx: Transaction, proposal: Proposal, command: ProposalCommand, wanted: Message, names: Sequence[str]
    ) -> None:
        """Calls the Update method of a record, as the actor."""
        kind = self._kinds[command.resource]
        assert kind.writer is not None
        now = to_message(current(tx, kind.model, command.record_id), kind.model.message)
        tx.call(kind.writer[0], kind.update(wanted, now, names), f"proposal {proposal.id}")

    def _note_versions(self, tx: Transaction, commands: Sequence[ProposalCommand]) -> None:
        """The versions that the records have now, by which an undo sees whether they have moved."""
        for command in commands:
            model = self._kinds[command.resource].model
            command.version = tx.session.scalars(select(model.version).where(model.id == command.record_id)).one()

    def _decide(self, tx: Transaction, proposal: Proposal, commands: Sequence[ProposalCommand], state: str) -> None:
        proposal.state, proposal.decided_by, proposal.decided_at = state, tx.actor.id, tx.now
        proposal.ended_at = tx.now
        self._tell(tx, proposal, commands, "decided", state.lower())

    def _tell(
        self, tx: Transaction, proposal: Proposal, commands: Sequence[ProposalCommand], event: str, action: str
    ) -> None:
        """Notes in the audit trail what became of a proposal, and tells of it if the service has an event for it."""
        noted = {"records": [f"{one.resource}/{one.record_id}" for one in commands], "terms_hash": proposal.terms_hash}
        tx.audit(f"crm.{self._service}.proposal", proposal.id, action, noted)
        type_ = f"crm.{self._service}.proposal.{event}.v1"
        if type_ not in crm_contracts.events():
            return
        proposal.told += 1
        notice = proposals_pb2.ProposalNotice(
            id=proposal.id, created_by=proposal.author_id, state=State.Value(proposal.state),
            records=[self._owned(tx, one) for one in commands],
        )  # fmt: skip
        tx.tell(crm_contracts.event(type_).message(proposal=notice), proposal.told)

    def _owned(self, tx: Transaction, command: ProposalCommand) -> Any:
        model = self._kinds[command.resource].model
        owner = getattr(model, model.owner_field) if model.owner_field else None
        owner_id = tx.session.scalar(select(owner).where(model.id == command.record_id)) if owner is not None else None
        return proposals_pb2.ProposalRecord(resource=command.resource, id=command.record_id, owner_id=owner_id or "")


def terms_hash(commands: Iterable[ProposalCommand]) -> str:
    """SHA-256 over the terms in one spelling, in hexadecimal digits."""
    terms = [[one.resource, one.record_id, one.version, one.new] for one in commands]
    return hashlib.sha256(orjson.dumps(terms, option=orjson.OPT_SORT_KEYS)).hexdigest()


def forget_old(tx: Transaction) -> bool:
    """Removes proposals that ended long ago. Returns whether there were any."""
    old = select(Proposal.id).where(Proposal.ended_at <= tx.now - KEPT).order_by(Proposal.ended_at).limit(FORGOTTEN)
    ids = list(tx.session.scalars(old))
    if ids:
        tx.session.execute(delete(ProposalCommand).where(ProposalCommand.proposal_id.in_(ids)))
        tx.session.execute(delete(Proposal).where(Proposal.id.in_(ids)))
    return bool(ids)


def _named(kind: Kind, actor: Actor, fields: Any, where: str) -> list[str]:
    """The fields that are to change. Raises InvalidInput for none and for one that nobody changes, PermissionDenied for
    one that the actor may not read."""
    changeable = {
        one.name
        for one in writable_fields(kind.model.message)
        if not {crm_contracts.IMMUTABLE, crm_contracts.INPUT_ONLY} & crm_contracts.behavior_of(one)
    }
    names = sorted(fields.fields)
    if not names:
        raise InvalidInput.of(where, "must name a field")
    denied = [name for name in names if name in kind.fields and not actor.can_read_all(kind.fields[name])]
    if denied:
        errors = {f"{where}.{name}": ["may not be read"] for name in denied}
        raise PermissionDenied(f"You may not read {', '.join(denied)}.", errors=errors)
    unknown = [name for name in names if name not in changeable]
    if unknown:
        raise InvalidInput(
            f"{', '.join(unknown)[:200]}: no such field that can be changed",
            errors={f"{where}.{name[:100]}": [UNKNOWN_FIELD()] for name in unknown},
        )
    return names


def _update(kind: Kind, wanted: Message, record: Any, names: Sequence[str]) -> Any:
    """The request that would change a record."""
    assert kind.writer is not None
    change: Any = kind.writer[0].request()
    body = getattr(change, kind.body)
    body.CopyFrom(wanted)
    body.id, body.etag = record.id, record.etag
    change.update_mask.paths.extend(names)
    return change


def _values(message: Any, names: Iterable[str]) -> dict[str, Any]:
    """Fields of a message as JSON; None for what is not set."""
    values = orjson.loads(dumps(_EVERYTHING.encode(message)))
    return {name: values[name] for name in names}


def _told(kind: Kind, values: Mapping[str, Any]) -> Message:
    """The message that was stored as JSON."""
    return decode(kind.model.message, values, lenient=True)


def _check_may_decide(shown: Any) -> None:
    if not shown.may_decide:
        raise PermissionDenied("Who may change all of the records decides about a proposal.")


def _check_open(shown: Any) -> None:
    if shown.state == State.OUTDATED:
        raise ProposalOutdated()
    if shown.state != State.OPEN:
        raise ProposalDecided(f"The proposal does not wait for a decision any more: it is {State.Name(shown.state)}.")


def _message(tx: Transaction, proposal: Proposal, commands: Sequence[Any], may_decide: bool, moved: bool) -> Any:
    state = proposal.state
    if state == "OPEN":
        state = "EXPIRED" if proposal.expires_at <= tx.now else "OUTDATED" if moved else "OPEN"
    return proposals_pb2.Proposal(
        id=proposal.id,
        commands=commands,
        reason=proposal.reason,
        state=State.Value(state),
        terms_hash=proposal.terms_hash,
        created_at=timestamp(proposal.created_at),
        created_by=proposal.author_id,
        expires_at=timestamp(proposal.expires_at),
        decided_by=proposal.decided_by or "",
        decided_at=timestamp(proposal.decided_at) if proposal.decided_at else None,
        decision_reason=proposal.decision_reason,
        undone_by=proposal.undone_by or "",
        undone_at=timestamp(proposal.undone_at) if proposal.undone_at else None,
        may_decide=may_decide,
    )
