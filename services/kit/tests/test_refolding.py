"""Stored keys are brought in line batch by batch, and a batch can be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from crm_chassis.ids import uuid7
from crm_chassis.testing import unique
from crm_kit import refolding
from crm_kit.normalise import company_key
from crm_kit.refolding import recompute
from sqlalchemy import insert, select, text, update

from .tables import Account


def key_of(account: Mapping[str, Any]) -> str:
    return company_key(account["name"])


def test_every_stale_key_is_computed_anew_whatever_stops_it(begin: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(refolding, "BATCH", 2)
    names = [f"{unique('Acme')} Ltd" for _ in range(5)]
    ids = sorted(uuid7() for _ in names)
    rows = [
        {"id": id_, "name": name, "key": "stale" if i % 2 else company_key(name), "external_id": "", "deleted": False}
        for i, (id_, name) in enumerate(zip(ids, names, strict=True))
    ]
    with begin() as tx:
        tx.session.execute(insert(Account), rows)
    step = recompute(Account, "key", key_of)

    cursors, cursor = [], None
    while not cursors or cursor is not None:
        with begin() as tx:
            again = step(tx.session, cursor)
            assert step(tx.session, cursor) == again  # repeating a batch changes nothing
        cursor = again
        cursors.append(cursor)

    assert len(cursors) > 2
    with begin() as tx:
        keys = dict(tx.session.execute(select(Account.name, Account.key).where(Account.id.in_(ids))).all())
    assert keys == {name: company_key(name) for name in names}


def test_a_row_that_was_renamed_meanwhile_keeps_the_key_of_its_new_name(begin: Any, engine: Any) -> None:
    id_, name = uuid7(), unique("Old")
    with begin() as tx:
        row = {"id": id_, "name": name, "key": "stale", "external_id": "", "deleted": False}
        tx.session.execute(insert(Account), row)

    def rename() -> None:
        with begin() as other:
            other.session.execute(update(Account).where(Account.id == id_).values(name="New", key="new"))

    with ThreadPoolExecutor(1) as pool:
        with begin() as tx:
            recompute(Account, "key", key_of)(tx.session, None)
            renamed = pool.submit(rename)
            with begin() as watching:
                waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                while not renamed.done() and not watching.session.scalar(waiting):
                    watching.session.execute(text("SELECT pg_stat_clear_snapshot()"))
        renamed.result()
    with begin() as tx:
        assert tx.session.scalar(select(Account.key).where(Account.id == id_)) == "new"
