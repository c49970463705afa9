"""Who leaves hands the work over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import activities_pb2, leads_pb2
from crm.identity.v1 import users_pb2
from crm_chassis.db.tables import History, JobRow
from crm_chassis.db.vault import Vault
from crm_chassis.ids import uuid7
from crm_chassis.jobs.runner import Runner
from crm_chassis.records.tx import Transaction
from crm_chassis.testing import unique, user
from crm_contacts.leads.model import Lead
from crm_contacts.reassignment import REASSIGNMENT
from crm_kit import reassignment
from crm_kit.reassignment import Handover, Reassignment
from sqlalchemy import select
from sqlalchemy.orm import Session

ADMIN = user()
VAULT = Vault(b"\x05" * 32)


@pytest.fixture
def make_lead(rpc: Any) -> Callable[[str], str]:
    """A lead of an owner; its id."""

    def make(owner_id: str) -> str:
        request = leads_pb2.CreateLeadRequest(lead={"company": unique(), "owner_id": owner_id})
        return str(rpc("CreateLead", request, as_=ADMIN).id)

    return make


@pytest.fixture
def owner_of(rpc: Any) -> Callable[[str], str]:
    return lambda id_: rpc("GetLead", standard_pb2.GetRequest(id=id_), as_=ADMIN).owner_id


@pytest.fixture
def leave(deliver: Any) -> Callable[[str, str], None]:
    """A user is deactivated and has a successor."""

    def deactivate(leaver: str, successor: str) -> None:
        user_ = {"id": leaver, "display_name": "Gone", "status": "DEACTIVATED"}
        deliver(users_pb2.UserDeactivated(user=user_, reassign_to_id=successor))

    return deactivate


def test_open_work_goes_to_the_successor(rpc: Any, make_lead: Any, owner_of: Any, leave: Any, tick: Any) -> None:
    leaver, successor = uuid7(), uuid7()
    lead, converted, deleted = (make_lead(leaver) for _ in range(3))
    rpc("ConvertLead", leads_pb2.ConvertLeadRequest(id=converted), as_=ADMIN)
    rpc("DeleteLead", standard_pb2.DeleteRequest(id=deleted), as_=ADMIN)

    leave(leaver, successor)
    tick("jobs")

    rpc("UndeleteLead", standard_pb2.UndeleteRequest(id=deleted), as_=ADMIN)
    assert [owner_of(id_) for id_ in (lead, converted, deleted)] == [successor, leaver, leaver]


def test_open_activities_go_along_and_finished_ones_stay(rpc: Any, leave: Any, tick: Any, make_lead: Any) -> None:
    leaver, successor = uuid7(), uuid7()
    about = {"lead_id": make_lead(ADMIN.id), "owner_id": leaver, "type": "CALL", "subject": unique()}
    made = [
        rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity={**about, "done": done}), as_=ADMIN).id
        for done in (False, True)
    ]
    leave(leaver, successor)
    tick("jobs")
    found = [rpc("GetActivity", standard_pb2.GetRequest(id=id_), as_=ADMIN).owner_id for id_ in made]
    assert found == [successor, leaver]


def test_the_audit_trail_names_the_job_and_what_has_caused_it(
    make_lead: Any, leave: Any, tick: Any, engine: Any
) -> None:
    leaver = uuid7()
    lead = make_lead(leaver)
    leave(leaver, uuid7())
    tick("jobs")
    with Session(engine) as session:
        entry = session.scalars(select(History).where(History.record_id == lead, History.version == 2)).one()
        job = session.scalars(select(JobRow).where(JobRow.key == leaver)).one()
    assert (entry.actor_id, entry.source, entry.caused_by) == ("reassignment", "rule", job.caused_by)
    assert job.caused_by
    assert job.done == 1


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


@pytest.mark.parametrize("survived", range(3))
def test_a_worker_that_dies_in_any_step_leaves_the_rest_to_the_next(
    make_lead: Any, owner_of: Any, leave: Any, engine: Any, clock: Any, monkeypatch: Any, survived: int
) -> None:
    """Five records in steps of two; the process dies at the end of the step after so many."""
    leaver, successor = uuid7(), uuid7()
    leads = [make_lead(leaver) for _ in range(5)]
    monkeypatch.setattr(reassignment, "BATCH", 2)
    leave(leaver, successor)
    left = survived

    def dying(tx: Transaction, records: Sequence[Any], successor_id: str) -> None:
        nonlocal left
        reassignment.give(tx, records, successor_id)
        tx.settle()
        if left == 0:
            raise Killed
        left -= 1

    with pytest.raises(Killed):
        work(Runner(engine, [Reassignment(Handover(Lead, give=dying)).job], VAULT, clock))
    assert sum(owner_of(lead) == successor for lead in leads) == 2 * survived

    work(Runner(engine, [REASSIGNMENT.job], VAULT, clock))

    assert [owner_of(lead) for lead in leads] == [successor] * 5
    with Session(engine) as session:
        versions = session.scalars(select(History.version).where(History.record_id.in_(leads))).all()
    assert sorted(versions) == [1] * 5 + [2] * 5


def work(runner: Runner) -> None:
    while taken := runner.take(1):
        runner.run(taken[0])


def test_who_leaves_while_being_given_somebody_elses_work_hands_that_over_too(
    make_lead: Any, owner_of: Any, leave: Any, engine: Any, clock: Any
) -> None:
    first, second, last = uuid7(), uuid7(), uuid7()
    leads = [make_lead(first), make_lead(second)]
    leave(first, second)
    runner = Runner(engine, [REASSIGNMENT.job], VAULT, clock)
    (handing_to_second,) = runner.take(1)
    leave(second, last)
    work(runner)
    assert [owner_of(lead) for lead in leads] == [first, last]

    runner.run(handing_to_second)
    clock.advance(seconds=2)
    work(runner)

    assert [owner_of(lead) for lead in leads] == [last, last]
