"""Keeps the copy of users' addresses current."""

from __future__ import annotations

from crm_chassis.envelope import IncomingEvent
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Subscription
from sqlalchemy.dialects.postgresql import insert as upsert

from crm_contacts.emails.model import ReplyAddress


def _on_user(tx: Transaction, event: IncomingEvent) -> None:
    user = event.payload["user"]
    statement = upsert(ReplyAddress).values(user_id=user["id"], address=user["email"])
    tx.session.execute(
        statement.on_conflict_do_update(index_elements=["user_id"], set_={"address": statement.excluded.address})
    )


REPLY_ADDRESSES = Subscription("reply_addresses", {"crm.identity.user.*": _on_user})
