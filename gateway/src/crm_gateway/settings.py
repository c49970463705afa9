"""Settings of the gateway, all from the environment, all checked at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network

import crm_contracts
from crm_chassis.settings import Settings, SettingsError
from crm_chassis.tls import Tls, of_process

Network = IPv4Network | IPv6Network

# Calls per second and user; the bucket holds one second's worth. CREDENTIAL counts per minute.
DEFAULT_RATES: Mapping[str, int] = {"READ": 1000, "WRITE": 500, "HEAVY": 20, "CREDENTIAL": 10}


@cache
def services() -> tuple[str, ...]:
    """The services behind the gateway: every domain of the contracts that has methods of its own."""
    return tuple(sorted({m.domain for m in crm_contracts.methods().values()} - {"gateway", "common"}))


@dataclass(frozen=True)
class GatewaySettings:
    """What the gateway must know before it serves."""

    actor_key: bytes
    upstreams: Mapping[str, tuple[str, ...]]
    amqp_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    rates: Mapping[str, int] | None = field(default_factory=lambda: dict(DEFAULT_RATES))
    max_in_flight: int = 512
    trusted_proxies: tuple[Network, ...] = ()
    cors_origins: frozenset[str] = frozenset()
    tls: Tls | None = None
    https: tuple[str, str] | None = None
    """Files of the certificate chain and the key shown to clients; None for HTTP."""

    @classmethod
    def from_environment(cls) -> GatewaySettings:
        """Reads the environment. Raises SettingsError with the variable's name if something is unusable."""
        env = Settings("gateway")
        limited = env.text("CRM_RATE_LIMITS", "on") != "off"
        rates = {name: env.number(f"CRM_RATE_{name}", rate) for name, rate in DEFAULT_RATES.items()}
        if any(rate < 1 for rate in rates.values()):
            raise SettingsError("CRM_RATE_<CLASS> must be at least 1")
        return cls(
            actor_key=env.key("CRM_ACTOR_PRIVATE_KEY"),
            upstreams={name: _addresses(env, f"CRM_UPSTREAM_{name.upper()}") for name in services()},
            amqp_url=env.amqp_url,
            host=env.text("CRM_HTTP_HOST", "127.0.0.1"),
            port=env.number("CRM_HTTP_PORT", 8080),
            rates=rates if limited else None,
            max_in_flight=env.number("CRM_MAX_IN_FLIGHT", 512),
            trusted_proxies=_networks(env, "CRM_TRUSTED_PROXIES"),
            tls=of_process(),
            https=_https(env),
            cors_origins=frozenset(_words(env.text("CRM_CORS_ORIGINS", ""))),
        )


def _https(env: Settings) -> tuple[str, str] | None:
    chain, key = env.text("CRM_HTTP_TLS_CERT", ""), env.text("CRM_HTTP_TLS_KEY", "")
    if bool(chain) != bool(key):
        raise SettingsError("CRM_HTTP_TLS_CERT and CRM_HTTP_TLS_KEY belong together")
    return (chain, key) if chain else None


def _words(text: str) -> list[str]:
    return [word for part in text.split(",") if (word := part.strip())]


def _addresses(env: Settings, name: str) -> tuple[str, ...]:
    found = tuple(_words(env.text(name)))
    if not found or not all(":" in address for address in found):
        raise SettingsError(f"{name} must be host:port, several separated by commas")
    return found


def _networks(env: Settings, name: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(word) for word in _words(env.text(name, "")))
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error
