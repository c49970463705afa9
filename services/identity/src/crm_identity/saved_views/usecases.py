"""What can be done with saved views.

Every user may keep views, whatever the role, so no permission says which ones are seen: `usable` does.
"""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.identity.v1 import saved_views_pb2
from crm_chassis.errors import InvalidInput, NotFound, PermissionDenied, UnknownReference
from crm_chassis.records.mapping import assign
from crm_chassis.records.paging import list_page
from crm_chassis.records.tx import Transaction
from sqlalchemy import func, select

from crm_identity.roles.model import Role
from crm_identity.saved_views.model import EVERYBODY, ROLE, TEAM, SavedView
from crm_identity.saved_views.queries import own_teams, usable

SHARE = "saved_views.share"
MOST = 500
"""How many views one user may have."""


def create_saved_view(tx: Transaction, request: saved_views_pb2.CreateSavedViewRequest) -> SavedView:
    """A view of the caller's.

    Raises InvalidInput, PermissionDenied, UnknownReference.
    """
    own = select(func.count()).where(SavedView.owner_id == tx.actor.id, SavedView.deleted_at.is_(None))
    if (tx.session.scalar(own) or 0) >= MOST:
        raise InvalidInput.of("saved_view", f"nobody has more than {MOST} views; delete one first")
    view = SavedView()
    assign(view, request.saved_view)
    view.settle()
    _check(tx, view)
    return tx.add(view)


def get_saved_view(tx: Transaction, request: standard_pb2.GetRequest) -> SavedView:
    """A view that the caller may use. Raises NotFound."""
    return _usable(tx, request.id)


def list_saved_views(
    tx: Transaction, request: saved_views_pb2.ListSavedViewsRequest
) -> saved_views_pb2.ListSavedViewsResponse:
    """The views that the caller may use, of one resource if it is named."""
    query = usable(tx)
    if request.resource:
        query = query.where(SavedView.resource == request.resource)
    response = saved_views_pb2.ListSavedViewsResponse
    page: saved_views_pb2.ListSavedViewsResponse = list_page(
        tx, SavedView, request, response, query=query, default_order="name"
    )
    return page


def update_saved_view(tx: Transaction, request: saved_views_pb2.UpdateSavedViewRequest) -> SavedView:
    """Changes the fields that the mask names.

    Raises NotFound, EtagMismatch, InvalidInput, PermissionDenied, UnknownReference.
    """
    view = _changeable(tx, request.saved_view.id, request.saved_view.etag)
    assign(view, request.saved_view, request.update_mask.paths)
    view.settle()
    _check(tx, view)
    return view


def delete_saved_view(tx: Transaction, request: standard_pb2.DeleteRequest) -> SavedView:
    """Deletes a view. Raises NotFound, EtagMismatch, PermissionDenied."""
    view = _changeable(tx, request.id, request.etag)
    tx.delete(view)
    return view


def _usable(tx: Transaction, id_: str) -> SavedView:
    query = usable(tx).where(SavedView.id == id_)
    if not tx.read_only:
        query = query.with_for_update(of=SavedView)
    view = tx.session.scalar(query)
    if view is None:
        raise NotFound(f"There is no saved_view {id_}.")
    return view


def _changeable(tx: Transaction, id_: str, etag: str) -> SavedView:
    view = _usable(tx, id_)
    if view.owner_id != tx.actor.id and not tx.actor.may(SHARE):
        raise PermissionDenied(f"This view is somebody else's; changing it needs the permission {SHARE}.")
    view.check_etag(etag)
    return view


def _check(tx: Transaction, view: SavedView) -> None:
    view.check_sharing()
    view.check_contents(tx.actor)
    with tx.session.no_autoflush:
        if view.visibility in (ROLE, EVERYBODY) and not tx.actor.may(SHARE):
            raise PermissionDenied(f"Sharing with {view.visibility} needs the permission {SHARE}.")
        if view.visibility == TEAM and view.team_id not in set(tx.session.scalars(own_teams(tx))):
            raise UnknownReference.of("saved_view.team_id", "teams of yours")
        if view.role_id:
            known = select(Role.id).where(Role.id == view.role_id, Role.deleted_at.is_(None))
            if tx.session.scalar(known) is None:
                raise UnknownReference.of("saved_view.role_id", Role.plural)
            if view.default:
                _replace_default(tx, view)


def _replace_default(tx: Transaction, view: SavedView) -> None:
    """The view that was the first of the role and resource is it no more."""
    tx.hold(f"default view:{view.role_id}:{view.resource}")
    former = select(SavedView).where(
        SavedView.role_id == view.role_id, SavedView.resource == view.resource, SavedView.default,
        SavedView.deleted_at.is_(None), SavedView.id.is_distinct_from(view.id),
    )  # fmt: skip
    for other in tx.session.scalars(former.with_for_update()):
        other.default = False
