"""The broker's accounts and their rights, derived from deploy/services.yaml, follows.yaml and the contracts.

    python -m deploy.broker .run/compose.env .run/definitions.json

reads the passwords from a file of secrets and writes what RabbitMQ loads at its start (`load_definitions`); the
launcher gives its broker the same. A service publishes events of its own domain only, has its own queues only, and
binds them to the records it follows only. A subscriber outside the suite has its own queues too, of limited length,
binds them to the public exchanges only, and publishes nothing. Only the administrator changes exchanges and reads dead
letters.
"""

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import crm_contracts
from crm_chassis.bus.topology import (
    CONTROL,
    DEAD,
    EVENTS,
    EXCHANGES,
    GATEWAYS,
    PERSONAL,
    PUBLIC,
    REPLAY,
    REPLAY_END,
    UNROUTED,
    public_records,
    publishes,
)
from crm_chassis.ids import QUEUES

from deploy.dev import LauncherError, keys
from deploy.dev.catalogue import GATEWAY, Catalogue, Subscriber, catalogue

VHOST = "crm"
ADMINISTRATOR = "crm"
NOTHING = "(?!)"  # matches no name; an empty pattern would match the empty one
SUBSCRIBER_BYTES = 1 << 30
"""What one queue of a subscriber may hold. Longer ones would take the disk from the queues of the suite."""


UNREAD_BYTES = 1 << 30
"""What each queue of messages that nobody takes may hold: those that are no event of ours, and those that no service
was set up for. A full one forgets its oldest: it must not take the disk from the queues of the suite."""
UNREAD = ("crm.unrouted", "crm.dead")


def account(name: str) -> str:
    """The account of a service, or of the gateway."""
    return f"crm_{name}"


def password_variable(name: str) -> str:
    """The secret of that account."""
    return f"RABBITMQ_PASSWORD_{name.upper()}"


def definitions(secrets: Mapping[str, str], suite: Catalogue) -> dict[str, Any]:
    """What the broker must know before the first service is set up.

    Raises LauncherError if a password is missing, a followed kind of record has no events, or a service follows
    personal events without the right to them.
    """
    users = [_user(ADMINISTRATOR, secrets, "RABBITMQ_PASSWORD", "administrator")]
    permissions = [_permission(ADMINISTRATOR, ".*", ".*", ".*")]
    topics = []
    for name, service in suite.services.items():
        outward = publishes(name)
        own = rf"{name}\.(in\.[0-{QUEUES - 1}]|control{'|public' if outward else ''})"
        users.append(_user(account(name), secrets, password_variable(name)))
        # Declaring a queue that dead-letters asks for the right to write to that exchange; the topic below takes it
        # back for messages.
        shared = [re.escape(exchange.name) for exchange in (EVENTS, REPLAY, CONTROL)]
        public = [re.escape(exchange.name) for exchange in (PUBLIC, PERSONAL)] if outward else []
        write, read = _pattern(own, *shared, *public, re.escape(DEAD.name)), _pattern(own, *shared)
        permissions.append(_permission(account(name), _pattern(own), write, read))
        followed = _followed(name, service.follows, service.personal)
        written = rf"^crm\.{name}\." if outward else NOTHING
        forwarded = rf"|^crm\.{name}\.#$" if outward else ""
        topics.append(_topic(account(name), EVENTS.name, written, _bindings(followed) + forwarded))
        if outward:
            open_to_all = _kinds(record for record in public_records() if record.split(".")[1] == name)
            topics.append(_topic(account(name), PUBLIC.name, rf"^{open_to_all}\.", NOTHING))
            topics.append(_topic(account(name), PERSONAL.name, written, NOTHING))
        past = rf"^(crm\.\*\.{re.escape(REPLAY_END)}{rf'|{followed}' if followed else ''})\.q[0-{QUEUES - 1}]\.{name}$"
        topics.append(_topic(account(name), REPLAY.name, rf"^crm\.{name}\.", past))
        topics.append(_topic(account(name), DEAD.name, NOTHING, NOTHING))
    # It shows every record to those who may see it, and must hear when one changes.
    everything = sorted({event.record.removeprefix("crm.") for event in crm_contracts.events().values()})
    feed = r"gateway\.feed\..+"
    users.append(_user(account(GATEWAY), secrets, password_variable(GATEWAY)))
    among = re.escape(GATEWAYS.name)
    own = _pattern(feed, among)
    permissions.append(_permission(account(GATEWAY), own, own, _pattern(feed, among, re.escape(EVENTS.name))))
    topics.append(_topic(account(GATEWAY), EVENTS.name, NOTHING, _bindings(_followed(GATEWAY, everything, everything))))
    policies = [_policy("unread", _pattern(*map(re.escape, UNREAD)), UNREAD_BYTES)]
    for subscriber in suite.subscribers.values():
        own = rf"{re.escape(subscriber.name)}\..+"
        users.append(_user(account(subscriber.name), secrets, password_variable(subscriber.name)))
        sources = []
        for exchange, kinds in zip((PUBLIC, PERSONAL), _allowed(subscriber), strict=True):
            if kinds:
                # Any key that begins with a followed kind, and so is no wider than it.
                topic = rf"^{_kinds(kinds)}(\.(\*|#|[a-z0-9_]+))+$"
                topics.append(_topic(account(subscriber.name), exchange.name, NOTHING, topic))
                sources.append(re.escape(exchange.name))
        permissions.append(_permission(account(subscriber.name), _pattern(own), _pattern(own), _pattern(own, *sources)))
        policies.append(_policy(f"subscriber {subscriber.name}", rf"^{own}$", SUBSCRIBER_BYTES))
    return {
        "vhosts": [{"name": VHOST}],
        "users": users,
        "permissions": permissions,
        "topic_permissions": topics,
        "policies": policies,
        "exchanges": [_exchange(exchange) for exchange in EXCHANGES],
        "queues": [_queue(name) for name in UNREAD],
        "bindings": [_binding(UNROUTED.name, "crm.unrouted", ""), _binding(DEAD.name, "crm.dead", "#")],
    }


