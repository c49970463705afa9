"""Comments on opportunities; the rules are tested with tickets, in support."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import comments_pb2
from crm_chassis import subjects
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user
from sqlalchemy.orm import Session

ADMIN = user()


def test_of_a_deal(make_opportunity: Any, rpc: Any, published: Any, engine: Any, service: Any, leftovers: Any) -> None:
    erika, said, territory = uuid7(), unique("Secret"), uuid7()
    deal = make_opportunity(contact_id=erika, territory_id=territory)
    write = comments_pb2.CreateCommentRequest(record_id=deal.id, comment={"body": said})
    comment = rpc("CreateOpportunityComment", write, as_=ADMIN)
    change = comments_pb2.UpdateCommentRequest(record_id=deal.id, comment={"id": comment.id, "body": f"{said}!"})
    listing = comments_pb2.ListCommentsRequest(record_id=deal.id)

    assert rpc("UpdateOpportunityComment", change, as_=ADMIN).body == f"{said}!"
    assert [one.body for one in rpc("ListOpportunityComments", listing, as_=ADMIN).comments] == [f"{said}!"]
    told = published(comment.id)[0].data.comment
    assert (told.resource, told.record_id) == ("opportunities", deal.id)
    assert (told.owner_id, told.territory_id) == (deal.owner_id, territory)

    with Session(engine) as session, session.begin():
        subjects.erase(session, service.tables, erika)
    assert leftovers(said) == []
    delete = comments_pb2.DeleteCommentRequest(record_id=deal.id, id=comment.id)
    assert rpc("DeleteOpportunityComment", delete, as_=ADMIN).id == comment.id
    assert not rpc("ListOpportunityComments", listing, as_=ADMIN).comments
