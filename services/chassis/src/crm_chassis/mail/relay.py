"""Handing mails to the mail server."""

from __future__ import annotations

import smtplib
import ssl
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from crm_chassis.mail.message import Mail
from crm_chassis.settings import SettingsError

TIMEOUT_SECONDS = 10.0
IDLE_SECONDS = 5.0
NO_SMTPUTF8 = "the mail server takes no addresses outside of ASCII (SMTPUTF8)"


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


@dataclass(frozen=True)
class Unsupported:
    """The mail server cannot take such a message from anybody; nothing was handed over."""

    reason: str


@dataclass(frozen=True)
class Away:
    """There is no connection to the mail server; nothing was handed over."""

    reason: str


Outcome = Accepted | Deferred | Refused | Unsupported | Away


class Mailer:
    """Connections to the mail server, kept between messages; as many as there are messages under way at once."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._idle: list[tuple[smtplib.SMTP, float]] = []

    def send(self, mail: Mail) -> Outcome:
        """Hands over one message. Whatever goes wrong with it is an outcome, not an error."""
        try:
            content = mail.to_bytes()
        except ValueError as error:
            return Unsupported(f"the message cannot be written: {error}")
        try:
            connection = self._take()
        except (smtplib.SMTPException, OSError) as error:
            return Away(f"{self._relay.host}:{self._relay.port}: {error!r}")
        if mail.international and not connection.has_extn("smtputf8"):
            self._put_back(connection)
            return Unsupported(NO_SMTPUTF8)
        options = ("SMTPUTF8", "BODY=8BITMIME") if mail.international else ()
        try:
            connection.sendmail(str(mail.sender), [str(mail.recipient)], content, options)
            outcome: Outcome = Accepted()
        except smtplib.SMTPRecipientsRefused as error:
            outcome = _answer(*next(iter(error.recipients.values())))
        except smtplib.SMTPSenderRefused as error:
            # The server refuses us, not the recipient: somebody has to repair that, and then it goes on.
            outcome = Deferred(f"{error.smtp_code} {_text(error.smtp_error)}")
        except smtplib.SMTPResponseException as error:
            outcome = _answer(error.smtp_code, error.smtp_error)
        except Exception as error:
            connection.close()
            return Deferred(_text(repr(error)))
        except BaseException:
            connection.close()
            raise
        self._put_back(connection)
        return outcome

    def close(self) -> None:
        """Ends the connections that wait for messages."""
        while self._idle:
            self._idle.pop()[0].close()

    def _take(self) -> smtplib.SMTP:
        """A connection that works. Raises SMTPException or OSError if there is none."""
        while self._idle:
            connection, since = self._idle.pop()
            if time.monotonic() - since < IDLE_SECONDS or _answers(connection):
                return connection
            connection.close()
        return self._connect()

    def _put_back(self, connection: smtplib.SMTP) -> None:
        if connection.sock is not None:
            self._idle.append((connection, time.monotonic()))

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
            connection.ehlo_or_helo_if_needed()
        except BaseException:
            connection.close()
            raise
        return connection


def _answers(connection: smtplib.SMTP) -> bool:
    try:
        return connection.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _answer(code: int, text: bytes | str) -> Outcome:
    return Refused(code, _text(text)) if 500 <= code < 600 else Deferred(f"{code} {_text(text)}")


def _text(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return text.replace("\x00", "")[:1000]
