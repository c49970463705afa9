"""Opportunities are created, read, listed and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.sales.v1 import opportunities_pb2, pipelines_pb2
from crm_chassis.db.tables import Alias
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user
from sqlalchemy.orm import Session


def names(pipeline: Any) -> dict[str, str]:
    return {stage.name: stage.id for stage in pipeline.stages}


def test_begins_in_the_default_pipeline(rpc: Any, admin: Any, make_opportunity: Any, published: Any) -> None:
    (standard,) = rpc(
        "ListPipelines", pipelines_pb2.ListPipelinesRequest(filter="is_default = true"), as_=admin
    ).pipelines

    made = make_opportunity(amount={"amount": "1250.00", "currency": "USD"})

    assert (made.pipeline_id, made.stage_id) == (standard.id, standard.stages[0].id)
    assert (made.status, made.probability) == (opportunities_pb2.Opportunity.OPEN, standard.stages[0].probability)
    assert made.owner_id == admin.id
    assert made.close_date == ""
    assert made.amount_overridden
    (event,) = published(made.id)
    assert (event.type, event.data.opportunity.id) == ("crm.sales.opportunity.created.v1", made.id)


def test_a_stage_brings_its_pipeline(make_pipeline: Any, make_opportunity: Any) -> None:
    pipeline = make_pipeline()

    made = make_opportunity(stage_id=names(pipeline)["Second"])

    assert (made.pipeline_id, made.probability) == (pipeline.id, 60)


def test_the_stage_belongs_to_the_pipeline(make_pipeline: Any, make_opportunity: Any) -> None:
    with pytest.raises(DomainError) as refused:
        make_opportunity(pipeline_id=make_pipeline().id, stage_id=names(make_pipeline())["First"])
    assert refused.value.reason == "STAGE_NOT_IN_PIPELINE"

    with pytest.raises(DomainError) as refused:
        make_opportunity(stage_id=uuid7())
    assert refused.value.reason == "UNKNOWN_REFERENCE"


def test_lines_are_priced_from_their_products(make_product: Any, make_opportunity: Any) -> None:
    product = make_product("33.35")

    made = make_opportunity(lines=[{"product_id": product.id, "quantity": "3", "discount_percent": "10"}])

    (line,) = made.lines
    assert (line.description, line.unit_price.amount, line.total.amount) == (product.name, "33.35", "90.05")
    assert (made.amount.amount, made.amount.currency, made.amount_overridden) == ("90.05", "USD", False)


def test_yen_have_no_cents(make_product: Any, make_opportunity: Any) -> None:
    product = make_product("150", "JPY")

    made = make_opportunity(lines=[{"product_id": product.id, "quantity": "7", "discount_percent": "1"}])

    assert made.amount.amount == "1040.00"


def test_an_inactive_product_cannot_be_added(make_product: Any, make_opportunity: Any) -> None:
    with pytest.raises(DomainError) as refused:
        make_opportunity(lines=[{"product_id": make_product(active=False).id}])

    assert refused.value.reason == "PRODUCT_INACTIVE"


def test_lines_of_two_currencies_are_refused(make_product: Any, make_opportunity: Any) -> None:
    lines = [{"product_id": make_product(currency="USD").id}, {"product_id": make_product(currency="EUR").id}]

    with pytest.raises(DomainError) as refused:
        make_opportunity(lines=lines)

    assert refused.value.reason == "OPPORTUNITY_MIXED_CURRENCIES"


def test_an_amount_beyond_all_bounds_is_refused_not_broken(make_product: Any, make_opportunity: Any) -> None:
    product = make_product("999999999999.0000")

    with pytest.raises(DomainError) as refused:
        make_opportunity(lines=[{"product_id": product.id, "quantity": "1000000000"}])

    assert refused.value.reason == "AMOUNT_TOO_LARGE"


def test_references_are_checked_as_far_as_they_are_known(make_opportunity: Any, deliver: Any) -> None:
    known, gone = uuid7(), uuid7()
    rep = user({"opportunities.create": OWN, "accounts.read": OWN, "opportunities.read": OWN})
    deliver(accounts_pb2.AccountCreated(account={"id": known, "name": "Known", "owner_id": uuid7()}))
    deliver(
        accounts_pb2.AccountDeleted(
            account={"id": gone, "name": "Gone", "owner_id": rep.id, "deleted_at": {"seconds": 1}}
        )
    )

    assert make_opportunity(account_id=uuid7()).account_id
    assert make_opportunity(account_id=known).account_id == known
    for actor, id_ in ((rep, known), (rep, gone)):
        with pytest.raises(DomainError) as refused:
            make_opportunity(as_=actor, account_id=id_)
        assert (refused.value.reason, list(refused.value.errors)) == (
            "UNKNOWN_REFERENCE",
            ["opportunity.account_id"],
        )
    with pytest.raises(DomainError):
        make_opportunity(account_id=gone)


def test_roles_of_contacts_are_checked_together(make_opportunity: Any, deliver: Any) -> None:
    gone = uuid7()
    deliver(contacts_pb2.ContactCreated(contact={"id": gone, "deleted_at": {"seconds": 1}}))
    roles = [{"contact_id": uuid7(), "role": "champion"}, {"contact_id": gone, "role": "blocker"}]

    made = make_opportunity(contact_roles=roles[:1])
    assert [one.role for one in made.contact_roles] == ["champion"]
    with pytest.raises(DomainError) as refused:
        make_opportunity(contact_roles=roles)

    assert list(refused.value.errors) == ["opportunity.contact_roles.1.contact_id"]


def test_may_begin_won_but_not_lost(make_pipeline: Any, make_opportunity: Any) -> None:
    pipeline = make_pipeline()

    made = make_opportunity(stage_id=names(pipeline)["Won"])
    assert (made.status, made.probability, bool(made.close_date)) == (opportunities_pb2.Opportunity.WON, 100, True)

    with pytest.raises(DomainError) as refused:
        make_opportunity(stage_id=names(pipeline)["Lost"])
    assert refused.value.reason == "LOSS_NEEDS_REASON"
    rep = user({"opportunities.create": OWN, "opportunities.read": ALL})
    with pytest.raises(DomainError) as refused:
        make_opportunity(as_=rep, stage_id=names(pipeline)["Won"])
    assert refused.value.status == 403


def test_a_created_opportunity_meets_the_requirements_too(make_pipeline: Any, make_opportunity: Any) -> None:
    stages = [
        {"name": "Open", "type": "OPEN", "required_fields": ["source", "amount"]},
        {"name": "Won", "type": "WON"},
        {"name": "Lost", "type": "LOST"},
    ]

    with pytest.raises(DomainError) as refused:
        make_opportunity(pipeline_id=make_pipeline(stages).id)

    assert (refused.value.status, sorted(refused.value.errors)) == (422, ["amount", "source"])


def test_lists_only_what_the_actor_may_see(rpc: Any, make_opportunity: Any, read: Any) -> None:
    rep = user({"opportunities.*": OWN, "fields.financial.read": OWN})
    mine, other = make_opportunity(as_=rep), make_opportunity()

    found = rpc("ListOpportunities", opportunities_pb2.ListOpportunitiesRequest(), as_=rep).opportunities

    assert [one.id for one in found] == [mine.id]
    assert read(other).id == other.id
    with pytest.raises(DomainError) as refused:
        rpc("GetOpportunity", standard_pb2.GetRequest(id=other.id), as_=rep)
    assert refused.value.status == 404


def test_is_filtered_and_sorted(rpc: Any, admin: Any, make_opportunity: Any) -> None:
    source = unique("source")
    for amount in ("300", "100", "200"):
        make_opportunity(source=source, amount={"amount": amount, "currency": "USD"})
    request = opportunities_pb2.ListOpportunitiesRequest(
        filter=f'source = "{source}" AND amount >= 150 AND status = "OPEN" AND probability < 50',
        order_by="-amount",
        include_total_size=True,
    )

    found = rpc("ListOpportunities", request, as_=admin)

    assert [one.amount.amount for one in found.opportunities] == ["300.00", "200.00"]
    assert found.total_size == 2


def test_is_found_by_who_has_a_part_and_by_what_comes_next(
    rpc: Any, admin: Any, make_opportunity: Any, engine: Any
) -> None:
    source, person, merged = unique("source"), uuid7(), uuid7()
    roles = [{"contact_id": uuid7(), "role": "user"}, {"contact_id": person, "role": "champion"}]
    with_person = make_opportunity(source=source, contact_roles=roles, next_step="Call\nMonday")
    without = make_opportunity(source=source, contact_roles=roles[:1])

    def found(condition: str) -> list[str]:
        request = opportunities_pb2.ListOpportunitiesRequest(filter=f'source = "{source}" AND {condition}')
        return [one.id for one in rpc("ListOpportunities", request, as_=admin).opportunities]

    assert found(f'contact_roles.contact_id : "{person}"') == [with_person.id]
    assert found('contact_roles.contact_id : "nobody"') == []
    with Session(engine) as session, session.begin():
        session.add(Alias(old_id=merged, into_id=person, new_id=person, merge_id=uuid7()))
    assert found(f'contact_roles.contact_id : "{merged}"') == [with_person.id]
    assert found("next_step IS NULL") == [without.id]
    assert found("next_step : *") == [with_person.id]


def test_is_deleted_and_brought_back(rpc: Any, admin: Any, make_opportunity: Any, published: Any) -> None:
    made = make_opportunity()

    rpc("DeleteOpportunity", standard_pb2.DeleteRequest(id=made.id), as_=admin)
    with pytest.raises(DomainError):
        rpc("GetOpportunity", standard_pb2.GetRequest(id=made.id), as_=admin)
    back = rpc("UndeleteOpportunity", standard_pb2.UndeleteRequest(id=made.id), as_=admin)

    assert not back.HasField("deleted_at")
    assert [event.action for event in published(made.id)] == ["created", "deleted", "updated"]


def test_comes_back_in_a_stage_that_is_there(rpc: Any, admin: Any, make_pipeline: Any, make_opportunity: Any) -> None:
    pipeline = make_pipeline()
    made = make_opportunity(stage_id=names(pipeline)["Second"])
    rpc("DeleteOpportunity", standard_pb2.DeleteRequest(id=made.id), as_=admin)
    kept = [stage for stage in pipeline.stages if stage.name != "Second"]
    rpc("UpdatePipeline", pipelines_pb2.UpdatePipelineRequest(pipeline={"id": pipeline.id, "stages": kept}), as_=admin)

    back = rpc("UndeleteOpportunity", standard_pb2.UndeleteRequest(id=made.id), as_=admin)

    assert (back.stage_id, back.probability) == (names(pipeline)["First"], 20)
