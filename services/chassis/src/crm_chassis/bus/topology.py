"""Exchanges and queues of the suite, and how a service's queues are bound.

Everything is declared by `crm-<service> setup` before anything is published, so that no event finds a queue
missing; declaring again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import crm_contracts
from amqp.exceptions import NotFound
from kombu import Connection, Exchange, Queue, binding

from crm_chassis.ids import PARTITIONS, QUEUES
from crm_chassis.settings import SettingsError
from crm_chassis.tls import VARIABLES, of_process

HEARTBEAT = 10

EVENTS = Exchange("crm.events", "topic", durable=True, arguments={"alternate-exchange": "crm.unrouted"})
UNROUTED = Exchange("crm.unrouted", "fanout", durable=True)
DEAD = Exchange("crm.dlx", "topic", durable=True)
REPLAY = Exchange("crm.replay", "topic", durable=True)
"""What publishers send once more to one service: see `replay_key`."""
CONTROL = Exchange("crm.control", "direct", durable=True)
"""What services ask of a publisher: routing key `<publisher>`."""
PUBLIC = Exchange("crm.events.public", "topic", durable=True)
"""What programs outside the suite may follow. Their queues are bound here and never to `crm.events`, where one that is
full would make the broker refuse the publish for all."""
PERSONAL = Exchange("crm.events.personal", "topic", durable=True)
"""The same for records whose events carry personal data."""
GATEWAYS = Exchange("crm.gateways", "fanout", durable=False, delivery_mode="transient")
"""What processes of the gateway tell each other of the present moment. Nothing of it is kept, so each of them declares
it when it connects."""
EXCHANGES = (UNROUTED, DEAD, EVENTS, REPLAY, CONTROL, PUBLIC, PERSONAL)
REPLAY_END = "replay.end.v1"

_QUORUM = {"x-queue-type": "quorum"}


def connect(url: str) -> Connection:
    """A connection that notices a dead peer, and gives up rather than hang.

    `amqps` needs the certificates of the process. Raises SettingsError if there are none.
    """
    parts = urlsplit(url)
    tls = of_process() if parts.scheme == "amqps" else None
    if parts.scheme == "amqps" and tls is None:
        raise SettingsError(f"a broker at amqps:// needs {', '.join(VARIABLES)}")
    return Connection(
        url,
        ssl=tls.amqp_options(parts.hostname or "") if tls else False,
        heartbeat=HEARTBEAT,
        connect_timeout=3,
        transport_options={"read_timeout": 15, "write_timeout": 5, "confirm_publish": False},
    )


def routing_key(event_type: str, partition: int) -> str:
    """`<type>.<partition>`."""
    return f"{event_type}.{partition}"


def replay_key(type_: str, partition: int, service: str) -> str:
    """`<type>.q<queue>.<service>`: an event sent once more to a queue of one service."""
    return f"{type_}.q{partition % QUEUES}.{service}"


def service_queues(service: str, records: Iterable[str]) -> list[Queue]:
    """The queues of a service: each takes a quarter of the partitions, with every event of the records followed."""
    arguments = {
        **_QUORUM,
        "x-single-active-consumer": True,
        "x-delivery-limit": 1000,
        "x-dead-letter-exchange": DEAD.name,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-max-length-bytes": 1 << 30,
    }
    wanted = sorted(records)
    return [
        Queue(
            f"{service}.in.{number}",
            durable=True,
            queue_arguments=arguments,
            bindings=[
                binding(EVENTS, routing_key=f"{record}.*.*.{partition}")
                for record in wanted
                for partition in range(number, PARTITIONS, QUEUES)
            ]
            + [
                binding(REPLAY, routing_key=replay_key(what, number, service))
                for what in [*(f"{record}.*.*" for record in wanted), f"crm.*.{REPLAY_END}"]
            ],
        )
        for number in range(QUEUES)
    ]


def control_queue(service: str) -> Queue:
    """The queue of what others ask of a service."""
    bindings = [binding(CONTROL, routing_key=service)]
    return Queue(f"{service}.control", durable=True, queue_arguments=_QUORUM, bindings=bindings)


def publishes(service: str) -> bool:
    """Whether the contracts have events of the service."""
    return any(event.domain == service for event in crm_contracts.events().values())


@cache
def public_records() -> frozenset[str]:
    """The kinds of records that have no personal event."""
    events = crm_contracts.events().values()
    return frozenset(event.record for event in events) - {event.record for event in events if event.personal}


def public_exchange(key: str) -> Exchange:
    """Where an event goes for programs outside; one of a kind that this build does not know may be personal."""
    return PUBLIC if ".".join(key.split(".")[:3]) in public_records() else PERSONAL


def public_queue(service: str) -> Queue:
    """The queue between a service's events and the public exchanges. When it is full it forgets its oldest, because
    it must never refuse what the relay publishes."""
    arguments = {
        **_QUORUM,
        "x-single-active-consumer": True,
        "x-delivery-limit": 1_000_000,
        "x-overflow": "drop-head",
        "x-max-length-bytes": 1 << 30,
    }
    bindings = [binding(EVENTS, routing_key=f"crm.{service}.#")]
    return Queue(f"{service}.public", durable=True, queue_arguments=arguments, bindings=bindings)


def declare(url: str, service: str, records: Iterable[str]) -> None:
    """Declares the queues of one service, and what all services share if the broker does not have it yet.

    The account of a service may not do the latter: there the broker was given the shared part at its start.
    """
    with connect(url) as connection:
        channel = connection.default_channel
        if not _has_exchanges(connection):
            for exchange in EXCHANGES:
                exchange(channel).declare()
            Queue("crm.unrouted", UNROUTED, durable=True, queue_arguments=_QUORUM)(channel).declare()
            Queue("crm.dead", DEAD, routing_key="#", durable=True, queue_arguments=_QUORUM)(channel).declare()
        forwarded = [public_queue(service)] if publishes(service) else []
        for queue in [control_queue(service), *forwarded, *service_queues(service, records)]:
            # Not `declare()`, which would declare the exchange again with every binding.
            bound = queue(channel)
            bound.queue_declare()
            for one in queue.bindings:
                one.bind(bound)


def _has_exchanges(connection: Connection) -> bool:
    try:
        with connection.channel() as channel:
            for exchange in EXCHANGES:
                exchange(channel).declare(passive=True)
    except NotFound:
        return False
    return True


def collect(connection: Connection, buffer: list[Any], limit: int, seconds: float) -> None:
    """Waits that long for a first delivery, if `buffer` holds none, and takes what else has already arrived.

    The consumers of the connection put deliveries into `buffer`.
    """
    timeout = 0.001 if buffer else seconds
    while len(buffer) < limit:
        try:
            connection.drain_events(timeout=timeout)
        except TimeoutError:
            return
        timeout = 0.001


def keep_alive(connection: Connection, seconds: float = 0.001) -> None:
    """Reads what the broker has sent, heartbeats included, and sends ours; call it about every second.

    A connection on which nobody reads takes the broker for dead. Waits for so many seconds if nothing comes.
    """
    with suppress(TimeoutError):
        connection.drain_events(timeout=seconds)
    connection.heartbeat_check()


def close_socket(connection: Connection) -> None:
    """Ends a connection without goodbye.

    Cancelling a consumer that holds unacknowledged deliveries lets the broker hand later ones to another consumer
    first; a closed socket returns them all at once, in order.
    """
    try:
        amqp = connection._connection
        if amqp is not None and amqp.transport is not None:
            amqp.transport.close()
    except OSError:
        pass
