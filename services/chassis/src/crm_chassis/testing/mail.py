"""A mail server for tests of a service that sends: it keeps what it received and answers as a test wants."""

from __future__ import annotations

import asyncio
import email
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller

ACCEPTED = "250 OK"


class Inbox:
    """What a mail server received, and what it answers."""

    def __init__(self) -> None:
        self.received: list[tuple[str, Message]] = []
        """Recipient and message."""
        self.url = ""
        self.reset()

    def reset(self) -> None:
        """Everybody's mail is accepted again. What was received stays."""
        self.answer = ACCEPTED
        """To every recipient without an answer of its own."""
        self.answers: dict[str, str] = {}
        self.dropped: set[str] = set()
        """Addresses whose message is received, and the connection lost before that is said."""
        self.on_message: Callable[[str], None] | None = None
        """Called with the recipient of each message before it is acknowledged."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.get(address, self.answer)
        if answer == ACCEPTED:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        (address,) = envelope.rcpt_tos
        self.received.append((address, email.message_from_bytes(envelope.content)))
        if self.on_message is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.on_message, address)
        if address in self.dropped:
            server.transport.abort()
        return ACCEPTED

    def to(self, address: str) -> list[Message]:
        """The messages an address got."""
        return [message for recipient, message in self.received if recipient == address]


@contextmanager
def mail_server(**options: Any) -> Iterator[Inbox]:
    """A mail server at the `url` of its inbox; `options` are those of aiosmtpd's SMTP."""
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inbox.url = f"smtp://127.0.0.1:{port}"
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()
