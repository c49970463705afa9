"""Unsubscribe links, and the form in which opted-out addresses are remembered."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from crm_chassis import links
from crm_chassis.contracts.formats import address_key
from crm_chassis.links import derive
from crm_chassis.text import in_letters

_OWNER = "crm_marketing"


class Links:
    """Unsubscribe links and keyed hashes of addresses, both under keys derived from CRM_LINK_KEY.

    A link stands for a campaign member, so for one recipient and one list. It does not expire.
    """

    def __init__(self, key: bytes, public_url: str) -> None:
        self._tokens = links.Links(key, _OWNER, "unsubscribe")
        self._addresses = derive(key, _OWNER, "opted-out address")
        self._public_url = public_url

    def url(self, member_id: str) -> str:
        """The unsubscribe link of a campaign member; the same member always has the same one."""
        return f"{self._public_url}/v1/unsubscribe/{self._tokens.token(member_id)}"

    def member_id(self, token: str, now: datetime) -> str:
        """The campaign member a token stands for. Raises NotFound for a token that was not made here."""
        return self._tokens.read(token, now).record_id

    def address_hash(self, address: str) -> str:
        """The keyed hash (HMAC-SHA-256, hexadecimal) of an address, in whatever form of it."""
        return self._hash(address_key(address))

    def address_hashes(self, address: str) -> set[str]:
        """The hashes under which an opt-out of an address may be kept: 0.1.0 kept international domains in letters."""
        key = address_key(address)
        return {self._hash(key), self._hash(in_letters(key))}

    def _hash(self, text: str) -> str:
        return hmac.new(self._addresses, text.encode(), hashlib.sha256).hexdigest()
