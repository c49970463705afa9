"""Workers die in the middle of imports, and every row is applied once."""

from __future__ import annotations

import random
import secrets
import time
from typing import Any

from crm.common.v1 import imports_pb2
from crm_chassis.testing import unique, user
from sqlalchemy import text

from tests.chaos import jobs

ADMIN = user()
ROWS, KILLS = 400, 12
State = imports_pb2.Import.State


def test_four_hundred_rows_and_twelve_kills(engine: Any, upload: Any, rpc: Any) -> None:
    seed, name = secrets.randbelow(10_000), unique("Killed")
    chance = random.Random(seed)
    rows = [f"R{number},{name},{'one cell too many' if number % 50 == 9 else ''}" for number in range(ROWS)]
    # Without an external id a row that is applied twice is there twice.
    content = "first_name,last_name\n" + "\n".join(row.rstrip(",") for row in rows)
    imports = [upload("contacts", content, as_=user()) for _ in range(2)]

    def state() -> tuple[bool, int]:
        found = [rpc("GetImport", imports_pb2.GetImportRequest(id=one.id), as_=ADMIN) for one in imports]
        settled = sum(one.rows_created + one.rows_failed for one in found)
        return all(one.state != State.RUNNING for one in found), settled

    url = engine.url.render_as_string(hide_password=False)
    with jobs.workers(url, chance, "tests.chaos.imports") as kill:
        left, moved_at, last = KILLS, time.monotonic(), -1
        while time.monotonic() - moved_at < jobs.DEAD_AFTER:
            over, settled = state()
            if settled != last:
                moved_at, last = time.monotonic(), settled
            if left and settled >= 2 * ROWS * (KILLS - left) / KILLS * 0.9:
                kill()
                left -= 1
            if over:
                break
            time.sleep(0.05)

    assert left == 0, f"seed {seed}"
    for one in imports:
        done = rpc("GetImport", imports_pb2.GetImportRequest(id=one.id), as_=ADMIN)
        figures = done.state, done.rows_read, done.rows_created, done.rows_failed
        assert figures == (State.DONE, ROWS, ROWS - ROWS // 50, ROWS // 50), f"seed {seed}"
    with engine.connect() as connection:
        query = text("SELECT first_name, count(*) AS n FROM contacts WHERE last_name = :name GROUP BY 1")
        applied = {row.first_name: row.n for row in connection.execute(query, {"name": name})}
    assert applied == {f"R{number}": 2 for number in range(ROWS) if number % 50 != 9}, f"seed {seed}"
