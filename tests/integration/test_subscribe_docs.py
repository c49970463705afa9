"""The programs in docs/subscribe.md, run as they stand there, with the account of the example subscriber."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from amqp.basic_message import Message
from crm.sales.v1 import opportunities_pb2
from crm_chassis.bus.forwarder import Forwarder
from crm_chassis.bus.relay import Confirms
from crm_chassis.bus.topology import EVENTS, connect, declare, routing_key
from crm_chassis.cli import _parser
from crm_chassis.envelope import IncomingEvent, Occurrence, seal
from crm_chassis.ids import partition_of, uuid7
from crm_chassis.testing import unique
from sqlalchemy import create_engine

from deploy.dev.catalogue import REPOSITORY, catalogue
from deploy.dev.instance import Instance

PAGE = (REPOSITORY / "docs/subscribe.md").read_text()
BLOCKS = {
    (heading, language): code
    for heading, section in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    for language, code in re.findall(r"^```(\w+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
}
WON = "crm.sales.opportunity.won.v1"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A broker with its accounts, and the forwarder of sales."""
    instance = Instance("subscribe", root=tmp_path_factory.mktemp("subscribe"))
    try:
        instance.start([], gateway=False, mail=False, servers=["rabbitmq"])
        instance.wait_ready(60)
        sales = instance.amqp_url_of("sales")
        declare(sales, "sales", {f"crm.{kind}" for kind in catalogue().services["sales"].follows})
        forwarder = Forwarder("sales", create_engine("postgresql+psycopg://"), sales, threading.Event().wait)
        thread = threading.Thread(target=forwarder.run, daemon=True)
        thread.start()
        yield instance
        forwarder.stop()
        thread.join(20)
    finally:
        instance.erase()


@pytest.fixture
def win(broker: Instance) -> Callable[[str, int], None]:
    """Publishes, as the relay of sales does, that an opportunity was won; twice, as may happen."""

    def publish(record: str, version: int) -> None:
        opportunity = {"id": record, "amount": {"amount": "17000.00", "currency": "GBP"}}
        about = Occurrence(uuid7(), record, version, datetime.now(UTC), "", uuid7(), "", "")
        body = seal(opportunities_pb2.OpportunityWon(opportunity=opportunity), about)
        with connect(broker.amqp_url_of("sales")) as connection:
            confirms = Confirms(connection.default_channel)
            for number in range(2):
                message = Message(body, content_type="application/cloudevents+json", delivery_mode=2)
                confirms.publish(number, message, EVENTS.name, routing_key(WON, partition_of(record)))
            assert confirms.wait(10) == set()

    return publish


@contextmanager
def running(command: list[str], folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A program that runs until the test is done with it."""
    with open(folder / "errors", "w") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        yield process
        assert process.poll() is None, (folder / "errors").read_text()[-2000:]
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def bound(broker: Instance, queue: str) -> None:
    """Waits until a program consumes from its queue, which it has bound before."""
    with connect(broker.amqp_url) as connection:
        wait_until(lambda: _consumers(connection, queue))


def _consumers(connection: Any, queue: str) -> int:
    channel = connection.channel()
    try:
        return int(channel.queue_declare(queue, passive=True).consumer_count)
    except connection.channel_errors:
        return 0
    finally:
        channel.close()


def wait_until(met: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline, "it did not happen within 30 s"
        time.sleep(0.05)


def test_crm_subscriber(broker: Instance, win: Any, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(BLOCKS["Python, exactly once", "python"])
    server = os.environ.get("CRM_TEST_DATABASE_URL", "").replace("+psycopg", "")
    if not server:
        pytest.fail("CRM_TEST_DATABASE_URL is not set; run the tests with `make test`")
    schema, record, other = unique("bonus").replace("-", "_").lower(), uuid7(), uuid7()
    with psycopg.connect(server, autocommit=True) as database:
        database.execute(f"CREATE SCHEMA {schema}")
        database.execute(f"CREATE TABLE {schema}.bonuses (deal text, amount numeric)")
        url = f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        query = f"SELECT deal, amount::text FROM {schema}.bonuses"

        def applied(deal: str) -> bool:
            return (deal, "17000.00") in database.execute(query).fetchall()

        try:
            example = broker.amqp_url_of("example")
            for won in (record, other):  # the second time with a program that was killed
                with running([sys.executable, "program.py"], tmp_path, AMQP_URL=example, DATABASE_URL=url):
                    bound(broker, "example.in")
                    win(won, 4)
                    wait_until(partial(applied, won))
            assert database.execute(query).fetchall() == [(record, "17000.00"), (other, "17000.00")]
        finally:
            database.execute(f"DROP SCHEMA {schema} CASCADE")


def test_kombu(broker: Instance, win: Any, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(BLOCKS["Python, by hand", "python"])
    records = [uuid7(), uuid7()]
    with running([sys.executable, "program.py"], tmp_path, AMQP_URL=broker.amqp_url_of("example")):
        bound(broker, "example.plain")
        for record in records:
            win(record, 4)
        with closing(sqlite3.connect(tmp_path / "own.db")) as own:
            query = "SELECT deal, amount FROM deals ORDER BY rowid"
            wait_until(lambda: len(own.execute(query).fetchall()) >= 2)
            assert own.execute(query).fetchall() == [(record, "17000.00") for record in records]


def test_node(broker: Instance, win: Any, tmp_path: Path) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("node and npm are not installed")
    fetch = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(tmp_path), "amqplib"]
    if subprocess.run(fetch, capture_output=True, timeout=100, check=False).returncode:
        pytest.skip("amqplib cannot be had from npm here")
    (tmp_path / "program.js").write_text(BLOCKS["Node.js", "js"])
    records = [uuid7(), uuid7()]
    with running([node, "program.js"], tmp_path, AMQP_URL=broker.amqp_url_of("example")) as process:
        bound(broker, "example.node")
        for record in records:
            win(record, 4)
        assert process.stdout is not None
        assert [process.stdout.readline().split() for _ in records] == [[record, "17000.00"] for record in records]


def test_the_command_of_the_page_exists() -> None:
    (words,) = (line.split() for line in BLOCKS["A gap", "sh"].splitlines())
    found = _parser("crm_sales.service:service").parse_args(words[1:])
    assert (words[0], found.action, found.subscription) == ("crm-sales", "forward", "crm.sales.opportunity")


def test_the_line_of_the_page_is_the_example_account() -> None:
    listed = yaml.safe_load((REPOSITORY / "deploy/services.yaml").read_text())["subscribers"]
    assert yaml.safe_load(BLOCKS["An account", "yaml"])["subscribers"]["example"] == listed["example"]


def test_the_event_of_the_page_is_one() -> None:
    found = IncomingEvent.read(json.dumps(json.loads(BLOCKS["What is published", "json"])).encode())
    assert found.data.opportunity.amount.amount == "17000.00"
    fields = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", PAGE, re.MULTILINE))))
    assert set(json.loads(found.envelope)) - fields == {"specversion", "source", "datacontenttype"}


@pytest.mark.parametrize("path", ["README.md", "services/subscriber/README.md"])
def test_the_same_program_is_shown_elsewhere(path: str) -> None:
    assert BLOCKS["Python, exactly once", "python"] in (REPOSITORY / path).read_text()


def test_every_block_is_tried() -> None:
    assert set(BLOCKS) == {
        ("What is published", "json"), ("A gap", "sh"), ("An account", "yaml"), ("Python, exactly once", "python"),
        ("Python, by hand", "python"), ("Node.js", "js"),
    }  # fmt: skip
