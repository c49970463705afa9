"""What support keeps about a person is erased with their tickets' words."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2
from crm.support.v1 import messages_pb2
from crm_chassis import subjects
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user
from sqlalchemy.orm import Session


def test_a_contact_and_what_was_said(
    deliver: Any, make_ticket: Any, rpc: Any, engine: Any, service: Any, leftovers: Any
) -> None:
    erika, id_ = {name: unique(f"Erika{name}") for name in ("name", "mail", "asked", "said")}, uuid7()
    address = {"address": f"{erika['mail']}@example.org", "primary": True}
    contact = {"id": id_, "display_name": erika["name"], "emails": [address], "email": address["address"]}
    deliver(contacts_pb2.ContactCreated(contact=contact))
    ticket = make_ticket(contact_id=id_, description=erika["asked"])
    message = {"ticket_id": ticket.id, "body": erika["said"]}
    rpc("CreateMessage", messages_pb2.CreateMessageRequest(message=message), as_=user())
    assert all(map(leftovers, erika.values()))

    with Session(engine) as session, session.begin():
        subjects.erase(session, service.tables, id_)

    assert {name: tables for name, value in erika.items() if (tables := leftovers(value))} == {}
