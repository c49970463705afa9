"""Mail addresses as they stand in envelopes and headers."""

from __future__ import annotations

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email


class AddressError(ValueError):
    """The text is no mail address that a mail server could take."""


@dataclass(frozen=True)
class Address:
    """An address in the form that needs least of a mail server: the domain is ASCII, in A-labels (RFC 5890)."""

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that a text is. Raises AddressError."""
        try:
            parts = validate_email(text, check_deliverability=False, globally_deliverable=False)
        except EmailNotValidError as error:
            raise AddressError(str(error)) from error
        return cls(parts.local_part, parts.ascii_domain)

    @property
    def international(self) -> bool:
        """Whether only a mail server with SMTPUTF8 (RFC 6531) can take it: its local part is not ASCII."""
        return not self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def mask(address: str) -> str:
    """An address as somebody who knows it recognises it: "a***@example.com"."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}***{at}{domain}"
