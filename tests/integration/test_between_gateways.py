"""What processes of the gateway tell each other, over the real broker with the account that the gateway has there."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from crm_gateway.between import Between

from tests.e2e.client import eventually


class Heard:
    def __init__(self, url: str) -> None:
        self.texts: list[bytes] = []
        self.arrived = threading.Event()
        self.between = Between(url, self.texts.append)


@pytest.fixture
def gateways(amqp_url: str) -> Iterator[list[Heard]]:
    found = [Heard(amqp_url) for _ in range(2)]
    for one in found:
        one.between.start()
    eventually(lambda: all(one.between.running for one in found))
    yield found
    for one in found:
        one.between.stop()


def test_all_hear_what_one_says(gateways: list[Heard]) -> None:
    gateways[0].between.say(b"[1]")
    eventually(lambda: all(one.texts == [b"[1]"] for one in gateways))


def test_what_is_said_while_nobody_can_be_reached_is_lost() -> None:
    alone = Between("amqp://127.0.0.1:1//", lambda _: None)
    alone.start()
    alone.say(b"[1]")
    assert alone._unsaid.empty()
    alone.stop()
    assert not alone._thread.is_alive()
