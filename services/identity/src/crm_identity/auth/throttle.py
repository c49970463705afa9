"""Slows down guessing: each attempt is counted before it is judged, so that attempts at once do not slip through.

Counted by account and network, not by account alone: who guesses from elsewhere does not lock the user out.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from ipaddress import ip_address, ip_network

from crm_chassis.db.tx import Transaction
from sqlalchemy import delete, text

from crm_identity.auth.model import LoginAttempts
from crm_identity.errors import InvalidCredentials
from crm_identity.runtime import runtime

FREE_ATTEMPTS = 10
"""After so many attempts without success each further one has to wait, twice as long as the one before."""
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)
"""The count starts anew if nobody has tried for so long."""

_COUNT = text(
    """
    INSERT INTO login_attempts AS a (account, network, attempts, last_at, blocked_until)
    VALUES (:account, :network, 1, :now, :now)
    ON CONFLICT (account, network) DO UPDATE SET
        attempts = CASE WHEN a.last_at < :forgotten THEN 1 ELSE a.attempts + 1 END,
        last_at = :now,
        blocked_until = CASE
            WHEN a.last_at < :forgotten OR a.attempts + 1 < :free THEN :now
            ELSE :now + least(interval '1 second' * power(2, least(a.attempts + 1 - :free, 20)), :longest)
        END
    WHERE a.blocked_until <= :now
    RETURNING attempts
    """
)


def count_attempt(tx: Transaction, email: str) -> None:
    """Counts an attempt for an account, existing or not. Raises InvalidCredentials if it comes too early.

    The count stays only once it is committed.
    """
    values = {
        "account": _account(email),
        "network": _network(tx.context.client_address),
        "now": tx.now,
        "forgotten": tx.now - FORGOTTEN,
        "free": FREE_ATTEMPTS,
        "longest": LONGEST_WAIT,
    }
    if tx.session.scalar(_COUNT, values) is None:
        raise InvalidCredentials()


def forget_attempts(tx: Transaction, email: str) -> None:
    """The account's owner has come through from this network."""
    tx.session.execute(
        delete(LoginAttempts).where(
            LoginAttempts.account == _account(email),
            LoginAttempts.network == _network(tx.context.client_address),
        )
    )


def _account(email: str) -> bytes:
    return hmac.new(runtime().account_key, email.encode(), hashlib.sha256).digest()


def _network(address: str) -> str:
    """The /24, or for IPv6 the /48, that an address is in; one network for all addresses that are none."""
    try:
        version = ip_address(address).version
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{24 if version == 4 else 48}", strict=False))
