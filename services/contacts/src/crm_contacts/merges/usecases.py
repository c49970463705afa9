"""What can be done with records that turned out to be one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import crm_contracts
import orjson
from crm.contacts.v1 import accounts_pb2, contacts_pb2, merges_pb2
from crm_chassis import merging
from crm_chassis.errors import EtagMismatch, InvalidInput, NotFound, PermissionDenied, RecordMerged
from crm_chassis.ids import uuid7
from crm_chassis.records.aliases import places
from crm_chassis.records.hierarchy import in_circle
from crm_chassis.records.mapping import to_message
from crm_chassis.records.model import Record as AnyRecord
from crm_chassis.records.paging import list_page
from crm_chassis.records.tx import Transaction
from crm_chassis.records.visibility import predicate
from crm_chassis.violations import NOT_WRITABLE, UNKNOWN_FIELD
from sqlalchemy import func, inspect, or_, select
from sqlalchemy.orm.attributes import flag_dirty

from crm_contacts.accounts.model import Account
from crm_contacts.base import Base, Record
from crm_contacts.contacts.model import Contact, ContactKey
from crm_contacts.contacts.usecases import join_account, keep_contact
from crm_contacts.duplicates.pairs import merge_pairs, part_pairs
from crm_contacts.errors import HierarchyCycle, LaterMerge, MergeErased, MergeTooLarge, NothingToMerge
from crm_contacts.merges.following import MERGING
from crm_contacts.merges.model import DONE, Merge, MergeSnapshot
from crm_contacts.merges.rules import RULES, UNION, Decision, decide, taken_back

_MERGED: Mapping[type[Record], Any] = {Contact: contacts_pb2.ContactMerged, Account: accounts_pb2.AccountMerged}
_UNMERGED: Mapping[type[Record], Any] = {
    Contact: contacts_pb2.ContactUnmerged, Account: accounts_pb2.AccountUnmerged
}  # fmt: skip
_DELETED: Mapping[type[Record], Any] = {Contact: contacts_pb2.ContactDeleted, Account: accounts_pb2.AccountDeleted}
_BY_PLURAL: Mapping[str, type[Record]] = {model.plural: model for model in RULES}


@dataclass
class Plan:
    """What a merge will do, decided before anything is written."""

    survivor: Any
    losers: list[Any]
    decisions: list[Decision]

    @property
    def ids(self) -> list[str]:
        return [self.survivor.id, *(loser.id for loser in self.losers)]


def merge_contacts(tx: Transaction, request: merges_pb2.MergeRequest) -> contacts_pb2.MergeContactsResponse:
    """Makes contacts one. Raises what `_plan` raises."""
    contact, merge = _merge(tx, Contact, request)
    tx.settle()
    return contacts_pb2.MergeContactsResponse(
        contact=to_message(contact, contacts_pb2.Contact), merge=to_message(merge, merges_pb2.Merge)
    )


def merge_accounts(tx: Transaction, request: merges_pb2.MergeRequest) -> accounts_pb2.MergeAccountsResponse:
    """Makes accounts one. Raises what `_plan` raises, HierarchyCycle if the survivor would be above itself."""
    account, merge = _merge(tx, Account, request)
    tx.settle()
    return accounts_pb2.MergeAccountsResponse(
        account=to_message(account, accounts_pb2.Account), merge=to_message(merge, merges_pb2.Merge)
    )


def preview_contact_merge(
    tx: Transaction, request: merges_pb2.MergeRequest
) -> contacts_pb2.PreviewContactMergeResponse:
    """What merge_contacts would do."""
    plan = _plan(tx, Contact, request)
    answer = contacts_pb2.PreviewContactMergeResponse(
        contacts=[to_message(one, contacts_pb2.Contact) for one in (plan.survivor, *plan.losers)], fields=_told(plan),
        moves=_moves(tx, plan),
    )  # fmt: skip
    answer.survivor.CopyFrom(to_message(_as_it_would_be(tx, plan), contacts_pb2.Contact))
    return answer


def preview_account_merge(
    tx: Transaction, request: merges_pb2.MergeRequest
) -> accounts_pb2.PreviewAccountMergeResponse:
    """What merge_accounts would do."""
    plan = _plan(tx, Account, request)
    answer = accounts_pb2.PreviewAccountMergeResponse(
        accounts=[to_message(one, accounts_pb2.Account) for one in (plan.survivor, *plan.losers)], fields=_told(plan),
        moves=_moves(tx, plan),
    )  # fmt: skip
    answer.survivor.CopyFrom(to_message(_as_it_would_be(tx, plan), accounts_pb2.Account))
    return answer


# -- deciding ---------------------------------------------------------------------------------------------


def _plan(tx: Transaction, model: type[Record], request: merges_pb2.MergeRequest) -> Plan:
    """Finds and locks the records, and decides about every field.

    Raises NotFound, NothingToMerge, RecordMerged for one that was merged meanwhile, EtagMismatch, PermissionDenied
    unless the caller may change all of them, and for the choice of a field that the caller may not write, InvalidInput
    for one that there is not, MergeTooLarge.
    """
    ids = [request.id, *dict.fromkeys(request.loser_ids)]
    if len(set(ids)) != len(ids):
        raise NothingToMerge()
    if strange := set(request.etags) - set(ids):
        raise InvalidInput.of("etags", f"{min(strange)} is none of the records")
    if not tx.read_only:
        tx.fetch(model, ids)
    found: list[Any] = [tx.get(model, id_) for id_ in ids]
    for id_, record in zip(ids, found, strict=True):
        if record.id != id_:
            raise RecordMerged(f"{id_} was merged into {record.id}.")
        if (etag := request.etags.get(id_, "")).strip('"') not in ("", record.etag):
            raise EtagMismatch(f"{id_} is at version {record.etag}, not {etag}.")
        tx.check_changeable(record)
    _check_choices(tx, model, request.choices, ids)
    survivor, *losers = found
    values = [_fields(model, one) for one in found]
    plan = Plan(survivor, losers, decide(values[0], values[1:], RULES[model], request.choices))
    _check_sizes(model, plan.decisions)
    return plan


def _check_choices(tx: Transaction, model: type[Record], choices: Mapping[str, str], ids: Iterable[str]) -> None:
    fields = model.message.DESCRIPTOR.fields_by_name
    for name, id_ in choices.items():
        if name not in RULES[model]:
            raise InvalidInput.of(f"choices.{name}", UNKNOWN_FIELD())
        if id_ not in ids:
            raise InvalidInput.of(f"choices.{name}", "is none of the records")
    denied = {f"choices.{name}": [NOT_WRITABLE()] for name in choices if not tx.actor.can_write(fields[name])}
    if denied:
        raise PermissionDenied(f"You may not choose {', '.join(sorted(denied))}.", errors=denied)


def _check_sizes(model: type[Record], decisions: Iterable[Decision]) -> None:
    fields = model.message.DESCRIPTOR.fields_by_name
    errors = {}
    for one in decisions:
        most = crm_contracts.rules_of(fields[one.field]).max_items
        if most and isinstance(one.value, list) and len(one.value) > most:
            errors[one.field] = [f"would have {len(one.value)} entries; at most {most} are kept"]
    if errors:
        raise MergeTooLarge(errors=errors)


def _fields(model: type[Record], record: Any) -> dict[str, Any]:
    """The values of a record by field; an amount with its currency is one."""
    columns = inspect(model).column_attrs.keys()
    values = {name: getattr(record, name) for name in ("id", "updated_at", *RULES[model])}
    amounts = {
        name: (values[name], getattr(record, f"{name}_currency")) for name in values if f"{name}_currency" in columns
    }
    return values | {name: amount if amount[0] is not None else None for name, amount in amounts.items()}


def _apply(plan: Plan) -> None:
    """Gives the survivor its values."""
    for one in plan.decisions:
        _set(plan.survivor, one.field, one.value)
    if isinstance(plan.survivor, Account) and plan.survivor.parent_id in plan.ids:
        # Above one of them, not between them.
        outside = (one.parent_id for one in plan.losers if one.parent_id not in plan.ids)
        plan.survivor.parent_id = next(outside, None)


def _set(record: Any, name: str, value: Any) -> None:
    if isinstance(value, tuple):
        value, currency = value
        setattr(record, f"{name}_currency", currency)
    elif value is None and hasattr(type(record), f"{name}_currency"):
        setattr(record, f"{name}_currency", None)
    if value != getattr(record, name):
        setattr(record, name, value)


def _as_it_would_be(tx: Transaction, plan: Plan) -> Any:
    """The survivor with its values, which nobody stores."""
    tx.session.expunge_all()
    _apply(plan)
    plan.survivor.settle()
    return plan.survivor


def _told(plan: Plan) -> list[dict[str, Any]]:
    return [one.told for one in plan.decisions]


def _moves(tx: Transaction, plan: Plan) -> list[merges_pb2.MovedRecords]:
    """How many records of this service that the caller may see name a loser."""
    kind, losers = plan.survivor.record_kind, plan.ids[1:]
    counts: dict[str, int] = {}
    for mapper in Base.registry.mappers:
        model: Any = mapper.class_
        if not issubclass(model, AnyRecord):
            continue
        for place in places(model):
            if place.kind == kind and tx.actor.may(f"{model.plural}.read"):
                query = tx.visible(model).where(getattr(model, place.column).in_(losers))
                if place.resource:
                    query = query.where(model.resource == place.resource)
                counts[model.plural] = counts.get(model.plural, 0) + (
                    tx.session.scalar(query.with_only_columns(func.count())) or 0
                )
    return [merges_pb2.MovedRecords(resource=name, count=count) for name, count in sorted(counts.items()) if count]


# -- writing ----------------------------------------------------------------------------------------------


def _merge(tx: Transaction, model: type[Record], request: merges_pb2.MergeRequest) -> tuple[Any, Merge]:
    plan = _plan(tx, model, request)
    survivor = plan.survivor
    before = {one.id: _columns(one) for one in (survivor, *plan.losers)}
    merge = tx.add(
        Merge(
            id=uuid7(), resource=model.plural, survivor_id=survivor.id, loser_ids=plan.ids[1:], state=DONE,
            fields=_told(plan), undone_by="",
        )
    )  # fmt: skip
    for loser in plan.losers:
        if isinstance(loser, Contact):
            tx.session.query(ContactKey).where(ContactKey.contact_id == loser.id).delete()
        loser.deleted_at = tx.now
        if loser.external_id and loser.external_id == _value(plan.decisions, "external_id"):
            loser.external_id = ""
        tx.publish(_DELETED[model](merged_into_id=survivor.id), loser)
    tx.session.flush()
    _apply(plan)
    if isinstance(survivor, Account) and in_circle(tx.session, Account.parent_id, survivor):
        raise HierarchyCycle()
    if isinstance(survivor, Account):
        _check_no_circle(tx, plan)
    if isinstance(survivor, Contact):
        join_account(tx, survivor, survivor.account_id)
        keep_contact(tx, survivor)
    flag_dirty(survivor)
    tx.publish(_MERGED[model](merge_id=merge.id, loser_ids=plan.ids[1:]), survivor)
    tx.session.flush()
    _keep(tx, merge, before, _columns(survivor))
    merge_pairs(tx, survivor.id, plan.ids[1:])
    versions = {one.id: one.version for one in (survivor, *plan.losers)}
    tx.publish(merges_pb2.MergeCreated(versions=versions), merge)
    MERGING.begin(tx, merging.Merge(merge.id, model.record_kind, survivor.id, plan.ids[1:], versions))
    return survivor, merge


def _check_no_circle(tx: Transaction, plan: Plan) -> None:
    """Raises HierarchyCycle if the survivor lies below one of the losers, with others between them."""
    losers, next_id = set(plan.ids[1:]), plan.survivor.parent_id
    while next_id is not None:
        if next_id in losers:
            raise HierarchyCycle("The survivor lies below one of the others; merge into the upper one.")
        next_id = tx.session.scalar(select(Account.parent_id).where(Account.id == next_id))


def _value(decisions: Iterable[Decision], name: str) -> Any:
    return next((one.value for one in decisions if one.field == name), None)


def _keep(tx: Transaction, merge: Merge, before: Mapping[str, Any], after: Any) -> None:
    """Keeps how the records were, each under its own key."""
    content = [
        (id_, orjson.dumps({"before": values, "after": after if id_ == merge.survivor_id else None}))
        for id_, values in before.items()
    ]
    for (id_, _), sealed in zip(content, tx.seal(content), strict=True):
        tx.session.add(MergeSnapshot(merge_id=merge.id, record_id=id_, sealed=sealed))


def _columns(record: Any) -> dict[str, Any]:
    """The columns of a record as JSON has them."""
    return {one.key: _plain(getattr(record, one.key)) for one in inspect(type(record)).column_attrs}


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


# -- reading ----------------------------------------------------------------------------------------------


def _seen(tx: Transaction) -> Any:
    """Merges into records that the caller may read."""
    survivors = (
        Merge.survivor_id.in_(select(model.id).where(predicate(tx, model, f"{model.plural}.read"))) for model in RULES
    )
    return tx.visible(Merge).where(or_(*survivors))


def get_merge(tx: Transaction, request: merges_pb2.GetMergeRequest) -> Merge:
    """One merge. Raises NotFound if the caller may not read the survivor."""
    merge = tx.session.scalar(_seen(tx).where(Merge.id == request.id))
    if merge is None:
        raise NotFound(f"There is no merge {request.id}.")
    return merge


def list_merges(tx: Transaction, request: merges_pb2.ListMergesRequest) -> merges_pb2.ListMergesResponse:
    """Merges, the newest first."""
    return list_page(tx, Merge, request, merges_pb2.ListMergesResponse, query=_seen(tx))


# -- taking apart -----------------------------------------------------------------------------------------


def undo_merge(tx: Transaction, request: merges_pb2.UndoMergeRequest) -> Merge:
    """Takes records apart again.

    Raises NotFound, EtagMismatch, MergeAlreadyUndone, LaterMerge, MergeErased, PermissionDenied unless the caller may
    merge and change the survivor.
    """
    get_merge(tx, merges_pb2.GetMergeRequest(id=request.id))
    merge = tx.get(Merge, request.id, etag=request.etag)
    model: Any = _BY_PLURAL[merge.resource]
    locked = select(model).where(model.id.in_(merge.ids)).order_by(model.id).with_for_update()
    records: dict[str, Any] = {
        one.id: one for one in tx.session.scalars(locked.execution_options(populate_existing=True))
    }
    survivor = records[merge.survivor_id]
    _check_undoable(tx, merge, survivor)
    merge.undo(tx.actor.id, tx.now)
    snapshots = _snapshots(tx, merge)
    _restore(survivor, snapshots[survivor.id]["before"], snapshots[survivor.id]["after"])
    if isinstance(survivor, Contact):
        join_account(tx, survivor, survivor.account_id)
        keep_contact(tx, survivor)
    flag_dirty(survivor)
    tx.publish(_UNMERGED[model](merge_id=merge.id, loser_ids=merge.loser_ids), survivor)
    tx.session.flush()
    for id_ in merge.loser_ids:
        loser = records[id_]
        loser.deleted_at = None
        loser.external_id = snapshots[id_]["before"]["external_id"]
        if isinstance(loser, Contact):
            keep_contact(tx, loser)
    tx.session.flush()
    part_pairs(tx, merge.ids)
    versions = {id_: one.version for id_, one in records.items()}
    tx.publish(merges_pb2.MergeUndone(versions=versions), merge)
    MERGING.undo(tx, merging.Merge(merge.id, model.record_kind, merge.survivor_id, merge.loser_ids, versions))
    return merge


def _check_undoable(tx: Transaction, merge: Merge, survivor: Any) -> None:
    merging_right = predicate(tx, type(survivor), f"{merge.resource}.merge")
    if tx.session.scalar(select(type(survivor).id).where(type(survivor).id == survivor.id, merging_right)) is None:
        raise PermissionDenied(f"{merge.resource}.merge does not reach this record.")
    tx.check_changeable(survivor)
    later = select(Merge.id).where(
        Merge.state == DONE, Merge.id > merge.id,
        or_(Merge.survivor_id.in_(merge.ids), Merge.loser_ids.overlap(merge.ids)),
    )  # fmt: skip
    if (found := tx.session.scalar(later.order_by(Merge.id.desc()).limit(1))) is not None and merge.state == DONE:
        raise LaterMerge(f"Take merge {found} apart first.")


def _snapshots(tx: Transaction, merge: Merge) -> dict[str, Any]:
    """How the records were, by id. Raises MergeErased."""
    rows = tx.session.scalars(select(MergeSnapshot).where(MergeSnapshot.merge_id == merge.id)).all()
    if {row.record_id for row in rows if row.sealed} != set(merge.ids):
        raise MergeErased()
    opened = tx.unseal((row.record_id, row.sealed) for row in rows)
    if None in opened:
        raise MergeErased()
    return {row.record_id: orjson.loads(content or b"") for row, content in zip(rows, opened, strict=True)}


def _restore(survivor: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Gives the survivor what it had before, but for what was changed since."""
    model = type(survivor)
    columns = set(inspect(model).column_attrs.keys())
    for name, rule in RULES[model].items():
        for column in (name, f"{name}_currency"):
            if column not in columns or before[column] == after[column]:
                continue
            now = _plain(getattr(survivor, column))
            value = (
                taken_back(name, now, before[column], after[column]) if rule == UNION or now == after[column] else now
            )
            if value != now:
                setattr(survivor, column, _typed(model, column, value))


def _typed(model: Any, column: str, value: Any) -> Any:
    """A value of a snapshot as the column has it."""
    if not isinstance(value, str):
        return value
    type_ = model.__table__.c[column].type.python_type
    if type_ in (datetime, date):
        return type_.fromisoformat(value)
    return Decimal(value) if type_ is Decimal else value
