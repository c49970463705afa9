"""Who leaves hands the work over."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2
from crm.identity.v1 import events_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user

ADMIN = user()


def test_open_work_goes_to_the_successor(rpc: Any, deliver: Any) -> None:
    leaver, successor = uuid7(), uuid7()
    lead = rpc("CreateLead", contacts_pb2.CreateLeadRequest(lead={"company": unique(), "owner_id": leaver}), as_=ADMIN)
    done = rpc("CreateLead", contacts_pb2.CreateLeadRequest(lead={"company": unique(), "owner_id": leaver}), as_=ADMIN)
    rpc("ConvertLead", contacts_pb2.ConvertLeadRequest(id=done.id), as_=ADMIN)

    user_ = {"id": leaver, "display_name": "Gone", "status": "DEACTIVATED"}
    deliver(events_pb2.UserDeactivated(user=user_, reassign_to_id=successor))

    owner = lambda id_: rpc("GetLead", contacts_pb2.GetLeadRequest(id=id_), as_=ADMIN).owner_id  # noqa: E731
    assert (owner(lead.id), owner(done.id)) == (successor, leaver)
