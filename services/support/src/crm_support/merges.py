"""What follows when contacts or accounts were merged."""

from __future__ import annotations

from crm_chassis.contracts.formats import address_key
from crm_chassis.merging import Links, Merge, Merging
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_support.base import Base
from crm_support.people.model import Contact
from crm_support.tickets.model import Ticket


class Requesters(Links):
    """Tickets that came in since from an address that only a loser had: they are the loser's."""

    def finish(self, tx: Transaction, merge: Merge, *, undone: bool) -> None:
        if not undone or merge.kind != Contact.kind:
            return
        people = {one.id: one for one in tx.session.scalars(select(Contact).where(Contact.id.in_(merge.ids)))}
        survivor = people.get(merge.survivor_id)
        for loser in people.values():
            if survivor is None or loser is survivor:
                continue
            own = set(loser.emails) - set(survivor.emails)
            asked = select(Ticket).where(Ticket.contact_id == survivor.id, Ticket.created_at >= merge.at)
            for ticket in tx.session.scalars(asked.with_for_update()):
                if ticket.requester_email and address_key(ticket.requester_email) in own:
                    ticket.contact_id = loser.id


MERGING = Merging("crm.contacts", Base, links=(Requesters(),), copies=("people",))
