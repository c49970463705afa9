"""What brings rows of older versions in line with the rules of today."""

from __future__ import annotations

from crm_chassis.contracts.formats import address_key
from crm_chassis.jobs.backfills import Backfill
from crm_kit.refolding import of_address, recompute

from crm_support.people.model import Account, Contact
from crm_support.tickets.model import Ticket

BACKFILLS = (
    Backfill("20261129.2 folded keys of accounts", recompute(Account, "key", Account.derived["key"])),
    Backfill(
        "20261129 domains of copied contacts",
        recompute(Contact, "emails", lambda contact: [address_key(address) for address in contact["emails"]]),
    ),
    Backfill("20261129 domains of tickets", recompute(Ticket, "requester_email", of_address("requester_email"))),
)
