"""Replicas that die, freeze or dawdle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from crm_chassis.errors import DomainError, NotFound
from crm_gateway.breaker import OPEN_SECONDS, Breaker
from crm_gateway.upstreams import HEDGE_SHARE, ServiceTooSlow, ServiceUnavailable, Upstream
from gateway_harness import Services, Suite
from grpc_health.v1 import health_pb2

PATH = "/crm.contacts.v1.ContactService/GetContact"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def breaker() -> Breaker:
    return Breaker(Clock())


def _clock(breaker: Breaker) -> Any:
    return breaker._now


def test_three_failures_in_a_row_open(breaker: Breaker) -> None:
    for _ in range(2):
        breaker.failed()
    breaker.succeeded()
    for _ in range(2):
        breaker.failed()
        assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    assert breaker.state == "open"


def test_mostly_failures_open(breaker: Breaker) -> None:
    for n in range(20):
        (breaker.failed if n % 3 else breaker.succeeded)()
    assert breaker.state == "open"


def test_half_failures_do_not_open(breaker: Breaker) -> None:
    for n in range(60):
        (breaker.failed if n % 2 else breaker.succeeded)()
    assert breaker.state == "closed"


def test_one_probe_decides(breaker: Breaker) -> None:
    for _ in range(3):
        breaker.failed()
    _clock(breaker).now += OPEN_SECONDS
    assert breaker.state == "half-open"
    assert breaker.started()
    assert not breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    _clock(breaker).now += OPEN_SECONDS
    assert breaker.started()
    breaker.abandoned(True)
    assert breaker.started()
    breaker.succeeded()
    assert breaker.state == "closed"
    assert not breaker.started()


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Services, Services]]:
    servers = (Services(), Services())
    yield servers
    for one in servers:
        one.stop()


@pytest.fixture
def pair(servers: tuple[Services, Services]) -> tuple[Services, Services]:
    """Two processes that know nothing of other tests."""
    for one in servers:
        one.calls.clear()
        one.answers.clear()
        one.delays.clear()
        one.health.set("", health_pb2.HealthCheckResponse.SERVING)
    return servers


class Bench:
    """An upstream with two replicas."""

    def __init__(self, suite: Suite, pair: tuple[Services, Services]) -> None:
        self.suite = suite
        self.pair = pair
        self.upstream: Any = None

    def open(self, replicas: int = 2) -> None:
        async def make() -> Upstream:
            return Upstream("contacts", [f"127.0.0.1:{one.port}" for one in self.pair[:replicas]])

        self.upstream = self.suite.run(make())
        self.wait(lambda: all(replica.ready for replica in self.upstream.replicas))

    def wait(self, condition: Callable[[], bool]) -> None:
        """Waits until something is true of the replicas."""

        async def ask() -> bool:
            return condition()

        until = time.monotonic() + 5
        while not self.suite.run(ask()):
            assert time.monotonic() < until
            time.sleep(0.01)

    def call(self, timeout: float = 3.0, repeatable: bool = True, read: bool = False) -> bytes:
        return self.suite.run(self.upstream.call(PATH, b"", tuple, timeout=timeout, repeatable=repeatable, read=read))

    def choose(self, number: int) -> None:
        """Makes the next call go to that replica first."""
        for n, replica in enumerate(self.upstream.replicas):
            replica.in_flight = 0 if n == number else 5

    def close(self) -> None:
        async def close() -> None:
            await asyncio.gather(*(replica.close() for replica in self.upstream.replicas))

        self.suite.run(close())


@pytest.fixture
def bench(suite: Suite, pair: tuple[Services, Services]) -> Iterator[Bench]:
    bench = Bench(suite, pair)
    bench.open()
    yield bench
    bench.close()


def test_a_repeatable_call_goes_to_the_other_replica(bench: Bench) -> None:
    bench.pair[0].answers["GetContact"] = grpc.StatusCode.UNAVAILABLE
    bench.choose(0)
    bench.call()
    assert [len(one.calls) for one in bench.pair] == [1, 1]


def test_no_call_goes_to_a_replica_that_is_being_stopped(bench: Bench) -> None:
    stopping, other = bench.pair
    stopping.drain()
    bench.wait(lambda: not bench.upstream.replicas[0].ready)
    bench.choose(0)
    for _ in range(10):
        bench.call(repeatable=False)
    assert [len(one.calls) for one in (stopping, other)] == [0, 10]
    stopping.health.set("", health_pb2.HealthCheckResponse.SERVING)
    bench.wait(lambda: bench.upstream.replicas[0].ready)
    bench.choose(0)
    bench.call(repeatable=False)
    assert len(stopping.calls) == 1


def test_a_call_waits_for_a_replica_that_is_just_coming_back(bench: Bench) -> None:
    bench.close()
    bench.open(replicas=1)
    replica = bench.pair[0]
    replica.drain()
    bench.wait(lambda: not bench.upstream.replicas[0].ready)

    async def call() -> None:
        answer = asyncio.create_task(bench.upstream.call(PATH, b"", tuple, timeout=3, repeatable=False, read=False))
        await asyncio.sleep(0)  # until it waits
        assert not answer.done()
        replica.health.set("", health_pb2.HealthCheckResponse.SERVING)
        await answer

    bench.suite.run(call())
    assert len(replica.calls) == 1


def test_it_does_not_wait_long(bench: Bench) -> None:
    bench.close()
    bench.open(replicas=1)
    bench.pair[0].drain()
    bench.wait(lambda: not bench.upstream.replicas[0].ready)
    started = time.perf_counter()
    with pytest.raises(ServiceUnavailable):
        bench.call(repeatable=False, timeout=3.0)
    assert 1.0 <= time.perf_counter() - started < 3.0


def test_a_name_that_stands_for_several_processes_reaches_them_all(
    suite: Suite, pair: tuple[Services, Services]
) -> None:
    async def calls() -> None:
        upstream = Upstream("contacts", ["ipv4:" + ",".join(f"127.0.0.1:{one.port}" for one in pair)])
        until = time.monotonic() + 5
        while not all(one.calls for one in pair) and time.monotonic() < until:
            await upstream.call(PATH, b"", tuple, timeout=3, repeatable=True, read=True)
        await upstream.replicas[0].close()

    suite.run(calls())
    assert all(one.calls for one in pair)


def test_a_write_without_key_is_not_repeated(bench: Bench) -> None:
    bench.pair[0].answers["GetContact"] = grpc.StatusCode.UNAVAILABLE
    bench.choose(0)
    with pytest.raises(ServiceUnavailable) as caught:
        bench.call(repeatable=False)
    assert (caught.value.service, caught.value.status) == ("contacts", 503)
    assert [len(one.calls) for one in bench.pair] == [1, 0]


def test_errors_of_the_service_are_not_repeated(bench: Bench) -> None:
    for one in bench.pair:
        one.answers["GetContact"] = NotFound()
    with pytest.raises(DomainError) as caught:
        bench.call()
    assert caught.value.status == 404
    assert sum(len(one.calls) for one in bench.pair) == 1
    assert all(replica.breaker.state == "closed" for replica in bench.upstream.replicas)


def test_a_single_replica_is_asked_again(bench: Bench) -> None:
    bench.close()
    bench.open(replicas=1)
    bench.pair[0].answers["GetContact"] = grpc.StatusCode.UNAVAILABLE
    bench.upstream.replicas[0].breaker.failed()
    with pytest.raises(ServiceUnavailable):
        bench.call()
    assert len(bench.pair[0].calls) == 2
    assert bench.upstream.replicas[0].breaker.state == "open"
    started = time.perf_counter()
    with pytest.raises(ServiceUnavailable) as caught:
        bench.call()
    assert time.perf_counter() - started < 1.0  # the time for which it would wait for a connection
    assert caught.value.retry_after is not None
    assert len(bench.pair[0].calls) == 2


def test_a_frozen_replica_is_left_alone(bench: Bench) -> None:
    bench.pair[0].delays["GetContact"] = 5.0
    for _ in range(3):
        bench.choose(0)
        with pytest.raises(ServiceTooSlow):
            bench.call(timeout=0.25)
    assert bench.upstream.replicas[0].breaker.state == "open"
    bench.choose(0)
    bench.call()
    assert len(bench.pair[1].calls) == 1


def test_impatient_clients_do_not_open_the_breaker(bench: Bench) -> None:
    bench.pair[0].delays["GetContact"] = 0.5
    for _ in range(5):
        bench.choose(0)
        with pytest.raises(ServiceTooSlow):
            bench.call(timeout=0.01)
    assert bench.upstream.replicas[0].breaker.state == "closed"


def test_a_slow_read_is_hedged(bench: Bench) -> None:
    bench.pair[0].delays["GetContact"] = 5.0
    bench.choose(0)
    bench.call(read=True, timeout=3.0)
    assert [len(one.calls) for one in bench.pair] == [1, 1]


def test_hedges_are_few(bench: Bench) -> None:
    bench.upstream._hedges = 0.0
    bench.pair[0].delays["GetContact"] = 0.2
    for _ in range(int(1 / HEDGE_SHARE / 4)):
        bench.choose(0)
        bench.call(read=True)
    assert len(bench.pair[1].calls) == 0


def test_ordinary_slowness_leaves_a_frozen_replica_its_hedges(bench: Bench) -> None:
    for one in bench.pair:
        one.delays["GetContact"] = 0.1
    for _ in range(10):
        bench.call(read=True)
    bench.pair[0].delays["GetContact"] = 5.0
    for _ in range(3):
        bench.choose(0)
        bench.call(read=True, timeout=3.0)


def test_a_hedge_survives_the_death_of_one(bench: Bench) -> None:
    bench.pair[0].delays["GetContact"] = 0.15
    bench.pair[0].answers["GetContact"] = grpc.StatusCode.UNAVAILABLE
    bench.pair[1].delays["GetContact"] = 0.2
    bench.choose(0)
    bench.call(read=True)


def test_the_moment_for_a_hedge_is_learnt(bench: Bench) -> None:
    for _ in range(50):
        bench.upstream._learn(0.2)
    assert bench.upstream._hedge_after == pytest.approx(0.2)


def test_calls_spread_over_replicas(bench: Bench) -> None:
    for _ in range(40):
        bench.call()
    assert all(len(one.calls) > 5 for one in bench.pair)
