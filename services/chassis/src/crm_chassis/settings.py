"""Settings of a process: declared in settings.toml, read from the environment, checked at start.

The settings that processes have in common are declared beside this module, those of a service or the gateway in its
own package, those of a part of the chassis that only some services use in that part. A declaration is also what
deployments are made of (deploy/environment.py), so a new setting is a declaration and the line that reads it:
docs/how-to-add-a-setting.md.
"""

from __future__ import annotations

import base64
import binascii
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from crm_chassis.errors import DomainError
from crm_chassis.remembered import remembers

remembers(__name__)  # settings and their descriptions
remembers(__name__)


GATEWAY = "gateway"
PROCESSES = ("setup", "api", "worker")
KEY_BYTES = 32


class SettingsError(DomainError):
    """A setting is missing, wrong or unknown; the process does not start."""

    reason = "SETTINGS"
    status = 500


@dataclass(frozen=True)
class Setting:
    """A declaration, with the names of a service filled in. The last four are for deployments."""

    name: str
    kind: Literal["text", "password", "number", "flag", "url", "file", "key", "public_keys"]
    meaning: str
    """For people, in Markdown."""
    processes: tuple[str, ...]
    """Which processes read it: setup, api, worker, gateway."""
    default: str | int | bool | None = None
    """What holds where it is not set; None if it must be."""
    fallback: str = ""
    """Another variable that counts where this one is not set."""
    least: int | None = None
    most: int | None = None
    secret: bool = False
    """Kept with the secrets."""
    value: str = ""
    """What every deployment sets it to, with `{names}` of what it knows."""
    development: str = ""
    """The same for the launcher, where that is another value."""
    example: str = ""
    """A usable value of a setting that only an operator can know."""


def processes_of(name: str) -> tuple[str, ...]:
    """The processes of a service or the gateway."""
    return (GATEWAY,) if name == GATEWAY else PROCESSES


@cache
def common_settings(name: str) -> Mapping[str, Setting]:
    """What a service or the gateway reads as every process of its kind does."""
    return _declarations("crm_chassis", (name,), processes_of(name))


@cache
def own_settings(name: str, upstreams: tuple[str, ...] = ()) -> Mapping[str, Setting]:
    """What it reads beside that. The gateway's are about each service that it calls where they say <SERVICE>."""
    return _declarations(f"crm_{name}", upstreams or (name,), processes_of(name))


def declared(name: str, upstreams: tuple[str, ...] = ()) -> dict[str, Setting]:
    """Every setting of a service or the gateway, by the name of its variable."""
    return {**common_settings(name), **own_settings(name, upstreams)}


def _declarations(package: str, services: tuple[str, ...], processes: tuple[str, ...]) -> dict[str, Setting]:
    """What a package declares for these processes, once for each service where a name says so.

    That includes what a part of the chassis declares which the package says that it uses.
    """
    if find_spec(package) is None or not (file := files(package) / "settings.toml").is_file():
        return {}
    settings: dict[str, Setting] = {}
    declarations = tomllib.loads(file.read_text())
    for used in declarations.pop("uses", ()):
        settings |= _declarations(used, services, processes)
    for pattern, attributes in declarations.items():
        named = attributes.pop("for", processes)
        readers = tuple(process for process in processes if process in named)
        for service in services if readers else ():
            filled = {key: _filled(value, service) for key, value in attributes.items() if isinstance(value, str)}
            name = _filled(pattern, service)
            settings[name] = Setting(**{**attributes, **filled}, name=name, processes=readers)
    return settings


def _filled(text: str, service: str) -> str:
    return text.replace("<SERVICE>", service.upper()).replace("<service>", service)