def _bindings(followed: str) -> str:
    """Matches the binding keys of the followed records, and no wider ones."""
    return rf"^{followed}\.(\*|[0-9]+)$" if followed else NOTHING


def _followed(name: str, follows: Iterable[str], personal: Iterable[str]) -> str:
    """Matches "every event of a record" for the followed records."""
    declared = {event.record for event in crm_contracts.events().values()}
    with_personal = {event.record for event in crm_contracts.events().values() if event.personal}
    kinds = []
    for kind in follows:
        if f"crm.{kind}" not in declared:
            raise LauncherError(f"deploy/follows.yaml: {name} follows {kind}, but the contracts have no event of it.")
        if f"crm.{kind}" in with_personal and kind not in personal:
            raise LauncherError(
                f"{name} follows {kind}, whose events carry personal data. If it shall have that right, add it to "
                "`personal` in deploy/services.yaml."
            )
        kinds.append(re.escape(kind))
    return rf"crm\.({'|'.join(kinds)})\.\*\.\*" if kinds else ""


def _allowed(subscriber: Subscriber) -> tuple[list[str], list[str]]:
    """The kinds of records a subscriber follows: those without and those with personal events."""
    declared = {event.record for event in crm_contracts.events().values()}
    found: tuple[list[str], list[str]] = [], []
    for kind in subscriber.follows:
        record = f"crm.{kind}"
        if record not in declared:
            raise LauncherError(
                f"deploy/services.yaml: {subscriber.name} follows {kind}, but the contracts have no event of it."
            )
        if record not in public_records() and not subscriber.personal:
            raise LauncherError(
                f"deploy/services.yaml: {subscriber.name} follows {kind}, whose events carry personal data. If it "
                "shall have that right, say `personal: true`."
            )
        found[record not in public_records()].append(record)
    return found


def _kinds(records: Iterable[str]) -> str:
    return f"({'|'.join(re.escape(record) for record in sorted(records))})"


def _policy(name: str, pattern: str, limit: int) -> dict[str, Any]:
    return {
        "vhost": VHOST, "name": name, "pattern": pattern, "apply-to": "queues",
        "definition": {"max-length-bytes": limit}, "priority": 1,
    }  # fmt: skip


def _pattern(*names: str) -> str:
    return f"^({'|'.join(names)})$"


def _user(name: str, secrets: Mapping[str, str], variable: str, *tags: str) -> dict[str, Any]:
    password = secrets.get(variable)
    if not password:
        raise LauncherError(f"{variable} is missing among the secrets; `python -m deploy.dev secrets` completes them.")
    # The same password gives the same file, so that the broker is restarted only when something has changed.
    salt = hashlib.sha256(f"{name}:{password}".encode()).digest()[:4]
    hashed = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
    algorithm = "rabbit_password_hashing_sha256"
    return {"name": name, "password_hash": hashed, "hashing_algorithm": algorithm, "tags": list(tags)}


def _permission(user: str, configure: str, write: str, read: str) -> dict[str, str]:
    return {"user": user, "vhost": VHOST, "configure": configure, "write": write, "read": read}


def _topic(user: str, exchange: str, write: str, read: str) -> dict[str, str]:
    return {"user": user, "vhost": VHOST, "exchange": exchange, "write": write, "read": read}


def _exchange(exchange: Any) -> dict[str, Any]:
    return {
        "name": exchange.name, "vhost": VHOST, "type": exchange.type, "durable": True, "auto_delete": False,
        "internal": False, "arguments": exchange.arguments or {},
    }  # fmt: skip


def _queue(name: str) -> dict[str, Any]:
    arguments = {"x-queue-type": "quorum"}
    return {"name": name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": arguments}


def _binding(source: str, queue: str, key: str) -> dict[str, Any]:
    return {
        "source": source, "vhost": VHOST, "destination": queue, "destination_type": "queue", "routing_key": key,
        "arguments": {},
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    """Writes the definitions for a file of secrets."""
    if len(arguments) != 2:
        sys.exit(__doc__)
    try:
        found = definitions(keys.read(Path(arguments[0])), catalogue())
    except LauncherError as error:
        sys.exit(str(error))
    # Readable by the broker's account in its container; the passwords are random and only their hashes are in it.
    Path(arguments[1]).write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
