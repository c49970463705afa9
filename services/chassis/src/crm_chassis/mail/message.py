"""One mail in the form in which it goes to a mail server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from io import BytesIO

from crm_chassis.mail.addresses import Address
from crm_chassis.mail.headers import fixed_line, mailbox_line, text_line

_BODY = SMTP.clone(cte_type="7bit")
"""No server needs to know 8BITMIME."""


@dataclass(frozen=True)
class Mail:
    """What is said to one recipient. Names, subject and texts may hold anything.

    `headers` are further ones, of printable ASCII that we have made ourselves. `message_id` is without brackets.
    """

    sender: Address
    recipient: Address
    subject: str
    text: str
    message_id: str
    date: datetime
    html: str = ""
    sender_name: str = ""
    recipient_name: str = ""
    reply_to: Address | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def international(self) -> bool:
        """Whether the mail server must know SMTPUTF8."""
        return any(one.international for one in (self.sender, self.recipient, self.reply_to) if one is not None)

    def to_bytes(self) -> bytes:
        """The message, lines ending in CRLF. Raises ValueError for a header of our own that is not as it must be."""
        lines = [
            mailbox_line("From", self.sender_name, self.sender),
            mailbox_line("To", self.recipient_name, self.recipient),
            *([mailbox_line("Reply-To", self.sender_name, self.reply_to)] if self.reply_to is not None else []),
            text_line("Subject", self.subject),
            fixed_line("Date", format_datetime(self.date)),
            fixed_line("Message-ID", f"<{self.message_id}>"),
            *(fixed_line(name, value) for name, value in self.headers.items()),
        ]
        return b"".join(lines) + self._body()

    def _body(self) -> bytes:
        """The texts with the headers that say what they are, which nothing in them can change."""
        body = EmailMessage(policy=_BODY)
        body.set_content(_encodable(self.text))
        if self.html:
            body.add_alternative(_encodable(self.html), subtype="html")
        written = BytesIO()
        BytesGenerator(written, mangle_from_=False, policy=_BODY).flatten(body)
        return written.getvalue()


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode()
