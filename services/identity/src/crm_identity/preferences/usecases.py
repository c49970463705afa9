"""What users do with their preferences."""

from __future__ import annotations

from crm.identity.v1 import preferences_pb2
from crm_chassis.errors import InvalidInput, Unauthenticated
from crm_chassis.records.tx import Transaction
from crm_chassis.violations import UNKNOWN_FIELD
from sqlalchemy import select

from crm_identity.organisation.queries import the_organisation
from crm_identity.preferences.model import LANGUAGES, Preferences, UserPreferences, effective
from crm_identity.users.model import User

WITH_USER = ("language", "time_zone")


def get_preferences(
    tx: Transaction, request: preferences_pb2.GetPreferencesRequest
) -> preferences_pb2.GetPreferencesResponse:
    """What the caller has chosen, and what holds."""
    user = tx.session.scalar(select(User).where(User.id == tx.actor.id, User.deleted_at.is_(None)))
    if user is None:
        raise Unauthenticated()
    chosen, held = _both(tx, user)
    return preferences_pb2.GetPreferencesResponse(preferences=chosen, effective=held)


def update_preferences(
    tx: Transaction, request: preferences_pb2.UpdatePreferencesRequest
) -> preferences_pb2.UpdatePreferencesResponse:
    """Changes what the mask names (all that is set, without one). Raises InvalidInput for an unknown name."""
    user = tx.find(User, tx.actor.id)
    if user is None or not user.active:
        raise Unauthenticated()
    names = {path.split(".", 1)[0] for path in request.update_mask.paths}
    names = names or {field.name for field, _ in request.preferences.ListFields()}
    if unknown := names.difference(Preferences.DESCRIPTOR.fields_by_name):
        raise InvalidInput.of(f"preferences.{min(unknown)}", UNKNOWN_FIELD())
    for name in names.intersection(WITH_USER):
        setattr(user, name, getattr(request.preferences, name))
    _choose(tx, user, request.preferences, names.difference(WITH_USER))
    chosen, held = _both(tx, user)
    return preferences_pb2.UpdatePreferencesResponse(preferences=chosen, effective=held)


def _choose(tx: Transaction, user: User, wanted: Preferences, names: set[str]) -> None:
    row = tx.session.get(UserPreferences, user.id)
    if row is None:
        row = UserPreferences(user_id=user.id, chosen={})
        tx.session.add(row)
    chosen = row.read()
    left = Preferences()
    left.CopyFrom(wanted)
    for name in Preferences.DESCRIPTOR.fields_by_name:
        (chosen if name in names else left).ClearField(name)
    chosen.MergeFrom(left)
    row.choose(chosen)


def _both(tx: Transaction, user: User) -> tuple[Preferences, Preferences]:
    """What a user has chosen, and what holds for the user."""
    row = tx.session.get(UserPreferences, user.id)
    chosen = row.read() if row is not None else Preferences()
    language = user.language.partition("-")[0].lower()
    chosen.language, chosen.time_zone = language if language in LANGUAGES else "", user.time_zone
    return chosen, effective(chosen, the_organisation(tx.session))


def preferences_of(tx: Transaction, user: User) -> Preferences:
    """What holds for a user."""
    return _both(tx, user)[1]
