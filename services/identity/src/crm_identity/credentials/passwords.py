"""Passwords: which ones are good enough, and how they are stored and compared.

Stored as Argon2id (RFC 9106) of an HMAC with a key that is not in the database, so that a stolen database alone
gives nothing to guess against. Parameters: OWASP Password Storage Cheat Sheet, above its minimum.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import unicodedata

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from crm_chassis.errors import InvalidInput

MEMORY_KIB = 64 * 1024
TIME_COST = 3
PARALLELISM = 1
AT_ONCE = 4
"""Hashes computed at the same time per process: each takes MEMORY_KIB."""

MIN_LENGTH, MAX_LENGTH = 8, 200

# The most used ones of eight characters and more; shorter ones fail by length.
COMMON = frozenset(
    """
    password password1 password12 password123 password1234 password! password1! passw0rd p@ssw0rd p@ssword
    p@ssw0rd1 pa55word passwort passwort1 motdepasse contraseña contrasena 12345678 123456789 1234567890
    12345678910 123123123 1234512345 11111111 111111111 1111111111 00000000 000000000 0000000000 12341234
    87654321 987654321 0987654321 88888888 99999999 66666666 55555555 22222222 12121212 11223344 1122334455
    147258369 123456789a 123456789q 1234qwer 123qweasd 123qwe123 12345qwert 123456qwerty q1w2e3r4 q1w2e3r4t5
    q1w2e3r4t5y6 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 qazwsxedc zaq12wsx zaq1zaq1
    qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwer1234 qwertz123 qwertzui
    asdfghjk asdfghjkl asdf1234 asdfasdf zxcvbnm1 zxcvbnm123 zxcvbnm, 1234abcd abcd1234 abc12345 abcdefgh
    abcdefg1 a1b2c3d4 a123456789 aa123456 aaaaaaaa iloveyou iloveyou1 iloveyou2 sunshine sunshine1 princess
    princess1 football football1 baseball baseball1 basketball superman superman1 batman123 spiderman pokemon123
    starwars starwars1 whatever whatever1 trustno1 letmein1 letmein123 welcome1 welcome12 welcome123 welcome1!
    changeme changeme1 changeme123 changeit default1 administrator admin123 admin1234 admin12345 adminadmin
    administrador root1234 rootroot test1234 testtest testtest1 test12345 testing123 guest123 user1234 login123
    master123 monkey123 dragon123 shadow123 michael1 jennifer jordan23 michelle charlie1 computer computer1
    internet internet1 samsung1 liverpool liverpool1 chocolate mustang1 corvette mercedes midnight killer123
    fuckyou1 fuckyou2 asshole1 hello123 hello1234 hallo123 secret123 secret1234 company1 business summer2023
    summer2024 summer2025 summer2026 winter2023 winter2024 winter2025 winter2026 spring2024 spring2025
    spring2026 autumn2024 autumn2025 january1 december qwe123qwe crm12345 crmcrmcrm salesforce
    """.split()
)


def normal(password: str) -> str:
    """The form in which keyboards that compose characters differently agree (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_policy(password: str, email: str, field: str) -> None:
    """Raises InvalidInput naming `field` unless the password may be used for the account.

    Length and a list of common ones, no rules about kinds of characters (NIST SP 800-63B, 3.1.1.2).
    """
    found = normal(password).casefold()
    if not MIN_LENGTH <= len(found) <= MAX_LENGTH:
        raise InvalidInput.of(field, f"must have {MIN_LENGTH} to {MAX_LENGTH} characters")
    if found in COMMON:
        raise InvalidInput.of(field, "is one of the most common passwords")
    if found == email.casefold():
        raise InvalidInput.of(field, "must not be the e-mail address")


class Passwords:
    """Hashes and compares passwords."""

    def __init__(self, pepper: bytes, memory_kib: int = MEMORY_KIB) -> None:
        self._pepper = pepper
        self._hasher = PasswordHasher(
            time_cost=TIME_COST, memory_cost=memory_kib, parallelism=PARALLELISM, type=Type.ID
        )
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The stored form of a password."""
        with self._turns:
            return self._hasher.hash(self._peppered(password))

    def verify(self, stored: str, password: str) -> bool:
        """Whether `stored` is of this password. Takes the same time if nothing is stored."""
        with self._turns:
            try:
                return self._hasher.verify(stored or self._nobody, self._peppered(password)) and bool(stored)
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than those in use."""
        return self._hasher.check_needs_rehash(stored)

    def _peppered(self, password: str) -> bytes:
        return base64.b64encode(hmac.new(self._pepper, normal(password).encode(), hashlib.sha256).digest())
