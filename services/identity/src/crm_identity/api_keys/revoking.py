"""How API keys end: by being revoked, or with their user. What was begun with a key ends with it."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm_chassis.records.directory import end_key
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_identity.api_keys.model import ApiKey


def delete_api_key(tx: Transaction, request: standard_pb2.DeleteRequest) -> ApiKey:
    """Revokes a key for good. Raises NotFound, EtagMismatch."""
    key = tx.get(ApiKey, request.id, etag=request.etag)
    _revoke(tx, key)
    return key


def revoke_keys(tx: Transaction, user_id: str) -> None:
    """Revokes every API key of a user, for good."""
    keys = select(ApiKey).where(ApiKey.user_id == user_id, ApiKey.deleted_at.is_(None)).with_for_update()
    for key in tx.session.scalars(keys):
        _revoke(tx, key)


def _revoke(tx: Transaction, key: ApiKey) -> None:
    tx.delete(key)
    # The other services learn it by the event; this one imports users itself.
    end_key(tx.session, key.id, tx.now)
