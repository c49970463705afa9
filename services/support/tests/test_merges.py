"""Contacts that turned out to be one: tickets follow them."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2, merges_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user

ADMIN = user()


def tickets(rpc: Any, contact: str) -> set[str]:
    request = tickets_pb2.ListTicketsRequest(filter=f'contact_id = "{contact}"')
    return {one.id for one in rpc("ListTickets", request, as_=ADMIN).tickets}


def test_tickets_move_and_go_back_and_new_ones_go_to_whose_address_it_was(
    rpc: Any, make_ticket: Any, deliver: Any, tick: Any
) -> None:
    survivor, loser = uuid7(), uuid7()
    addresses = {id_: f"{unique('p')}@a.example" for id_ in (survivor, loser)}
    for id_, address in addresses.items():
        deliver(contacts_pb2.ContactCreated(contact={"id": id_, "emails": [{"address": address}]}))
    theirs = make_ticket(contact_id=loser).id
    whole = {"id": uuid7(), "resource": "contacts", "survivor_id": survivor, "loser_ids": [loser], "state": "DONE"}
    deliver(merges_pb2.MergeCreated(merge=whole))
    tick("merges")
    assert tickets(rpc, survivor) == tickets(rpc, loser) == {theirs}
    new = {
        id_: make_ticket(contact_id=survivor, requester_email=address.upper()).id for id_, address in addresses.items()
    }

    deliver(merges_pb2.MergeUndone(merge=whole | {"state": "UNDONE"}), version=2)
    tick("merges")

    assert (tickets(rpc, survivor), tickets(rpc, loser)) == ({new[survivor]}, {theirs, new[loser]})
