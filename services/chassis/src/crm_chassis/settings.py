"""Settings of a process, all from the environment, all checked at start."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from environs import Env

from crm_chassis.errors import DomainError


class SettingsError(DomainError):
    """A setting is missing or wrong; the process does not start."""

    reason = "SETTINGS"
    status = 500


@dataclass(frozen=True)
class Settings:
    """What the environment says. Every property raises SettingsError with the variable's name if it is unusable."""

    service: str

    @cached_property
    def env(self) -> Env:
        return Env()

    def text(self, name: str, default: str | None = None) -> str:
        """A variable as text."""
        value: str | None = self.env.str(name, default)
        if value is None or (value == "" and default is None):
            raise SettingsError(f"{name} is not set")
        return value

    def number(self, name: str, default: int) -> int:
        """A variable as integer."""
        text = self.text(name, str(default))
        try:
            return int(text)
        except ValueError as error:
            raise SettingsError(f"{name} must be a number, not {text!r}") from error

    def key(self, name: str, length: int = 32) -> bytes:
        """A variable as base64 of exactly `length` bytes."""
        try:
            value = base64.b64decode(self.text(name), validate=True)
        except binascii.Error as error:
            raise SettingsError(f"{name} is not base64") from error
        if len(value) != length:
            raise SettingsError(f"{name} must hold {length} bytes in base64, not {len(value)}")
        if not self.development and len(set(value)) < 8:
            raise SettingsError(f"{name} is not random; make one with: openssl rand -base64 {length}")
        return value

    @property
    def development(self) -> bool:
        return self.text("CRM_ENV", "development") == "development"

    @property
    def clock_skew(self) -> timedelta:
        """How far the clock of this process is to be ahead, to try what a wrong clock does."""
        seconds = self.number("CRM_CLOCK_SKEW_SECONDS", 0)
        if seconds and not self.development:
            raise SettingsError("CRM_CLOCK_SKEW_SECONDS makes the clock wrong; that is allowed in development only")
        return timedelta(seconds=seconds)

    @property
    def database_url(self) -> str:
        return self.text(f"DATABASE_URL_{self.service.upper()}")

    @property
    def amqp_url(self) -> str:
        """The account of this service, or one that all share."""
        url = self.text(f"AMQP_URL_{self.service.upper()}", "") or self.text("AMQP_URL")
        if not self.development and "guest:guest@" in url:
            raise SettingsError("AMQP_URL uses the default account guest; that is allowed in development only")
        return url

    @property
    def host(self) -> str:
        return self.text("CRM_HOST", "127.0.0.1")

    @property
    def grpc_port(self) -> int:
        return self.number("CRM_GRPC_PORT", 0)

    @property
    def probes_port(self) -> int:
        return self.number("CRM_PROBES_PORT", 0)

    @property
    def threads(self) -> int:
        """Concurrent calls of an api process; its connection pool has the same size."""
        return self.number("CRM_THREADS", 16)

    @property
    def worker_nice(self) -> int:
        """By how much a worker steps back behind requests where both want the processor, 0 (not at all) to 19."""
        value = self.number("CRM_WORKER_NICE", 5)
        if not 0 <= value <= 19:
            raise SettingsError(f"CRM_WORKER_NICE must be 0 to 19, not {value}")
        return value
