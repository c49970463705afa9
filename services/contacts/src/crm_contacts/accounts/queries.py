"""Selects over accounts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from crm_contacts.accounts.model import Account


def ancestors(account_id: str) -> Select[Any]:
    """Ids of the account and of every account above it."""
    up = select(Account.id, Account.parent_id).where(Account.id == account_id).cte("up", recursive=True)
    above = select(Account.id, Account.parent_id).join(up, Account.id == up.c.parent_id)
    return select(up.union(above).c.id)