@dataclass(frozen=True)
class Settings:
    """What the environment of a service or the gateway says; an empty variable counts as one that is not set.

    Settings are named as they are declared, with <SERVICE>. Reading raises SettingsError with the variable's name if
    it is missing or unusable, and LookupError if it is not declared.
    """

    service: str
    upstreams: tuple[str, ...] = ()

    def check(self, process: str) -> None:
        """Raises SettingsError that says all that is wrong with the environment of a process, unknown names too."""
        settings = declared(self.service, self.upstreams)
        wrong = []
        for name in sorted(os.environ):
            if name.startswith("CRM_") and name not in settings:
                close = get_close_matches(name, settings, 1, cutoff=0.8)
                hint = f", did you mean {close[0]}?" if close else ""
                wrong.append(f"{name} is not a setting of {self.service}{hint}")
        for setting in settings.values():
            if process in setting.processes:
                try:
                    _READERS[setting.kind](self, setting.name)
                except SettingsError as error:
                    wrong.append(error.detail)
        if wrong:
            raise SettingsError("; ".join(wrong))

    def text(self, name: str, of: str = "") -> str:
        """A variable as text; the gateway says of which service."""
        setting = self._declared(name, of)
        value = os.environ.get(setting.name) or os.environ.get(setting.fallback) or setting.default
        if value is None:
            nor = f", nor {setting.fallback}" if setting.fallback else ""
            raise SettingsError(f"{setting.name} is not set{nor}")
        return str(value)

    def number(self, name: str) -> int:
        """A variable as integer."""
        text, setting = self.text(name), self._declared(name)
        try:
            value = int(text)
        except ValueError as error:
            raise SettingsError(f"{name} must be a number, not {text!r}") from error
        if setting.least is not None and value < setting.least:
            raise SettingsError(f"{name} must be at least {setting.least}, not {value}")
        if setting.most is not None and value > setting.most:
            raise SettingsError(f"{name} must be at most {setting.most}, not {value}")
        return value

    def flag(self, name: str) -> bool:
        """A variable as yes or no."""
        text = self.text(name).lower()
        if text not in _FLAGS:
            raise SettingsError(f"{name} must be one of {', '.join(_FLAGS)}, not {text!r}")
        return _FLAGS[text]

    def url(self, name: str) -> str:
        """A variable as text with a scheme; empty if that is its default."""
        text = self.text(name)
        if text and "://" not in text:
            raise SettingsError(f"{self._declared(name).name} must be a URL")
        return text

    def file(self, name: str) -> Path | None:
        """A variable as the path of a file that is there; None if none is named."""
        path = Path(text) if (text := self.text(name)) else None
        if path is not None and not path.is_file():
            raise SettingsError(f"{name}: there is no file {path}")
        return path

    def key(self, name: str) -> bytes:
        """A variable as secret key."""
        value = _decoded(name, self.text(name))
        if not self.development and len(set(value)) < 8:
            raise SettingsError(f"{name} is not random; make one with: openssl rand -base64 {KEY_BYTES}")
        return value

    def public_keys(self, name: str) -> list[bytes]:
        """A variable as public keys, separated by commas."""
        return [_decoded(name, one) for one in words(self.text(name))]

    def _declared(self, name: str, of: str = "") -> Setting:
        name = _filled(name, of or self.service)
        try:
            return declared(self.service, self.upstreams)[name]
        except KeyError:
            raise LookupError(f"{name} is in no settings.toml of {self.service}") from None

    @property
    def development(self) -> bool:
        return self.text("CRM_ENV") == "development"

    @property
    def clock_skew(self) -> timedelta:
        """How far the clock of this process is to be ahead, to try what a wrong clock does."""
        seconds = self.number("CRM_CLOCK_SKEW_SECONDS")
        if seconds and not self.development:
            raise SettingsError("CRM_CLOCK_SKEW_SECONDS makes the clock wrong; that is allowed in development only")
        return timedelta(seconds=seconds)

    @property
    def database_url(self) -> str:
        return self.url("DATABASE_URL_<SERVICE>")

    @property
    def database_owner_url(self) -> str:
        """The same database as the role that owns it, for the set-up; the processes' own role if it is not set."""
        return self.url("DATABASE_OWNER_URL_<SERVICE>")

    @property
    def database_sealer_url(self) -> str:
        """The same database as the role that seals the audit trail; the processes' own role if it is not set."""
        return self.url("DATABASE_SEALER_URL_<SERVICE>")

    @property
    def amqp_url(self) -> str:
        """The account of this service, or one that all share."""
        url = self.url("AMQP_URL_<SERVICE>")
        if not self.development and "guest:guest@" in url:
            raise SettingsError("AMQP_URL uses the default account guest; that is allowed in development only")
        return url

    @property
    def host(self) -> str:
        return self.text("CRM_HOST")

    @property
    def grpc_port(self) -> int:
        return self.number("CRM_GRPC_PORT")

    @property
    def probes_port(self) -> int:
        return self.number("CRM_PROBES_PORT")

    @property
    def threads(self) -> int:
        """Concurrent calls of an api process; its connection pool has the same size."""
        return self.number("CRM_THREADS")

    @property
    def worker_nice(self) -> int:
        """By how much a worker steps back behind requests where both want the processor, 0 (not at all) to 19."""
        return self.number("CRM_WORKER_NICE")


COMMON = Settings("")
"""For what no service reads differently from another."""

_FLAGS = {"on": True, "true": True, "off": False, "false": False}
_READERS: Mapping[str, Callable[[Settings, str], Any]] = {
    "text": Settings.text,
    "password": Settings.text,
    "number": Settings.number,
    "flag": Settings.flag,
    "url": Settings.url,
    "file": Settings.file,
    "key": Settings.key,
    "public_keys": Settings.public_keys,
}


def words(text: str) -> list[str]:
    """The words of a text that commas separate."""
    return [word for part in text.split(",") if (word := part.strip())]


def _decoded(name: str, text: str) -> bytes:
    """Raises SettingsError unless the text holds a key in base64."""
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise SettingsError(f"{name} is not base64") from error
    if len(value) != KEY_BYTES:
        raise SettingsError(f"{name} must hold {KEY_BYTES} bytes in base64, not {len(value)}")
    return value
