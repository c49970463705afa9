"""What an account at the broker may do, tried on a broker that the launcher has given its accounts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from amqp import Channel
from amqp.basic_message import Message
from amqp.exceptions import AccessRefused, NotFound
from crm_chassis.bus.topology import CONTROL, DEAD, EVENTS, PERSONAL, PUBLIC, REPLAY, UNROUTED, connect, declare
from crm_chassis.testing import unique
from kombu import Connection

from deploy.broker import definitions
from deploy.dev import LauncherError, keys
from deploy.dev.catalogue import GATEWAY, Subscriber, catalogue
from deploy.dev.instance import Instance

SALES = {f"crm.{kind}" for kind in catalogue().services["sales"].follows}
MARKETING = {f"crm.{kind}" for kind in catalogue().services["marketing"].follows}

Open = Callable[[str], Channel]


class WithTrusted(Instance):
    """With one more subscriber, who may have personal data."""

    @property
    def secrets(self) -> dict[str, str]:
        return {**super().secrets, "RABBITMQ_PASSWORD_TRUSTED": "trusted"}

    def broker_definitions(self) -> str:
        trusted = Subscriber("trusted", ("contacts.contact",), True)
        subscribers = {**catalogue().subscribers, "trusted": trusted}
        found = definitions(self.secrets, replace(catalogue(), subscribers=subscribers))
        (policy,) = [one for one in found["policies"] if "trusted" in one["name"]]
        (unread,) = [one for one in found["policies"] if one["name"] == "unread"]
        policy["definition"] = unread["definition"] = {"max-length-bytes": 1000}
        return json.dumps(found)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    instance = WithTrusted("rights", root=tmp_path_factory.mktemp("rights"))
    try:
        instance.start([], gateway=False, mail=False, servers=["rabbitmq"])
        instance.wait_ready(60)
        declare(instance.amqp_url_of("sales"), "sales", SALES)
        declare(instance.amqp_url_of("marketing"), "marketing", MARKETING)
        yield instance
    finally:
        instance.erase()


@pytest.fixture
def account(broker: Instance) -> Iterator[Open]:
    """Opens a channel as a service, the gateway or (empty name) the administrator."""
    opened: list[Connection] = []

    def open_(name: str) -> Channel:
        opened.append(connect(broker.amqp_url_of(name) if name else broker.amqp_url))
        channel: Channel = opened[-1].channel()
        return channel

    yield open_
    for connection in opened:
        connection.release()


def publish(channel: Channel, exchange: str, key: str) -> None:
    """Publishes and waits until the broker has taken it. Raises AccessRefused if it has not."""
    channel.confirm_select()
    channel.basic_publish_confirm(Message(b"{}"), exchange=exchange, routing_key=key, confirm_timeout=10)


def consume(channel: Channel, queue: str) -> None:
    channel.basic_consume(queue, callback=lambda _: None)


def test_a_service_publishes_what_happens_to_its_own_records(account: Open) -> None:
    publish(account("sales"), EVENTS.name, "crm.sales.opportunity.won.v1.3")


@pytest.mark.parametrize(
    ("name", "exchange", "key"),
    [
        ("sales", EVENTS.name, "crm.contacts.contact.updated.v1.3"),
        ("sales", EVENTS.name, "crm.salesforce.contact.updated.v1.3"),
        ("sales", EVENTS.name, "xcrm.sales.opportunity.won.v1.3"),
        ("sales", EVENTS.name, ""),
        ("reporting", EVENTS.name, "crm.sales.opportunity.won.v1.3"),
        ("gateway", EVENTS.name, "crm.identity.user.updated.v1.3"),
        ("sales", DEAD.name, "crm.sales.opportunity.won.v1.3"),
        ("sales", DEAD.name, ""),
        ("sales", "crm.unrouted", ""),
        ("sales", "", "marketing.in.0"),
        ("sales", "amq.topic", "crm.sales.opportunity.won.v1.3"),
        ("sales", PUBLIC.name, "crm.contacts.account.updated.v1.3"),
        ("sales", PERSONAL.name, "crm.contacts.contact.updated.v1.3"),
        ("contacts", PUBLIC.name, "crm.contacts.contact.updated.v1.3"),  # personal
        ("reporting", PUBLIC.name, "crm.reporting.fact.made.v1.3"),
        ("gateway", PUBLIC.name, "crm.identity.user.updated.v1.3"),
        ("example", PUBLIC.name, "crm.sales.opportunity.won.v1.3"),
        ("example", EVENTS.name, "crm.sales.opportunity.won.v1.3"),
        ("example", CONTROL.name, "sales"),
        ("example", REPLAY.name, "crm.sales.opportunity.won.v1.q0.marketing"),
        ("example", "", "sales.in.0"),
    ],
)
def test_nobody_publishes_in_the_name_of_another(account: Open, name: str, exchange: str, key: str) -> None:
    with pytest.raises(AccessRefused):
        publish(account(name), exchange, key)


@pytest.mark.parametrize(
    ("name", "exchange", "key"),
    [
        ("sales", PUBLIC.name, "crm.sales.opportunity.won.v1.3"),
        ("contacts", PUBLIC.name, "crm.contacts.account.updated.v1.3"),
        ("contacts", PERSONAL.name, "crm.contacts.contact.updated.v1.3"),
    ],
)
def test_a_service_forwards_what_is_its_own(account: Open, name: str, exchange: str, key: str) -> None:
    publish(account(name), exchange, key)


def test_a_service_reads_its_own_queues(account: Open) -> None:
    consume(account("sales"), "sales.in.0")


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("sales", "marketing.in.0"),
        ("sales", "crm.dead"),
        ("sales", "crm.unrouted"),
        ("sales", "gateway.feed.1"),
        ("gateway", "sales.in.0"),
        ("example", "sales.in.0"),
        ("example", "sales.public"),
        ("example", "crm.dead"),
        ("example", "gateway.feed.1"),
        ("sales", "example.in"),
    ],
)
def test_nobody_reads_the_queue_of_another(account: Open, name: str, queue: str) -> None:
    with pytest.raises(AccessRefused):
        consume(account(name), queue)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda c: c.queue_delete("marketing.in.0"),
        lambda c: c.queue_purge("marketing.in.0"),
        lambda c: c.queue_bind("marketing.in.0", EVENTS.name, "crm.identity.user.*.*.0"),
        lambda c: c.queue_unbind("marketing.in.0", EVENTS.name, "crm.contacts.contact.*.*.0"),
        lambda c: c.exchange_delete(EVENTS.name),
        lambda c: c.exchange_delete(DEAD.name),
        lambda c: c.exchange_declare("crm.mine", "topic", durable=True, auto_delete=False),
        lambda c: c.exchange_bind("amq.topic", EVENTS.name, "#"),
        lambda c: c.queue_declare(unique("mine"), exclusive=True),
        lambda c: c.queue_declare("sales.in.4"),
    ],
    ids=["delete queue", "purge", "bind", "unbind", "delete exchange", "delete dead letters", "new exchange",
         "bind exchange", "new queue", "one queue more"],
)  # fmt: skip
def test_nobody_changes_what_belongs_to_others(account: Open, attempt: Callable[[Channel], None]) -> None:
    with pytest.raises(AccessRefused):
        attempt(account("sales"))


@pytest.mark.parametrize(
    "key",
    [
        "crm.contacts.lead.*.*.0",  # marketing does not follow leads, whose events are personal
        "crm.contacts.lead.created.v1.0",
        "crm.contacts.*.*.*.0",
        "crm.contacts.#",
        "*.contacts.lead.*.*.0",
        "#",
        "",
    ],
)
def test_a_queue_is_bound_to_followed_records_only(account: Open, key: str) -> None:
    with pytest.raises(AccessRefused):
        account("marketing").queue_bind("marketing.in.0", EVENTS.name, key)


def test_a_followed_record_can_be_bound_and_its_events_arrive(account: Open) -> None:
    account("marketing").queue_bind("marketing.in.0", EVENTS.name, "crm.contacts.contact.*.*.0")
    sent = [f"crm.contacts.{event}.v1.0" for event in ("contact.updated", "lead.updated", "contact.deleted")]
    for key in sent:
        publish(account("contacts"), EVENTS.name, key)
    channel, arrived = account("marketing"), []
    channel.basic_consume(
        "marketing.in.0", no_ack=True, callback=lambda message: arrived.append(message.delivery_info["routing_key"])
    )
    while len(arrived) < 2:
        channel.connection.drain_events(timeout=20)
    assert arrived == [sent[0], sent[2]]


def test_the_gateway_has_its_feed_and_nothing_else(account: Open) -> None:
    channel = account("gateway")
    channel.queue_declare("gateway.feed.1", exclusive=True)
    channel.queue_bind("gateway.feed.1", EVENTS.name, "crm.identity.user.*.*.*")
    channel.queue_bind("gateway.feed.1", EVENTS.name, "crm.contacts.contact.*.*.*")
    consume(channel, "gateway.feed.1")
    with pytest.raises(AccessRefused):
        publish(channel, EVENTS.name, "crm.contacts.contact.created.v1.0")


def test_the_gateway_has_no_queue_of_a_service(account: Open) -> None:
    with pytest.raises(AccessRefused):
        consume(account("gateway"), "sales.in.0")


@pytest.mark.parametrize(
    ("name", "exchange", "key"),
    [
        ("example", PUBLIC.name, "crm.sales.opportunity.won.v1.*"),
        ("example", PUBLIC.name, "crm.sales.opportunity.#"),
        ("example", PUBLIC.name, "crm.sales.opportunity.*.*.7"),
        ("trusted", PERSONAL.name, "crm.contacts.contact.#"),
    ],
)
def test_a_subscriber_binds_its_queue_to_what_it_follows(account: Open, name: str, exchange: str, key: str) -> None:
    channel = account(name)
    channel.queue_declare(f"{name}.in", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(f"{name}.in", exchange, key)
    publish(account(key.split(".")[1]), exchange, key.replace("#", "updated.v1.0").replace("*", "0"))
    consume(channel, f"{name}.in")
    channel.connection.drain_events(timeout=20)
    channel.close()
    account(name).queue_delete(f"{name}.in")


@pytest.mark.parametrize(
    ("name", "exchange", "key"),
    [
        ("example", PUBLIC.name, "crm.sales.pipeline.#"),
        ("example", PUBLIC.name, "crm.sales.#"),
        ("example", PUBLIC.name, "crm.sales.opportunityx.#"),
        ("example", PUBLIC.name, "crm.*.opportunity.#"),
        ("example", PUBLIC.name, "#.crm.sales.opportunity.won"),
        ("example", PUBLIC.name, "crm.sales.opportunity"),
        ("example", PUBLIC.name, "#"),
        ("example", PUBLIC.name, ""),
        ("example", PERSONAL.name, "crm.contacts.contact.#"),
        ("example", PERSONAL.name, "crm.sales.opportunity.#"),
        ("example", EVENTS.name, "crm.sales.opportunity.#"),
        ("example", REPLAY.name, "crm.sales.opportunity.#"),
        ("trusted", PERSONAL.name, "crm.contacts.lead.#"),
        ("trusted", PERSONAL.name, "#"),
        ("trusted", PUBLIC.name, "crm.contacts.account.#"),
    ],
)
def test_a_subscriber_binds_its_queue_to_nothing_else(account: Open, name: str, exchange: str, key: str) -> None:
    channel = account(name)
    channel.queue_declare(f"{name}.other", durable=True, auto_delete=False)
    with pytest.raises(AccessRefused):
        channel.queue_bind(f"{name}.other", exchange, key)


@pytest.mark.parametrize("queue", ["mine", "examples.in", "sales.in.0", "crm.mine"])
def test_a_subscriber_declares_queues_of_its_own_name_only(account: Open, queue: str) -> None:
    with pytest.raises(AccessRefused):
        account("example").queue_declare(queue, durable=True, auto_delete=False)


@pytest.mark.parametrize("arguments", [{}, {"x-queue-type": "quorum"}, {"x-max-length-bytes": 1 << 40}])
def test_a_queue_of_a_subscriber_is_limited_whatever_it_says(account: Open, arguments: dict[str, object]) -> None:
    """The broker of this test was told a lower limit for one subscriber."""
    limits = {one["name"]: one["definition"] for one in definitions(keys.generate(), catalogue())["policies"]}
    assert limits == {name: {"max-length-bytes": 1 << 30} for name in ("unread", "subscriber example")}
    channel = account("trusted")
    channel.queue_declare("trusted.long", durable=True, auto_delete=False, arguments=arguments)
    channel.queue_bind("trusted.long", PERSONAL.name, "crm.contacts.contact.#")
    publisher = account("contacts")
    publisher.confirm_select()
    for _ in range(5):
        large = Message(b"x" * 600)
        publisher.basic_publish_confirm(large, PERSONAL.name, "crm.contacts.contact.updated.v1.3", confirm_timeout=10)
    assert channel.queue_purge("trusted.long") == 1
    channel.queue_delete("trusted.long")


@pytest.mark.parametrize(("queue", "exchange"), [("crm.unrouted", UNROUTED.name), ("crm.dead", DEAD.name)])
def test_what_nobody_takes_is_limited_and_forgets_its_oldest(account: Open, queue: str, exchange: str) -> None:
    channel = account("")
    channel.queue_purge(queue)
    channel.confirm_select()
    for number in range(5):
        channel.basic_publish_confirm(Message(b"%d" % number * 600), exchange, "odd", confirm_timeout=10)
    assert channel.basic_get(queue, no_ack=True).body.startswith(b"4")
    assert channel.basic_get(queue, no_ack=True) is None


def test_what_all_share_is_there_before_any_service(broker: Instance, account: Open) -> None:
    channel = account("")
    for exchange in ("crm.events", "crm.unrouted", "crm.dlx"):
        channel.exchange_declare(exchange, passive=True, type="")
    # What happens in a service that was set up comes to its own queue for subscribers at least.
    publish(account("support"), EVENTS.name, "crm.support.nobody.follows.v1.0")
    assert (
        channel.basic_get("crm.unrouted", no_ack=True).delivery_info["routing_key"] == "crm.support.nobody.follows.v1.0"
    )
    for name in ("sales", "marketing"):
        declare(broker.amqp_url_of(name), name, SALES if name == "sales" else MARKETING)


def test_one_account_for_all_declares_what_is_missing(broker: Instance, account: Open) -> None:
    channel = account("")
    channel.exchange_delete(EVENTS.name)
    channel.close()
    declare(broker.amqp_url, "sales", SALES)
    declare(broker.amqp_url, "marketing", MARKETING)
    channel = account("")
    channel.exchange_declare(EVENTS.name, passive=True, type="")
    with pytest.raises(NotFound):
        channel.exchange_declare("crm.other", passive=True, type="")


def test_every_account_has_topic_rights_for_every_topic_exchange_it_can_reach() -> None:
    """The broker allows every topic of an exchange for which an account has no rule."""
    found = definitions(keys.generate(), catalogue())
    names = {user["name"] for user in found["users"]} - {"crm"}
    assert names == {f"crm_{name}" for name in (GATEWAY, *catalogue().services, *catalogue().subscribers)}
    ruled = {(rule["user"], rule["exchange"]) for rule in found["topic_permissions"]}
    for permission in found["permissions"]:
        for exchange in (EVENTS.name, DEAD.name, REPLAY.name, PUBLIC.name, PERSONAL.name):
            reaches = any(re.search(permission[right], exchange) for right in ("write", "read"))
            assert not reaches or permission["user"] == "crm" or (permission["user"], exchange) in ruled


def test_personal_events_are_followed_on_purpose_only() -> None:
    suite = catalogue()
    sales = replace(suite.services["sales"], personal=("contacts.contact",))
    with pytest.raises(LauncherError, match=r"sales follows contacts\.lead.*personal"):
        definitions(keys.generate(), replace(suite, services={**suite.services, "sales": sales}))
    unknown = replace(suite.services["sales"], follows=("contacts.nothing",))
    with pytest.raises(LauncherError, match=r"no event of it"):
        definitions(keys.generate(), replace(suite, services={**suite.services, "sales": unknown}))


def test_a_subscriber_gets_personal_data_on_purpose_only() -> None:
    suite = catalogue()
    for follows, what in ((("contacts.lead",), r"contacts\.lead.*personal: true"), (("sales.nothing",), "no event")):
        curious = replace(suite, subscribers={"curious": Subscriber("curious", follows, False)})
        with pytest.raises(LauncherError, match=rf"curious follows .*{what}"):
            definitions({**keys.generate(), "RABBITMQ_PASSWORD_CURIOUS": "x"}, curious)


def test_a_missing_password_is_named() -> None:
    secrets = keys.generate()
    del secrets["RABBITMQ_PASSWORD_SALES"]
    with pytest.raises(LauncherError, match="RABBITMQ_PASSWORD_SALES"):
        definitions(secrets, catalogue())
