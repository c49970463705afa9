"""Sharing records, and saying why somebody sees one: the functions of SharingService, the same for every kind.

A share is no change of its record: it raises no version, so nobody's edit is refused for it. It stands in the record's
audit trail, and is told by events of its own, each with all shares that there are after it, so that a copy needs no
other. What is read with a record (comments, messages, its timeline) is seen by whoever sees the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import crm_contracts
from crm.common.v1 import shares_pb2
from sqlalchemy import delete, insert, or_, select

from crm_chassis.access import levels
from crm_chassis.access.actor import ALL, Actor, Scope
from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import InvalidInput, NotFound, PermissionDenied, UnknownReference
from crm_chassis.ids import NIL, uuid7
from crm_chassis.records import visibility
from crm_chassis.records.directory import (
    DirectoryRole,
    DirectoryTeam,
    DirectoryTerritory,
    DirectoryUser,
    Rights,
    rights_of,
    rights_of_all,
)
from crm_chassis.records.mapping import timestamp
from crm_chassis.records.paging import page_size, read_token, write_token
from crm_chassis.records.sharing import EVERYONE, Share, kind_of, readers_of, rewrite
from crm_chassis.records.tx import Transaction
from crm_chassis.records.view import View
from crm_chassis.subscription import Subscription

MOST = 200
"""Shares that a record may have."""
LOOKED_AT = 50
"""Users of whom it is asked for one page whether they see a record; it takes two statements each."""
TIDIED = 200
"""Records whose ended shares are taken away in one transaction."""
TIDY_SECONDS = 5.0

_Kind = shares_pb2.Share.PrincipalKind
_Ground = shares_pb2.AccessGround.Kind
_Missing = shares_pb2.Access.Missing
_ACTIONS = ("read", "update", "delete", "share")
_GROUNDS = {
    visibility.OWNER: _Ground.OWNER, visibility.BELOW: _Ground.HIERARCHY,
    visibility.MATE: _Ground.MATE, visibility.TEAM_OF_ROW: _Ground.OWN_TEAM, visibility.QUEUE: _Ground.QUEUE,
    visibility.TERRITORY_OF_ROW: _Ground.OWN_TERRITORY,
}  # fmt: skip
_PRINCIPALS: dict[int, tuple[Any, str]] = {
    _Kind.USER: (DirectoryUser, "user"), _Kind.TEAM: (DirectoryTeam, "team"), _Kind.ROLE: (DirectoryRole, "role"),
    _Kind.TERRITORY: (DirectoryTerritory, "territory"),
}  # fmt: skip


class Shares:
    """The shares of the records of one service."""

    def __init__(self, service: str, models: Iterable[Any]) -> None:
        self._service = service
        self._models = {model.plural: model for model in models}

    # -- what is asked for --------------------------------------------------------------------------------

    def get_shares(self, tx: Transaction, request: Any) -> Any:
        """Those of one record, the oldest first. Raises NotFound for one that the caller may not read."""
        model, record = self._record(tx, request.resource, request.record_id)
        held = _held(tx, model, record)
        return shares_pb2.GetSharesResponse(
            shares=[_message(one) for one in _of(tx, record.id)], may_share=_level(held)
        )

    def share_record(self, tx: Transaction, request: Any) -> Any:
        """Shares a record with somebody. Raises NotFound, PermissionDenied, UnknownReference and InvalidInput."""
        model, record = self._record(tx, request.resource, request.record_id)
        wanted = request.share
        if wanted.level > _may_share(tx, model, record):
            raise PermissionDenied("Nobody shares more than they hold themselves.")
        principal_id = _principal(tx, wanted)
        expires_at = _moment(wanted)
        if expires_at is not None and expires_at <= tx.now:
            raise InvalidInput.of("share.expires_at", "must be in the future")
        if wanted.role and wanted.principal_kind != _Kind.USER:
            raise InvalidInput.of("share.role", "only a user is on a record's team")
        cause = shares_pb2.Share.MEMBER if wanted.role else shares_pb2.Share.MANUAL
        before = readers_of(tx.session, record, tx.now)
        present = _of(tx, record.id)
        share = next((one for one in present if (one.principal_id, one.cause) == (principal_id, _cause(cause))), None)
        if share is None:
            if len(present) >= MOST:
                raise InvalidInput.of("share", f"a record is shared with at most {MOST}; share it with a team")
            share = Share(
                id=uuid7(), record_id=record.id, kind=model.record_kind, principal_id=principal_id,
                principal_kind=_Kind.Name(wanted.principal_kind), cause=_cause(cause), cause_id=NIL,
            )  # fmt: skip
            tx.session.add(share)
        share.level, share.role, share.reason, share.expires_at = wanted.level, wanted.role, wanted.reason, expires_at
        share.granted_by, share.granted_at = tx.actor.id, tx.now
        self._changed(tx, model, record, share, before, "granted")
        return _message(share)

    def unshare_record(self, tx: Transaction, request: Any) -> Any:
        """Ends a share. Raises NotFound and PermissionDenied."""
        model, record = self._record(tx, request.resource, request.record_id)
        _may_share(tx, model, record)
        share = next((one for one in _of(tx, record.id) if one.id == request.id), None)
        if share is None:
            raise NotFound(f"There is no share {request.id} of this record.")
        before = readers_of(tx.session, record, tx.now)
        tx.session.delete(share)
        self._changed(tx, model, record, share, before, "revoked")
        return _message(share)

    def explain_access(self, tx: Transaction, request: Any) -> Any:
        """What a user may do with a record, and why. Raises NotFound and PermissionDenied."""
        model, record = self._record(tx, request.resource, request.id)
        if request.user_id != tx.actor.id:
            _may_share(tx, model, record)
        rights = rights_of(tx.session, request.user_id)
        if rights is None:
            raise NotFound(f"There is no user {request.user_id}.")
        shares = _of(tx, record.id)
        view = View(Actor(request.user_id, "user", rights.grants), tx.session, tx.now)
        access = [_access(view, rights, model, record, shares, action) for action in _ACTIONS]
        return shares_pb2.ExplainAccessResponse(user_id=request.user_id, access=access)

    def list_readers(self, tx: Transaction, request: Any) -> Any:
        """The users who may read a record, some users at a time. Raises NotFound and PermissionDenied."""
        model, record = self._record(tx, request.resource, request.id)
        _may_share(tx, model, record)
        size = min(page_size(request), LOOKED_AT)
        query = select(DirectoryUser).where(DirectoryUser.active).order_by(DirectoryUser.id).limit(size + 1)
        if request.page_token:
            (last,) = read_token(request.page_token, f"readers {record.id}", [str])
            query = query.where(DirectoryUser.id > last)
        users = list(tx.session.scalars(query))
        response = shares_pb2.ListReadersResponse()
        shares, rights = _of(tx, record.id), rights_of_all(tx.session, [user.id for user in users[:size]])
        for user in users[:size]:
            if user.id not in rights:
                continue
            view = View(Actor(user.id, "user", rights[user.id].grants), tx.session, tx.now)
            access = _access(view, rights[user.id], model, record, shares, "read")
            if access.allowed:
                response.readers.add(user_id=user.id, display_name=user.display_name, grounds=access.grounds)
        if len(users) > size:
            response.next_page_token = write_token(f"readers {record.id}", [users[size - 1].id])
        return response

    @property
    def functions(self) -> Sequence[Any]:
        """By the names of the RPCs."""
        return self.get_shares, self.share_record, self.unshare_record, self.explain_access, self.list_readers

    # -- what time does -----------------------------------------------------------------------------------

    def tidy(self, tx: Transaction) -> bool:
        """Takes away shares that have ended, which have had no effect since. Returns whether there were any."""
        ended = select(Share).where(Share.expires_at <= tx.now).order_by(Share.expires_at).limit(TIDIED)
        found = list(tx.session.scalars(ended))
        models = {model.record_kind: model for model in self._models.values()}
        for share in sorted(found, key=lambda one: one.record_id):
            model = models.get(share.kind)
            if model is None:
                continue  # Of a copy: whoever has the record tells of it.
            record = tx.find(model, share.record_id)
            # Somebody may have prolonged it meanwhile; it is looked at again once the record is locked.
            tx.session.refresh(share)
            if record is None or share.expires_at is None or share.expires_at > tx.now:
                continue
            before = readers_of(tx.session, record, share.expires_at - timedelta(microseconds=1))
            tx.session.delete(share)
            self._changed(tx, model, record, share, before, "revoked")
        return bool(found)

    # ----------------------------------------------------------------------------------------------------

    def _record(self, tx: Transaction, resource: str, id_: str) -> tuple[Any, Any]:
        """The kind and the record, locked unless the method only reads. Raises NotFound."""
        model = self._models.get(resource)
        if model is None:
            raise NotFound(f"There are no {resource} that can be shared.")
        return model, tx.get(model, id_)

    def _changed(
        self, tx: Transaction, model: Any, record: Any, share: Share, before: frozenset[str], action: str
    ) -> None:
        """Brings the record in line with its shares, notes the change in its audit trail and tells of it."""
        tx.session.flush()
        rewrite(tx.session, model, [record.id])
        record.share_version += 1
        tx.session.flush()
        tx.session.refresh(record, ["shared_with", "share_check_at"])
        tx.forget_reach()
        changed = _message(share)
        noted = {
            "principal_kind": share.principal_kind, "principal_id": share.principal_id,
            "level": shares_pb2.Share.Level.Name(share.level), "cause": share.cause, "role": share.role,
            "reason": share.reason, "expires_at": share.expires_at,
        }  # fmt: skip
        tx.audit(model.record_kind, record.id, "shared" if action == "granted" else "unshared", noted)
        told = shares_pb2.Sharing(
            record_id=record.id, resource=model.plural, changed=_told(changed),
            shares=[_told(_message(one)) for one in _of(tx, record.id)],
        )  # fmt: skip
        places = zip(
            ("owner_id", "team_id", "territory_id"), (model.owner_field, model.team_field, model.territory_field),
            strict=True,
        )  # fmt: skip
        for name, column in places:
            setattr(told, name, (getattr(record, column) if column else None) or "")
        event = crm_contracts.event(f"crm.{self._service}.share.{action}.v1")
        after = readers_of(tx.session, record, tx.now)
        tx.tell(event.message(sharing=told), record.share_version, readers=after, former_readers=before)


def follow_shares(*models: Any) -> Subscription:
    """Keeps what copies say of the shares of their records current."""
    by_kind = {model.kind: model for model in models}
    sources = sorted({kind.rpartition(".")[0] for kind in by_kind})
    plurals = {model.plural: model for model in models}

    def on_share(tx: Transaction, event: IncomingEvent) -> None:
        sharing: Any = event.data.sharing
        model = plurals.get(sharing.resource)
        if model is None or not model.kind.startswith(f"crm.{event.source}."):
            return
        tx.session.execute(delete(Share).where(Share.record_id == sharing.record_id, Share.kind == model.kind))
        rows = [_row(one, sharing.record_id, model.kind) for one in sharing.shares]
        if rows:
            tx.session.execute(insert(Share), rows)
        rewrite(tx.session, model, [sharing.record_id])

    return Subscription("shares", {f"{source}.share.*": on_share for source in sources})


def _row(share: Any, record_id: str, kind: str) -> dict[str, Any]:
    return {
        "id": share.id, "record_id": record_id, "kind": kind, "principal_kind": _Kind.Name(share.principal_kind),
        "principal_id": share.principal_id or EVERYONE, "level": share.level, "cause": _cause(share.cause),
        "cause_id": NIL, "role": share.role, "reason": "", "expires_at": _moment(share),
        "granted_by": share.granted_by, "granted_at": share.granted_at.ToDatetime(UTC),
    }  # fmt: skip


def _of(tx: Transaction, record_id: str) -> list[Share]:
    return list(
        tx.session.scalars(select(Share).where(Share.record_id == record_id).order_by(Share.granted_at, Share.id))
    )


def _may_share(tx: Transaction, model: Any, record: Any) -> int:
    """How far the actor may share a record. Raises PermissionDenied."""
    held = _held(tx, model, record)
    if not held:
        raise PermissionDenied(
            f"Its owner shares a record, and who may change it and has the permission {model.plural}.share."
        )
    return held


def _held(tx: Transaction, model: Any, record: Any) -> int:
    """How far the actor may share a record: 0 if not at all, and no further than the actor holds it."""
    if getattr(record, model.owner_field) == tx.actor.id:
        return levels.FULL
    update, share, whole = (
        visibility.predicate(tx, model, f"{model.plural}.{one}") for one in ("update", "share", "delete")
    )
    wholly_shared = visibility.shared_with(tx, model, tx.actor.scope_of(f"{model.plural}.share"), levels.FULL)
    wholly = or_(whole, wholly_shared) if wholly_shared is not None else whole
    may, full = tx.session.execute(select(update & share, wholly).where(model.id == record.id)).one()
    return 0 if not may else levels.FULL if full else levels.UPDATE


def _principal(tx: Transaction, share: Any) -> str:
    """With whom it is. Raises UnknownReference for nobody, and InvalidInput."""
    if share.principal_kind == _Kind.EVERYONE:
        if share.principal_id:
            raise InvalidInput.of("share.principal_id", "must be empty for everyone")
        return EVERYONE
    model, name = _PRINCIPALS[share.principal_kind]
    found = select(model.id).where(model.id == share.principal_id) if share.principal_id else None
    if found is not None and model is DirectoryUser:
        found = found.where(DirectoryUser.active)
    elif found is not None and model is not DirectoryRole:
        found = found.where(~model.deleted)
    if found is None or tx.session.scalar(found) is None:
        raise UnknownReference.of("share.principal_id", f"{name}s" if name != "territory" else "territories")
    return str(share.principal_id)


def _access(view: View, rights: Rights, model: Any, record: Any, shares: Sequence[Share], action: str) -> Any:
    """Whether the user of a view may do something with a record, and why, by the parts of the predicate."""
    permission = f"{model.plural}.{action}"
    scope = view.actor.scope_of(permission)
    access = shares_pb2.Access(permission=permission, scope=Scope.Name(scope))
    if not rights.active:
        access.missing = _Missing.ACTIVE_USER
        return access
    if not scope:
        access.missing = _Missing.PERMISSION
        return access
    if scope == ALL:
        access.grounds.add(kind=_Ground.EVERY_RECORD)
        access.allowed = True
        return access
    level = levels.level_of(permission)
    found = [(name, condition) for name, condition in visibility.parts(view, model, scope, level)]
    row = view.session.execute(select(*(condition for _, condition in found)).where(model.id == record.id)).one()
    for (name, _), holds in zip(found, row, strict=True):
        if holds and name in _GROUNDS:
            owns = getattr(record, model.owner_field) == view.actor.id
            access.grounds.add(kind=_Ground.OWNER if owns and name in _PERSONAL else _GROUNDS[name])
    mine = set(view.covered(scope).principals.get(kind_of(model), ()))
    reaching = [one for one in shares if one.principal_id in mine and _holds(one, view.now)]
    for share in reaching:
        if share.level >= level:
            access.grounds.add(kind=_Ground.SHARED, share=_message(share))
    access.allowed = bool(access.grounds)
    if not access.allowed:
        access.missing = _Missing.HIGHER_LEVEL if reaching else _Missing.REACH
    return access


_PERSONAL = frozenset({visibility.OWNER, visibility.BELOW, visibility.MATE})


def _holds(share: Share, now: datetime) -> bool:
    return share.expires_at is None or share.expires_at > now


def _moment(share: Any) -> datetime | None:
    return share.expires_at.ToDatetime(UTC) if share.HasField("expires_at") else None


def _level(level: int) -> Any:
    return shares_pb2.Share.Level.Name(cast(Any, level))


def _cause(cause: int) -> str:
    return shares_pb2.Share.Cause.Name(cause)


def _told(share: Any) -> Any:
    """A share as events tell of it: why it was shared is nobody's beside those who read the record."""
    told = shares_pb2.Share()
    told.CopyFrom(share)
    told.reason = ""
    return told


def _message(share: Share) -> Any:
    return shares_pb2.Share(
        id=share.id,
        principal_kind=_Kind.Value(share.principal_kind),
        principal_id="" if share.principal_id == EVERYONE else share.principal_id,
        level=_level(share.level),
        cause=shares_pb2.Share.Cause.Value(share.cause),
        role=share.role,
        reason=share.reason,
        expires_at=timestamp(share.expires_at) if share.expires_at else None,
        granted_by=share.granted_by,
        granted_at=timestamp(share.granted_at),
    )
