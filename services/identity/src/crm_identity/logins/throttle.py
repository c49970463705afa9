"""Slows down guessing: each attempt is counted before it is judged, so that attempts at once do not slip through.

Counted by account and network: who guesses from elsewhere does not lock the user out. What comes from networks that the
user has no session from is counted together too, so that many networks do not make many guesses; that count makes
attempts wait for seconds only, and those from the user's own networks not at all.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from ipaddress import ip_address, ip_network

from crm_chassis.records.tx import Transaction
from sqlalchemy import delete, select, text

from crm_identity.errors import InvalidCredentials
from crm_identity.logins.model import LoginAttempts, LoginSession
from crm_identity.runtime import runtime

FREE_ATTEMPTS = 10
"""After so many attempts without success each further one has to wait, twice as long as the one before."""
LONGEST_WAIT = timedelta(minutes=15)
FREE_EVERYWHERE = 100
LONGEST_EVERYWHERE = timedelta(seconds=5)
"""The same for all networks together that the user is not known to use."""
FORGOTTEN = timedelta(days=1)
"""The count starts anew if nobody has tried for so long."""

_EVERYWHERE = "*"
# What waits for nothing is blocked until long ago, so that clocks of processes may differ.
_COUNT = text(
    """
    INSERT INTO login_attempts AS a (account, network, attempts, last_at, blocked_until)
    VALUES (:account, :network, 1, :now, :forgotten)
    ON CONFLICT (account, network) DO UPDATE SET
        attempts = CASE WHEN a.last_at < :forgotten THEN 1 ELSE a.attempts + 1 END,
        last_at = :now,
        blocked_until = CASE
            WHEN a.last_at < :forgotten OR a.attempts + 1 < :free THEN :forgotten
            ELSE :now + least(interval '1 second' * power(2, least(a.attempts + 1 - :free, 20)), :longest)
        END
    WHERE a.blocked_until <= :now
    RETURNING attempts
    """
)


def count_attempt(tx: Transaction, email: str, user_id: str | None) -> None:
    """Counts an attempt for an account, existing or not. Raises InvalidCredentials if it comes too early.

    `user_id` is whose account it is, if there is one. The count stays only once it is committed.
    """
    network = _network(tx.context.client_address)
    _count(tx, email, network, FREE_ATTEMPTS, LONGEST_WAIT)
    if network not in _networks_of(tx, user_id):
        _count(tx, email, _EVERYWHERE, FREE_EVERYWHERE, LONGEST_EVERYWHERE)


def forget_attempts(tx: Transaction, email: str) -> None:
    """The account's owner has come through from this network."""
    tx.session.execute(
        delete(LoginAttempts).where(
            LoginAttempts.account == _account(email),
            LoginAttempts.network == _network(tx.context.client_address),
        )
    )


def _count(tx: Transaction, email: str, network: str, free: int, longest: timedelta) -> None:
    values = {
        "account": _account(email),
        "network": network,
        "now": tx.now,
        "forgotten": tx.now - FORGOTTEN,
        "free": free,
        "longest": longest,
    }
    if tx.session.scalar(_COUNT, values) is None:
        raise InvalidCredentials()


def _networks_of(tx: Transaction, user_id: str | None) -> set[str]:
    """The networks that the user has logged in from, in sessions that are remembered."""
    query = select(LoginSession.client_address).where(LoginSession.user_id == user_id).distinct()
    return {_network(address) for address in tx.session.scalars(query)}


def _account(email: str) -> bytes:
    return hmac.new(runtime().account_key, email.encode(), hashlib.sha256).digest()


def _network(address: str) -> str:
    """The /24, or for IPv6 the /48, that an address is in; one network for all addresses that are none."""
    try:
        version = ip_address(address).version
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{24 if version == 4 else 48}", strict=False))
