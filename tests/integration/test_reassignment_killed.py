"""Workers die while they hand over what a user has left behind, and every record changes hands once."""

from __future__ import annotations

import random
import secrets
import time
from typing import Any

from crm.identity.v1 import users_pb2
from crm_chassis.db.tables import History, JobRow, Outbox
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user
from crm_contacts.leads.model import Lead
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.chaos import jobs

WORKER = "tests.chaos.reassignment"
RECORDS, KILLS = 200, 10


def test_two_hundred_records_and_ten_kills(engine: Any, import_csv: Any, rpc: Any, deliver: Any) -> None:
    seed, leaver, successor, company = secrets.randbelow(10_000), uuid7(), uuid7(), unique("Left")
    rows = "".join(f"{company} {number},{leaver}\n" for number in range(RECORDS))
    assert import_csv("leads", f"company,owner_id\n{rows}", as_=user()).rows_created == RECORDS
    gone = {"id": leaver, "display_name": "Lea", "status": "DEACTIVATED"}
    deliver(users_pb2.UserDeactivated(user=gone, reassign_to_id=successor))

    def left() -> int:
        with Session(engine) as session:
            return session.scalar(select(func.count()).where(Lead.owner_id == leaver)) or 0

    def state() -> str | None:
        with Session(engine) as session:
            return session.scalar(select(JobRow.state).where(JobRow.kind == "reassignment", JobRow.key == leaver))

    kills, moved_at, last = KILLS, time.monotonic(), -1
    with jobs.workers(engine.url.render_as_string(hide_password=False), random.Random(seed), WORKER) as kill:
        while time.monotonic() - moved_at < jobs.DEAD_AFTER:
            handed_over = RECORDS - left()
            if handed_over != last:
                moved_at, last = time.monotonic(), handed_over
            if kills and handed_over >= RECORDS * (KILLS - kills) / KILLS * 0.9:
                kill()
                kills -= 1
            if state() == "DONE":
                break
            time.sleep(0.02)

    assert (kills, state()) == (0, "DONE"), f"seed {seed}"
    with Session(engine) as session:
        theirs = select(Lead.id).where(Lead.owner_id == successor)
        versions = session.scalars(select(Lead.version).where(Lead.owner_id == successor)).all()
        entries = session.execute(
            select(History.actor_id, func.count())
            .where(History.record_id.in_(theirs), History.version == 2)
            .group_by("actor_id")
        ).all()
        events = session.scalar(select(func.count()).where(Outbox.record_id.in_(theirs), Outbox.version == 2))
    assert versions == [2] * RECORDS, f"seed {seed}"
    assert [tuple(entry) for entry in entries] == [("reassignment", RECORDS)]
    assert events == RECORDS
