"""Calling services: one channel per replica, a deadline on every call, and care for replicas that fail.

A call goes to the less busy of two replicas that say they are serving; one that is being stopped says so before it
stops, so that no call is lost with it. UNAVAILABLE and nothing else is repeated, on another replica if there is one:
reads do no harm, and each write has an idempotency key, the client's or one of the gateway's own. Only what asks for
a password is sent once. A read that takes unusually long is sent to a second replica too, at most every twentieth;
the first answer wins.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import crm_contracts
import grpc
import grpc.aio
from crm_chassis import tracing
from crm_chassis.context import FIRST_ATTEMPT, GATEWAY_KEY, REPLAYED
from crm_chassis.errors import ActorTokenExpired, AnswerTooLarge, DeadlineExceeded, DomainError, Unavailable
from crm_chassis.logs import get_logger
from crm_chassis.rpc.client import CHANNEL_OPTIONS
from crm_chassis.rpc.status import RemoteError, from_rpc_error
from crm_chassis.rpc.transport import channel
from crm_chassis.tls import Tls
from grpc_status import rpc_status

from crm_gateway.breaker import Breaker
from crm_gateway.web import Metadata, Request

CALL_SECONDS = 5.0
HEAVY_SECONDS = 15.0
MAX_ATTEMPTS = 4
BACKOFF_SECONDS = 0.05
RECONNECT_SECONDS = 1.3  # the longest pause between two tries to connect, and a little more
# A shorter deadline says nothing about the replica.
TELLING_SECONDS = 0.2
HEDGE_SECONDS = 0.06
HEDGE_SHARE = 0.05
# Ordinary slowness may not use up what a frozen replica needs until its breaker opens.
HEDGE_RESERVE = 3.0
LONG_SECONDS = 0.5
_WINDOW = 200

# What both ends of a call say of a message beyond the limit.
_TOO_LARGE = "message larger than max"
_FAILURES = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
_OPTIONS = [
    *CHANNEL_OPTIONS,
    ("grpc.use_local_subchannel_pool", 1),
    # Where a name stands for several processes (a headless service of Kubernetes), all of them are called.
    ("grpc.lb_policy_name", "round_robin"),
    # The channel watches the health service of each process and is ready while one of them serves.
    ("grpc.service_config", '{"healthCheckConfig": {"serviceName": ""}}'),
]


class ServiceUnavailable(Unavailable):
    """A service does not answer."""

    def __init__(self, service: str, retry_after: float | None = None) -> None:
        super().__init__(f"{service} does not answer; repeat later.")
        self.service = service
        self.retry_after = retry_after


class ServiceTooSlow(DeadlineExceeded):
    """A service did not answer in time."""

    def __init__(self, service: str) -> None:
        super().__init__(f"{service} did not answer in time.")
        self.service = service


def error_of(error: grpc.RpcError, service: str) -> DomainError:
    """What a failed call means to the client: the service's own words, or that it does not answer.

    What the transport says about addresses and sockets stays inside.
    """
    if rpc_status.GRPC_DETAILS_METADATA_KEY in (error.trailing_metadata() or ()):
        try:
            found = from_rpc_error(error, service)
        except ValueError:
            return ServiceUnavailable(service)
        if isinstance(found, RemoteError):
            # A call that waited longer than its token lives has not been looked at: the service is overloaded.
            return ServiceUnavailable(service) if found.reason == ActorTokenExpired.reason else found
    if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
        return ServiceTooSlow(service)
    if error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and _TOO_LARGE in (error.details() or ""):
        detail = f"The answer of {service} is larger than a call carries; ask for less, with page_size for one."
        return RemoteError(AnswerTooLarge.reason, AnswerTooLarge.status, detail, {}, service)
    return ServiceUnavailable(service)


class Replayed(bytes):
    """An answer that the service has given before to the same idempotency key."""


class Replica:
    """One process of a service."""

    def __init__(self, service: str, address: str, tls: Tls | None = None) -> None:
        self.service = service
        self.address = address
        self.in_flight = 0
        self.breaker = Breaker(time.monotonic)
        self._channel = channel(grpc.aio, address, service, _OPTIONS, tls)
        self._calls: dict[str, Any] = {}
        self._log = get_logger()

    @property
    def reachable(self) -> bool:
        """Whether there is a connection, over which calls succeeded lately."""
        return self.breaker.state == "closed" and self._channel.get_state() is grpc.ChannelConnectivity.READY

    async def call(self, path: str, body: bytes, metadata: Metadata, timeout: float, *, hurried: bool = False) -> bytes:
        """The answer to one unary call, both as bytes. Raises grpc.aio.AioRpcError.

        `hurried` says that the deadline is the client's wish, so that missing it says nothing about the replica.
        """
        callable_ = self._calls.get(path)
        if callable_ is None:
            callable_ = self._calls[path] = self._channel.unary_unary(path)
        telling = not hurried and timeout >= TELLING_SECONDS
        call = callable_(body, timeout=timeout, metadata=metadata)
        answer = await self._counted(call, telling)
        return Replayed(answer) if REPLAYED[0] in (await call.trailing_metadata() or ()) else answer

    async def stream(self, path: str, parts: AsyncIterable[bytes], metadata: Metadata, timeout: float) -> bytes:
        """The answer to a call with a stream of messages."""
        call = self._channel.stream_unary(path)(parts, timeout=timeout, metadata=metadata)
        return await self._counted(call, timeout >= TELLING_SECONDS)

    async def _counted(self, call: Awaitable[bytes], telling: bool) -> bytes:
        probe = self.breaker.started()
        self.in_flight += 1
        settled = False
        try:
            answer = await call
            settled = True
            self.breaker.succeeded()
            return answer
        except grpc.aio.AioRpcError as error:
            settled = True
            if "handshake failed" in (error.details() or ""):
                # What the client is told names no reason; this one a person must put right.
                self._log.warning("replica refused", upstream=self.service, address=self.address, error=error.details())
            if error.code() not in _FAILURES:
                self.breaker.succeeded()
            elif error.code() == grpc.StatusCode.UNAVAILABLE or telling:
                self.breaker.failed()
            else:
                self.breaker.abandoned(probe)
            raise
        finally:
            self.in_flight -= 1
            if not settled:
                self.breaker.abandoned(probe)

    @property
    def ready(self) -> bool:
        """Whether it is connected and says that it serves; asking makes it connect."""
        return bool(self._channel.get_state(try_to_connect=True) == grpc.ChannelConnectivity.READY)

    async def close(self) -> None:
        await self._channel.close()


class Upstream:
    """A service with its replicas."""

    def __init__(self, service: str, addresses: Sequence[str], tls: Tls | None = None) -> None:
        self.service = service
        self.replicas = [Replica(service, address, tls) for address in addresses]
        self._durations: deque[float] = deque(maxlen=_WINDOW)
        self._since_estimate = 0
        self._hedge_after = HEDGE_SECONDS
        self._hedges = 1.0 + HEDGE_RESERVE

    async def call(
        self,
        path: str,
        body: bytes,
        metadata: Callable[[], Metadata],
        *,
        timeout: float,
        repeatable: bool,
        read: bool,
        hurried: bool = False,
        only_first: Metadata = (),
    ) -> bytes:
        """The answer to a unary call within `timeout` seconds. Raises the DomainError that it failed with.

        `metadata` is asked for each attempt, so that the actor token is a fresh one. `hurried` as for a replica;
        `only_first` is metadata that is not sent with a repetition.
        """
        started = time.monotonic()
        deadline = started + timeout
        await self._connected(min(RECONNECT_SECONDS, timeout / 3))
        tried: Replica | None = None
        for attempt in range(1, MAX_ATTEMPTS + 1):
            replica = self._choose(tried)
            remaining = deadline - time.monotonic()
            try:
                if read and len(self.replicas) > 1:
                    answer = await self._hedged(replica, path, body, metadata(), remaining, hurried=hurried)
                else:
                    told = metadata() + only_first if attempt == 1 else metadata()
                    answer = await replica.call(path, body, told, remaining, hurried=hurried)
                self._learn(time.monotonic() - started)
                return answer
            except grpc.aio.AioRpcError as error:
                pause = BACKOFF_SECONDS * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)
                left = deadline - time.monotonic() - pause
                final = (
                    not repeatable
                    or error.code() != grpc.StatusCode.UNAVAILABLE
                    or attempt == MAX_ATTEMPTS
                    or left <= 0.01
                )
                if final or not any(one.breaker.allows() for one in self.replicas):
                    raise error_of(error, self.service) from error
                tried = replica
            await asyncio.sleep(pause if len(self.replicas) == 1 else pause / 10)
        raise AssertionError("unreachable")

    async def stream(self, path: str, parts: AsyncIterable[bytes], metadata: Metadata, *, timeout: float) -> bytes:
        """The answer to a call with a stream of messages; never repeated."""
        try:
            return await self._choose(None).stream(path, parts, metadata, timeout)
        except grpc.aio.AioRpcError as error:
            raise error_of(error, self.service) from error

    async def _connected(self, seconds: float) -> None:
        """Waits that long for a connection, if there is none but one may be near: a call without one fails at once.

        A replica that has failed three calls is not waited for.
        """
        until = time.monotonic() + seconds
        while not any(one.ready for one in self.replicas if one.breaker.allows()):
            if time.monotonic() > until or not any(one.breaker.state == "closed" for one in self.replicas):
                return
            await asyncio.sleep(0.02)

    def _choose(self, avoid: Replica | None) -> Replica:
        """The less busy of two replicas whose breakers let a call through; a ready one if there is any."""
        open_ = [replica for replica in self.replicas if replica.breaker.allows()]
        if not open_:
            wait = min(replica.breaker.wait() for replica in self.replicas)
            raise ServiceUnavailable(self.service, max(wait, 0.1))
        if len(open_) > 1 and avoid in open_:
            open_.remove(avoid)
        found = [replica for replica in open_ if replica.ready] or open_
        if len(found) == 1:
            return found[0]
        one, other = random.sample(found, 2)
        return one if one.in_flight <= other.in_flight else other

    async def _hedged(
        self, replica: Replica, path: str, body: bytes, metadata: Metadata, timeout: float, *, hurried: bool
    ) -> bytes:
        """Asks a second replica when the first takes unusually long; the first answer wins.

        If only the reserve of such calls is left, it waits until the first takes very long.
        """
        self._hedges = min(self._hedges + HEDGE_SHARE, 5.0)
        deadline = time.monotonic() + timeout
        first = asyncio.ensure_future(replica.call(path, body, metadata, timeout, hurried=hurried))
        second: asyncio.Future[bytes] | None = None
        try:
            await asyncio.wait((first,), timeout=min(self._hedge_after, timeout))
            if not first.done() and self._hedges < 1 + HEDGE_RESERVE:
                await asyncio.wait((first,), timeout=min(LONG_SECONDS, deadline - time.monotonic()))
            others = [r for r in self.replicas if r is not replica and r.breaker.allows() and r.ready]
            if first.done() or not others or self._hedges < 1:
                return await first
            self._hedges -= 1
            other = min(others, key=lambda r: r.in_flight)
            left = deadline - time.monotonic()
            second = asyncio.ensure_future(other.call(path, body, metadata, left, hurried=hurried))
            done, pending = await asyncio.wait((first, second), return_when=asyncio.FIRST_COMPLETED)
            if not any(one.exception() is None for one in done) and pending:
                await asyncio.wait(pending)
            if second.done() and second.exception() is None and not (first.done() and first.exception() is None):
                if not first.done():
                    # It would have had its deadline to answer; that it lost the race is what we know of a freeze.
                    replica.breaker.failed()
                return second.result()
            return await first
        finally:
            for one in (first, second):
                if one is not None and not one.done():
                    one.cancel()
                elif one is not None and not one.cancelled():
                    one.exception()

    def _learn(self, seconds: float) -> None:
        """Keeps the moment for a hedge at the 95th percentile of recent calls."""
        self._durations.append(seconds)
        self._since_estimate += 1
        if self._since_estimate >= 50 and len(self._durations) >= 50:
            self._since_estimate = 0
            ordered = sorted(self._durations)
            self._hedge_after = min(max(ordered[int(len(ordered) * 0.95)], 0.01), 0.5)


def calling(method: crm_contracts.Method, service: str, request: Request) -> tracing.Span:
    """The span of a call on behalf of a request, with its repetitions."""
    name = method.path[1:]
    return tracing.span(
        name, "client", request.span.traceparent, request_id=request.request_id, method=name, upstream=service
    )


class Upstreams:
    """Every service behind the gateway."""

    def __init__(self, addresses: Mapping[str, Sequence[str]], tls: Tls | None = None) -> None:
        self._upstreams = {name: Upstream(name, found, tls) for name, found in addresses.items()}

    def __getitem__(self, service: str) -> Upstream:
        return self._upstreams[service]

    def replicas(self) -> Iterable[Replica]:
        for upstream in self._upstreams.values():
            yield from upstream.replicas

    async def call(
        self,
        method: crm_contracts.Method,
        body: bytes,
        request: Request,
        *,
        service: str = "",
        timeout: float | None = None,
        more: Metadata = (),
    ) -> bytes:
        """Calls a method on behalf of the caller of `request`; `service` where the method belongs to all of them.

        It may take `timeout` seconds, or less if the client wants to wait less.
        `more` is told to the service beside what is known of the request.
        """
        service = service or method.domain
        policy = method.policy
        heavy = policy.rate == crm_contracts.RateClass.HEAVY
        if not method.repeatable and policy.rate != crm_contracts.RateClass.CREDENTIAL:
            request.make_repeatable()
        longest = timeout or (HEAVY_SECONDS if heavy else CALL_SECONDS)
        seconds = request.within(longest)
        with calling(method, service, request) as span:
            return await self._upstreams[service].call(
                method.path,
                body,
                lambda: (*request.metadata(service, span), *more),
                timeout=seconds,
                repeatable=method.repeatable or bool(request.idempotency_key),
                read=policy.read_only,
                hurried=seconds < longest,
                only_first=(FIRST_ATTEMPT,) if request.idempotency_key.startswith(GATEWAY_KEY) else (),
            )

    def reachable(self) -> bool:
        """Whether every service has a replica that can be reached, as far as is known without a call."""
        return all(any(one.reachable for one in upstream.replicas) for upstream in self._upstreams.values())

    async def close(self) -> None:
        for replica in self.replicas():
            await replica.close()
