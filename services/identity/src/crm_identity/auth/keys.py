"""API keys: how they are made, and whose they are."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from crm.identity.v1 import api_keys_pb2, auth_pb2
from crm_chassis.errors import UnknownReference, UserInactive
from crm_chassis.records.mapping import assign, to_message
from crm_chassis.records.tx import Transaction
from sqlalchemy import or_, select, update

from crm_identity.api_keys.model import ApiKey
from crm_identity.credentials.api_keys import new_key, prefix_of
from crm_identity.errors import GrantsMoreThanHeld
from crm_identity.users.authority import check_acts_as, standing_of
from crm_identity.users.model import User

NOTED_EVERY = timedelta(minutes=1)


def create_api_key(tx: Transaction, request: api_keys_pb2.CreateApiKeyRequest) -> api_keys_pb2.ApiKey:
    """A key for the caller or another user, shown once.

    Raises UnknownReference, UserInactive, InvalidInput, and GrantsMoreThanHeld for a permission that the caller does
    not hold or a user who holds more.
    """
    key = ApiKey()
    assign(key, request.api_key)
    secret = new_key()
    key.prefix, key.digest = prefix_of(secret), hashlib.sha256(secret.encode()).digest()
    key.check_life(tx.now)
    tx.add(key)
    _check_user(tx, key.user_id)
    for permission in key.permissions:
        if not tx.actor.may(permission):
            raise GrantsMoreThanHeld(f"You do not hold {permission}.")
    tx.settle()
    answer = to_message(key, api_keys_pb2.ApiKey)
    answer.secret = secret
    return answer


def _check_user(tx: Transaction, user_id: str) -> None:
    if user_id != tx.actor.id:
        tx.check_reference(User, user_id, "api_key.user_id")
    user = tx.find(User, user_id)
    if user is None:
        raise UnknownReference.of("api_key.user_id", User.plural)
    if not user.active:
        raise UserInactive()
    check_acts_as(tx, user, standing_of(tx, user))


def resolve_api_key(tx: Transaction, request: auth_pb2.ResolveApiKeyRequest) -> auth_pb2.ResolveApiKeyResponse:
    """Whose key it is, and what the key is limited to; notes that it is in use. Empty if it is good for nothing."""
    query = select(ApiKey).where(
        ApiKey.digest == request.digest, ApiKey.deleted_at.is_(None), ApiKey.expires_at > tx.now
    )
    key = tx.session.scalar(query)
    if key is None:
        return auth_pb2.ResolveApiKeyResponse()
    long_ago = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= tx.now - NOTED_EVERY)
    tx.session.execute(
        update(ApiKey)
        .where(ApiKey.id == key.id, long_ago)
        .values(last_used_at=tx.now)
        .execution_options(synchronize_session=False)
    )
    return auth_pb2.ResolveApiKeyResponse(
        api_key_id=key.id,
        user_id=key.user_id,
        prefix=key.prefix,
        permissions=key.permissions,
        expires_at=key.expires_at,
    )
