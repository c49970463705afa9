"""Ids of other services' records: what a write says of those that are not known here, and whom nothing is given to."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import references_pb2, shares_pb2, standard_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.contacts.v1 import references_pb2 as contacts_references_pb2
from crm.identity.v1 import territories_pb2, users_pb2
from crm.marketing.v1 import references_pb2 as marketing_references_pb2
from crm.sales.v1 import opportunities_pb2, tasks_pb2
from crm_chassis.db.tables import JobRow, MissingReference, Outbox
from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user
from crm_chassis.unverified import PATIENCE
from google.protobuf import json_format
from sqlalchemy import event, select
from sqlalchemy.orm import Session

ADMIN = user()
VERIFY = {"x_verify_references": "1"}


def create(rpc: Any, *, metadata: dict[str, str] = VERIFY, **fields: Any) -> Any:
    request = opportunities_pb2.CreateOpportunityRequest(opportunity={"name": unique("Deal")} | fields)
    return rpc("CreateOpportunity", request, as_=ADMIN, **metadata)


def test_what_is_not_known_here_is_named_with_its_kind(rpc: Any) -> None:
    ids = {name: uuid7() for name in ("account_id", "campaign_id", "owner_id", "territory_id")}
    contact_id = uuid7()

    with pytest.raises(DomainError) as refused:
        create(rpc, contact_roles=[{"contact_id": contact_id, "role": "user"}], **ids)

    assert refused.value.reason == "REFERENCES_UNVERIFIED"
    assert refused.value.errors == {
        "opportunity.account_id": [f"crm.contacts.account {ids['account_id']}"],
        "opportunity.campaign_id": [f"crm.marketing.campaign {ids['campaign_id']}"],
        "opportunity.contact_roles.0.contact_id": [f"crm.contacts.contact {contact_id}"],
        "opportunity.owner_id": [f"crm.identity.user {ids['owner_id']}"],
        "opportunity.territory_id": [f"crm.identity.territory {ids['territory_id']}"],
    }


def test_who_does_not_ask_is_not_told(rpc: Any) -> None:
    account_id = uuid7()

    assert create(rpc, metadata={}, account_id=account_id).account_id == account_id


def test_what_is_known_here_needs_nobody_else(rpc: Any, deliver: Any) -> None:
    account_id = uuid7()
    deliver(accounts_pb2.AccountCreated(account={"id": account_id, "name": unique("Acme")}))

    assert create(rpc, account_id=account_id, owner_id=ADMIN.id).account_id == account_id


def test_a_copy_that_arrives_meanwhile_is_not_called_hidden(rpc: Any, engine: Any, deliver: Any) -> None:
    account_id = uuid7()
    arrived: list[str] = []

    def arrive(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "FROM accounts" in statement and not arrived:
            arrived.append(statement)
            deliver(accounts_pb2.AccountCreated(account={"id": account_id, "name": unique("Acme")}))

    event.listen(engine, "after_cursor_execute", arrive)
    try:
        with pytest.raises(DomainError) as refused:
            create(rpc, account_id=account_id)
    finally:
        event.remove(engine, "after_cursor_execute", arrive)

    assert arrived
    assert refused.value.reason == "REFERENCES_UNVERIFIED"


def test_what_a_change_leaves_as_it_was_is_not_asked_about(rpc: Any) -> None:
    account_id = uuid7()
    deal = create(rpc, metadata={}, account_id=account_id)
    request = opportunities_pb2.UpdateOpportunityRequest(
        opportunity={"id": deal.id, "account_id": account_id, "next_step": "call"},
        update_mask={"paths": ["account_id", "next_step"]},
    )

    assert rpc("UpdateOpportunity", request, as_=ADMIN, **VERIFY).next_step == "call"


def test_the_owner_says_what_a_caller_cannot_refer_to(rpc: Any) -> None:
    rep = user({"opportunities.read": OWN, "pipelines.read": ALL})
    deal, nothing = create(rpc), uuid7()
    wanted = [("crm.sales.opportunity", deal.id), ("crm.sales.pipeline", deal.pipeline_id), ("crm.sales.task", nothing),
              ("crm.sales.unicorn", nothing)]  # fmt: skip
    request = references_pb2.CheckReferencesRequest(references=[{"kind": kind, "id": id_} for kind, id_ in wanted])

    def missing(as_: Any) -> list[str]:
        return sorted(one.kind for one in rpc("CheckReferences", request, as_=as_).missing)

    assert missing(ADMIN) == ["crm.sales.task", "crm.sales.unicorn"]
    assert missing(rep) == ["crm.sales.opportunity", "crm.sales.task", "crm.sales.unicorn"]


@pytest.mark.parametrize("kind", ["opportunity", "task"])
def test_nothing_is_given_to_who_has_left(rpc: Any, deliver: Any, kind: str) -> None:
    leaver = uuid7()
    deliver(users_pb2.UserDeactivated(user={"id": leaver, "display_name": "Lea", "status": "DEACTIVATED"}))
    made = {
        "opportunity": lambda: create(rpc, owner_id=leaver),
        "task": lambda: rpc(
            "CreateTask", tasks_pb2.CreateTaskRequest(task={"subject": "Call", "owner_id": leaver}), as_=ADMIN
        ),
    }

    with pytest.raises(DomainError) as refused:
        made[kind]()

    assert (refused.value.reason, list(refused.value.errors)) == ("USER_INACTIVE", ["owner_id"])


@pytest.fixture
def gone(deliver: Any) -> str:
    """A territory that was deleted."""
    id_ = uuid7()
    territory = {"id": id_, "name": unique("Alps"), "deleted_at": "2026-11-01T00:00:00Z"}
    deliver(json_format.ParseDict({"territory": territory}, territories_pb2.TerritoryDeleted()))
    return id_


@pytest.mark.parametrize("way", ["create", "update", "batch", "import", "share"])
def test_a_territory_that_was_deleted_is_not_named_anew(rpc: Any, gone: str, import_csv: Any, way: str) -> None:
    deal = create(rpc)

    def update() -> Any:
        request = opportunities_pb2.UpdateOpportunityRequest(
            opportunity={"id": deal.id, "territory_id": gone}, update_mask={"paths": ["territory_id"]}
        )
        return rpc("UpdateOpportunity", request, as_=ADMIN)

    def batch() -> str:
        row = {"name": unique("Deal"), "territory_id": gone}
        request = opportunities_pb2.BatchCreateOpportunitiesRequest(opportunities=[row])
        (result,) = rpc("BatchCreateOpportunities", request, as_=ADMIN).results
        return str(result.problem.reason)

    def share() -> Any:
        wanted = {"principal_kind": "TERRITORY", "principal_id": gone, "level": "READ"}
        request = shares_pb2.ShareRecordRequest(resource="opportunities", record_id=deal.id, share=wanted)
        return rpc("ShareRecord", request, as_=ADMIN)

    if way == "import":
        done = import_csv("opportunities", f"name,territory_id\n{unique('Deal')},{gone}\n", as_=ADMIN)
        assert [(error.line, error.field) for error in done.errors] == [(2, "territory_id")]
    elif way == "batch":
        assert batch() == "UNKNOWN_REFERENCE"
    else:
        with pytest.raises(DomainError) as refused:
            {"create": lambda: create(rpc, territory_id=gone), "update": update, "share": share}[way]()
        assert refused.value.reason == "UNKNOWN_REFERENCE"


def test_what_names_a_territory_that_was_deleted_is_changed_otherwise(rpc: Any, deliver: Any, import_csv: Any) -> None:
    place, key = uuid7(), unique("ext")
    territory = {"id": place, "name": unique("Alps")}
    deliver(territories_pb2.TerritoryCreated(territory=territory))
    deal = create(rpc, territory_id=place, external_id=key)
    deleted = {"territory": territory | {"deleted_at": "2026-11-01T00:00:00Z"}}
    deliver(json_format.ParseDict(deleted, territories_pb2.TerritoryDeleted()), version=2)
    request = opportunities_pb2.UpdateOpportunityRequest(
        opportunity={"id": deal.id, "territory_id": place, "next_step": "call"},
        update_mask={"paths": ["territory_id", "next_step"]},
    )

    assert rpc("UpdateOpportunity", request, as_=ADMIN).next_step == "call"
    done = import_csv("opportunities", f"external_id,territory_id,next_step\n{key},{place},wait\n", as_=ADMIN)
    assert (done.rows_updated, list(done.errors)) == (1, [])


def test_every_id_in_a_row_is_asked_about(import_csv: Any, engine: Any) -> None:
    key, owner, campaign = unique("ext"), uuid7(), uuid7()

    done = import_csv(
        "opportunities", f"external_id,name,owner_id,campaign_id\n{key},A,{owner},{campaign}\n", as_=ADMIN
    )

    assert done.rows_created == 1
    with Session(engine) as session:
        jobs = session.scalars(select(JobRow.payload).where(JobRow.payload["references"].astext.contains(owner)))
        (asked,) = (payload["references"] for payload in jobs)
    assert asked == [["crm.identity.user", owner], ["crm.marketing.campaign", campaign]]


def test_a_row_that_names_what_the_importer_may_not_see_is_refused(import_csv: Any, deliver: Any) -> None:
    account_id = uuid7()
    deliver(accounts_pb2.AccountCreated(account={"id": account_id, "name": unique("Acme"), "owner_id": uuid7()}))
    rep = user({"accounts.read": OWN, "imports.create": ALL, "imports.read": OWN, "opportunities.*": OWN})
    text = f"name,account_id\n{unique('Deal')},{account_id}\n"

    done = import_csv("opportunities", text, as_=rep)

    assert [(error.line, error.field) for error in done.errors] == [(2, "account_id")]


def test_stored_references_to_nothing_are_listed(rpc: Any, engine: Any, service: Any) -> None:
    deal = create(rpc, metadata={}, account_id=uuid7())

    with Session(engine) as session:
        listed = {one["field"]: one for one in service.references.dangling(session)}

    assert listed["crm.sales.opportunity.account_id"]["records"] >= 1
    assert "crm.sales.opportunity.pipeline_id" not in listed
    deals = [one["example"] for field, one in listed.items() if field.startswith("crm.sales.opportunity.")]
    assert min(deals) <= deal.id


def test_stored_references_in_parts_of_records_are_listed_too(
    rpc: Any, engine: Any, service: Any, deliver: Any
) -> None:
    known, unknown = uuid7(), uuid7()
    deliver(contacts_pb2.ContactCreated(contact={"id": known, "last_name": "L"}))

    def listed() -> dict[str, Any]:
        with Session(engine) as session:
            found = {one["field"]: one for one in service.references.dangling(session)}
        return found.get("crm.sales.opportunity.contact_roles", {"records": 0})

    before = listed()
    create(rpc, metadata={}, contact_roles=[{"contact_id": known, "role": "user"}])
    assert listed() == before
    create(rpc, metadata={}, contact_roles=[{"contact_id": one, "role": "user"} for one in (known, unknown)])

    assert listed()["records"] == before["records"] + 1


@pytest.fixture
def told(engine: Any) -> Any:
    """What the service has told others of a record: `told("unverified", id_)`."""

    def read(action: str, record_id: str) -> list[Any]:
        with Session(engine) as session:
            rows = session.scalars(select(Outbox).where(Outbox.type == f"crm.sales.reference.{action}.v1"))
            events = [IncomingEvent.read(row.envelope) for row in rows.all()]
        return [one for event in events if (one := event.data.reference).record_id == record_id]

    return read


def missing(kind: str, record_id: str, asked_by: str = "sales") -> Any:
    of = marketing_references_pb2.MarketingReferenceMissing if "marketing" in kind else None
    of = of or contacts_references_pb2.ContactsReferenceMissing
    return of(reference={"id": uuid7(), "kind": kind, "record_id": record_id, "asked_by": asked_by})


def test_of_what_is_still_unknown_a_moment_later_the_owner_is_asked(
    rpc: Any, tick: Any, clock: Any, deliver: Any, told: Any
) -> None:
    late, never, campaign_id = uuid7(), uuid7(), uuid7()
    create(rpc, metadata={}, account_id=late, campaign_id=campaign_id)
    create(rpc, metadata={}, account_id=never)

    tick("jobs")
    assert told("unverified", never) == []
    deliver(accounts_pb2.AccountCreated(account={"id": late, "name": unique("Acme")}))
    clock.advance(seconds=PATIENCE.total_seconds())
    tick("jobs")

    assert told("unverified", late) == []
    assert [(one.kind, one.asked_by) for one in told("unverified", never)] == [("crm.contacts.account", "sales")]
    assert [one.kind for one in told("unverified", campaign_id)] == ["crm.marketing.campaign"]


def test_owners_can_be_asked_about_all_of_which_there_is_no_copy(
    rpc: Any, engine: Any, service: Any, begin: Any, told: Any
) -> None:
    campaign_id, account_id = uuid7(), uuid7()
    create(rpc, metadata={"x_references_verified": "1"}, campaign_id=campaign_id, account_id=account_id)

    with begin(as_=ADMIN) as tx:
        for batch in service.references.unasked(tx.session, batch=2):
            service.unverified.ask(tx, batch)

    assert [(one.kind, one.asked_by) for one in told("unverified", campaign_id)] == [
        ("crm.marketing.campaign", "sales")
    ]
    assert told("unverified", account_id) == []


def test_what_the_gateway_has_asked_about_is_not_asked_again(rpc: Any, tick: Any, clock: Any, told: Any) -> None:
    campaign_id = uuid7()
    create(rpc, metadata={"x_references_verified": "1"}, campaign_id=campaign_id)

    clock.advance(seconds=PATIENCE.total_seconds())
    tick("jobs")

    assert told("unverified", campaign_id) == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("crm.contacts.account", lambda id_: {"account_id": id_}),
        ("crm.marketing.campaign", lambda id_: {"campaign_id": id_}),
        ("crm.contacts.contact", lambda id_: {"contact_roles": [{"contact_id": id_, "role": "user"}]}),
    ],
)
def test_what_its_owner_does_not_have_is_listed_and_told(
    rpc: Any, deliver: Any, engine: Any, service: Any, told: Any, kind: str, fields: Any
) -> None:
    id_ = uuid7()
    deal = create(rpc, metadata={}, **fields(id_))

    deliver(missing(kind, id_))
    deliver(missing(kind, id_))

    (dangling,) = told("dangling", id_)
    assert (dangling.kind, dangling.resource, dangling.holder_id, dangling.owner_id) == (
        kind, "opportunities", deal.id, ADMIN.id,
    )  # fmt: skip
    with Session(engine) as session:
        listed = {one["field"]: one for one in service.references.dangling(session)}
    assert listed[f"crm.sales.opportunity -> {kind} {id_}"] == {
        "field": f"crm.sales.opportunity -> {kind} {id_}", "records": 1, "example": deal.id,
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "asked_by"), [("crm.marketing.campaign", "contacts"), ("crm.identity.user", "sales")])
def test_only_the_owner_speaks_of_its_records_and_to_who_has_asked(
    deliver: Any, engine: Any, kind: str, asked_by: str
) -> None:
    id_ = uuid7()
    of = marketing_references_pb2.MarketingReferenceMissing
    deliver(of(reference={"id": uuid7(), "kind": kind, "record_id": id_, "asked_by": asked_by}))

    with Session(engine) as session:
        assert session.scalar(select(MissingReference).where(MissingReference.record_id == id_)) is None


def test_another_service_that_asks_is_answered_if_there_is_no_such_record(rpc: Any, deliver: Any, told: Any) -> None:
    deal, deleted, nothing, foreign = create(rpc, metadata={}), create(rpc, metadata={}), uuid7(), uuid7()
    rpc("DeleteOpportunity", standard_pb2.DeleteRequest(id=deleted.id), as_=ADMIN)

    for kind, id_ in [("opportunity", deal.id), ("opportunity", deleted.id), ("pipeline", nothing)]:
        asked = {"id": uuid7(), "kind": f"crm.sales.{kind}", "record_id": id_, "asked_by": "contacts"}
        deliver(contacts_references_pb2.ContactsReferenceUnverified(reference=asked))
    asked = {"id": uuid7(), "kind": "crm.support.ticket", "record_id": foreign, "asked_by": "contacts"}
    deliver(contacts_references_pb2.ContactsReferenceUnverified(reference=asked))

    assert told("missing", deal.id) == told("missing", foreign) == []
    assert [one.asked_by for one in told("missing", deleted.id)] == ["contacts"]
    assert [one.kind for one in told("missing", nothing)] == ["crm.sales.pipeline"]


def test_rows_of_a_file_are_asked_about_too(upload: Any, rights: Any, tick: Any, clock: Any, told: Any) -> None:
    account_id = uuid7()
    upload("opportunities", f"name,account_id\n{unique('Deal')},{account_id}\n", as_=ADMIN)
    tick("imports")

    clock.advance(seconds=PATIENCE.total_seconds())
    tick("jobs")

    assert [one.kind for one in told("unverified", account_id)] == ["crm.contacts.account"]
