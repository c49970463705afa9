"""The sums of deals are those of the deals, whatever happened to them and whoever wrote it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from crm.contacts.v1 import accounts_pb2
from crm.reporting.v1 import reports_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.envelope import IncomingEvent, Occurrence, seal
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, complete, user
from crm_chassis.testing.ledger import Killed
from crm_reporting.deals import backfill
from crm_reporting.deals.backfill import BACKFILLS, count_anew
from crm_reporting.deals.model import DealSum
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, event, text

from ..records import at, deal, money

# Both sides, and what only one of them has.
DIFFERENCES = text(
    f"""
    WITH parts AS (
        SELECT part.* FROM opportunities deal LEFT JOIN accounts account ON account.id = deal.account_id,
            LATERAL deal_parts(deal, account) part
        WHERE deal.counted_in > 0
    ), fresh AS (
        SELECT id, sum(deals) AS deals, sum(priced) AS priced, sum(amount) AS amount, sum(weighted) AS weighted,
            sum(seconds) AS seconds
        FROM parts GROUP BY id
    )
    SELECT count(*) FROM fresh FULL JOIN {DealSum.__tablename__} kept USING (id)
    WHERE (fresh.deals, fresh.priced, fresh.amount, fresh.weighted, fresh.seconds)
        IS DISTINCT FROM (kept.deals, kept.priced, kept.amount, kept.weighted, kept.seconds)
    """
)


def differences(engine: Engine) -> int:
    """How many sums are not what the deals come to."""
    with engine.connect() as connection:
        return int(connection.scalar(DIFFERENCES) or 0)


OWNERS, PLACES, PRODUCTS = ([uuid7(), uuid7()] for _ in range(3))
DEALS, ACCOUNTS = range(4), range(2)
line = st.builds(
    lambda product, total: {"product_id": product, "total": money(total)},
    st.sampled_from(PRODUCTS),
    st.sampled_from(["1.00", "2.00"]),
)
deal_fields = st.fixed_dictionaries(
    {
        "owner_id": st.sampled_from(OWNERS),
        "territory_id": st.sampled_from([None, *PLACES]),
        "account_id": st.sampled_from([None, *ACCOUNTS]),
        "stage_id": st.sampled_from(PLACES),
        "status": st.sampled_from(["OPEN", "WON", "LOST"]),
        "amount": st.sampled_from([None, money("10.10"), money("0.07"), money("33.33", "EUR")]),
        "probability": st.sampled_from([None, 0.0, 33.3, 100.0]),
        "close_date": st.sampled_from(["", "2026-01-31", "2026-02-01", "2026-02-28"]),
        "closed_at": st.sampled_from([None, at(1)]),
        "created_at": st.sampled_from([at(30), at(300.7)]),
        "deleted_at": st.sampled_from([None, None, None, at(0)]),
        "source": st.sampled_from(["", "web"]),
        "lost_reason": st.sampled_from(["", "price"]),
        "campaign_id": st.sampled_from([None, *PLACES]),
        "lines": st.lists(line, max_size=3),
    }
)
account_fields = st.fixed_dictionaries(
    {"industry": st.sampled_from(["", "retail", "arms"]), "owner_id": st.sampled_from(OWNERS)}
)
changes = st.one_of(
    st.tuples(st.just("opportunity"), st.sampled_from(DEALS), deal_fields),
    st.tuples(st.just("account"), st.sampled_from(ACCOUNTS), account_fields),
)
MESSAGES = {"opportunity": opportunities_pb2.OpportunityUpdated, "account": accounts_pb2.AccountUpdated}


@pytest.fixture
def say(clock: Any) -> Any:
    """An event by which a record has the fields from a version on."""

    def build(kind: str, id_: str, version: int, fields: dict[str, Any]) -> IncomingEvent:
        message: Any = MESSAGES[kind](**{kind: {"id": id_, "name": kind} | fields})
        occurrence = Occurrence(
            event_id=uuid7(), record_id=id_, version=version, at=clock(), actor_id="", correlation_id="",
            causation_id="", traceparent="",
        )  # fmt: skip
        return IncomingEvent.read(seal(message, occurrence))

    return build


@pytest.fixture
def nothing_waits(engine: Engine) -> Iterator[None]:
    """Takes away what came too early for good."""
    yield
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM parked"))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    history=st.lists(changes, min_size=10, max_size=30),
    early=st.lists(st.integers(0, 29), max_size=3),
    again=st.lists(st.integers(0, 29), max_size=3),
    batch=st.integers(1, 8),
)
def test_sums_are_those_of_the_deals_whatever_events_come_in_whatever_order(
    engine: Engine,
    receiver: Any,
    say: Any,
    nothing_waits: None,
    history: Any,
    early: list[int],
    again: list[int],
    batch: int,
) -> None:
    ids: dict[tuple[str, int], str] = defaultdict(uuid7)
    versions: Counter[tuple[str, int]] = Counter()
    events: list[IncomingEvent] = []
    for kind, number, fields in history:
        if fields.get("account_id") is not None:
            fields = fields | {"account_id": ids["account", fields["account_id"]]}
        versions[kind, number] += 1
        events.append(say(kind, ids[kind, number], versions[kind, number], fields))
    for place in early:  # what comes before its turn, and what comes twice
        events.insert(0, events.pop(place % len(events)))
    events += [events[place % len(events)] for place in again]

    for start in range(0, len(events), batch):
        receiver.receive(events[start : start + batch])

    assert differences(engine) == 0


def won(rpc: Any, owner: str) -> tuple[int, str]:
    """Count and amount of the won deals of an owner."""
    request = reports_pb2.GetSalesReportRequest(group_by="TOTAL")
    (row,) = rpc("GetSalesReport", request, as_=user({"*": OWN}, id_=owner)).rows
    return row.won_count, row.won_amount.amount


def test_two_deliveries_at_once_lose_nothing(
    rpc: Any, engine: Engine, deliver: Any, receiver: Any, meanwhile: Any, say: Any
) -> None:
    owner, first = uuid7(), deal(uuid7(), "WON", "10.00")
    deliver(first)

    with engine.begin() as connection:
        # Makes the sums of the owner, which the other delivery makes too.
        connection.execute(
            text("UPDATE opportunities SET owner_id = :owner WHERE id = :id"),
            {"owner": owner, "id": first.opportunity.id},
        )
        other = meanwhile(lambda: deliver(deal(owner, "WON", "5.00")))
        assert not other.done()
    other.result()

    assert won(rpc, owner) == (2, "15.00")
    assert differences(engine) == 0


def test_a_worker_that_is_killed_before_it_commits_has_counted_nothing(
    rpc: Any, engine: Engine, receiver: Any, events_of: Any
) -> None:
    owner = uuid7()
    events = events_of([deal(owner, "WON", "10.00"), deal(owner, "WON", "5.00")])

    def die(*_: object) -> None:
        raise Killed

    event.listen(engine, "commit", die)
    try:
        with pytest.raises(Killed):
            receiver.receive(events)
    finally:
        event.remove(engine, "commit", die)
    assert differences(engine) == 0

    receiver.receive(events)
    assert won(rpc, owner) == (2, "15.00")
    assert differences(engine) == 0


def test_what_the_version_before_writes_is_counted(rpc: Any, engine: Engine, deliver: Any) -> None:
    owner, old = uuid7(), deal(uuid7(), "WON", "10.00")
    deliver(old)

    with engine.begin() as connection:
        insert = text(
            "INSERT INTO opportunities (id, name, status, owner_id, amount, amount_currency, forecast_category, source,"
            " lost_reason, product_ids, product_shares)"
            " VALUES (:id, '', 'WON', :owner, 7, 'USD', '', '', '', '{}', '{}')"
        )
        connection.execute(insert, {"id": uuid7(), "owner": owner})
        move = text("UPDATE opportunities SET owner_id = :owner WHERE id = :id")
        connection.execute(move, {"owner": owner, "id": old.opportunity.id})

    assert won(rpc, owner) == (2, "17.00")
    assert differences(engine) == 0


def test_figures_are_right_while_the_deals_that_were_there_are_counted(
    rpc: Any, engine: Engine, deliver: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(backfill, "BATCH", 2)
    owner = uuid7()
    deals = [deal(owner, "WON", "10.00") for _ in range(5)]
    for message in deals:
        deliver(message)
    with engine.begin() as connection:
        connection.execute(text("UPDATE opportunities SET counted_in = 0"))
        assert connection.scalar(text("SELECT count(*) FROM deal_sums")) == 0

    assert won(rpc, owner) == (5, "50.00")
    # One of them changes before its turn, and one comes.
    deals[0].opportunity.amount.amount = "11.00"
    deliver(opportunities_pb2.OpportunityUpdated(opportunity=deals[0].opportunity), version=2)
    deliver(deal(owner, "WON", "1.00"))
    assert won(rpc, owner) == (6, "52.00")

    for one in BACKFILLS:
        complete(engine, one.step)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM opportunities WHERE counted_in = 0")) == 0
    assert won(rpc, owner) == (6, "52.00")
    assert differences(engine) == 0


def test_counting_anew_forgets_what_was_wrong(rpc: Any, engine: Engine, deliver: Any) -> None:
    owner = uuid7()
    deliver(deal(owner, "WON", "10.00"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE deal_sums SET deals = deals + 1, amount = amount + 1"))
    assert won(rpc, owner) == (2, "11.00")

    complete(engine, count_anew("a test", 1000).step)

    assert won(rpc, owner) == (1, "10.00")
    assert differences(engine) == 0
