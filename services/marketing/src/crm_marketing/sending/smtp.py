"""Handing messages to the mail server."""

from __future__ import annotations

import smtplib
import ssl
import time
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from crm_chassis.settings import SettingsError

TIMEOUT_SECONDS = 10.0
IDLE_SECONDS = 5.0


@dataclass(frozen=True)
class Relay:
    """Where the mail server is and how to talk to it."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    implicit_tls: bool = False
    starttls: bool = False

    @property
    def encrypted(self) -> bool:
        return self.implicit_tls or self.starttls

    @classmethod
    def parse(cls, url: str) -> Relay:
        """smtp://[user:password@]host[:port][?starttls=true] or smtps://... Raises SettingsError."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise SettingsError("CRM_SMTP_URL is not a URL") from error
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingsError("CRM_SMTP_URL must look like smtp://host:port or smtps://host:port")
        implicit = parts.scheme == "smtps"
        starttls = parse_qs(parts.query).get("starttls", ["false"])[0].lower() == "true"
        return cls(
            parts.hostname, port or (465 if implicit else 587 if starttls else 25),
            unquote(parts.username or ""), unquote(parts.password or ""), implicit, starttls,
        )  # fmt: skip


@dataclass(frozen=True)
class Accepted:
    """The mail server took the message."""


@dataclass(frozen=True)
class Deferred:
    """The mail server said "later", or nothing; whether it took the message may be unknown."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """The mail server will not take the message for this recipient."""

    code: int
    reason: str


Outcome = Accepted | Deferred | Refused


class MailServerAway(Exception):
    """No connection to the mail server; nothing was handed over."""


class Mailer:
    """One connection to the mail server, kept between messages and opened anew when it is lost."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._connection: smtplib.SMTP | None = None
        self._good_until = 0.0

    def open(self) -> None:
        """Makes sure that there is a connection. Raises MailServerAway."""
        if self._connection is not None:
            if time.monotonic() < self._good_until:
                return
            try:
                if self._connection.noop()[0] == 250:
                    return
            except (smtplib.SMTPException, OSError):
                pass
            self.close()
        try:
            self._connection = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerAway(f"{self._relay.host}:{self._relay.port}: {error!r}") from error

    def _connect(self) -> smtplib.SMTP:
        relay = self._relay
        if relay.implicit_tls:
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host, relay.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(relay.host, relay.port, timeout=TIMEOUT_SECONDS)
        try:
            if relay.starttls:
                connection.starttls(context=ssl.create_default_context())
            if relay.user:
                connection.login(relay.user, relay.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def send(self, sender: str, recipient: str, message: EmailMessage) -> Outcome:
        """Hands over one message; `open` comes first."""
        assert self._connection is not None
        self._good_until = 0.0
        try:
            self._connection.send_message(message, sender, [recipient])
            self._good_until = time.monotonic() + IDLE_SECONDS
            return Accepted()
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return _answer(code, text)
        except smtplib.SMTPSenderRefused as error:
            # The server refuses us, not the recipient: somebody has to repair that, and then it goes on.
            return Deferred(f"{error.smtp_code} {_text(error.smtp_error)}")
        except smtplib.SMTPResponseException as error:
            return _answer(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPNotSupportedError, MessageError, UnicodeError) as error:
            return Refused(550, _text(repr(error)))
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Deferred(_text(repr(error)))

    def close(self) -> None:
        """Ends the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _answer(code: int, text: bytes | str) -> Outcome:
    return Refused(code, _text(text)) if 500 <= code < 600 else Deferred(f"{code} {_text(text)}")


def _text(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return text.replace("\x00", "")[:1000]
