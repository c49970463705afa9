"""What other services tell of their audit trails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from crm_chassis.envelope import IncomingEvent
from crm_chassis.records.anchors import Anchor, anchored_events
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Subscription
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from crm_identity.anchors.model import KeptAnchor


def _keep(tx: Transaction, event: IncomingEvent) -> None:
    """Keeps an anchor, unless another one of the same link is there: whoever tells twice has changed something."""
    anchor = event.data.anchor
    row = {
        "service": event.source, "seq": anchor.seq, "mac": bytes.fromhex(anchor.mac), "at": anchor.at.ToDatetime(UTC)
    }  # fmt: skip
    tx.session.execute(insert(KeptAnchor).values(row).on_conflict_do_nothing())


def kept_anchors(tx: Transaction) -> Iterator[Anchor]:
    """All that are kept, by service, oldest first."""
    for row in tx.session.scalars(select(KeptAnchor).order_by(KeptAnchor.service, KeptAnchor.seq)):
        yield Anchor(row.service, row.seq, row.mac, row.at)


SUBSCRIPTIONS = (Subscription("anchors", dict.fromkeys(anchored_events(), _keep)),)
