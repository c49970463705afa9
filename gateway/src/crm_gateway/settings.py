"""Settings of the gateway, all from the environment, all checked at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network

import crm_contracts
from crm_chassis.settings import GATEWAY, Settings, SettingsError, words
from crm_chassis.tls import Tls, of_process

Network = IPv4Network | IPv6Network

# Calls per second and user; the bucket holds one second's worth. CREDENTIAL counts per minute.
RATES = {
    "READ": "CRM_RATE_READ", "WRITE": "CRM_RATE_WRITE", "HEAVY": "CRM_RATE_HEAVY", "CREDENTIAL": "CRM_RATE_CREDENTIAL",
}  # fmt: skip


@cache
def services() -> tuple[str, ...]:
    """The services behind the gateway: every domain of the contracts that has methods of its own."""
    return tuple(sorted({m.domain for m in crm_contracts.methods().values()} - {"gateway", "common"}))


def environment() -> Settings:
    """The gateway's environment, in which each service has an address."""
    return Settings(GATEWAY, services())


@dataclass(frozen=True)
class GatewaySettings:
    """What the gateway must know before it serves."""

    actor_key: bytes
    upstreams: Mapping[str, tuple[str, ...]]
    host: str
    port: int
    max_in_flight: int
    rates: Mapping[str, int] | None
    """Calls by rate class; None for no limits."""
    amqp_url: str = ""
    probes_port: int | None = None
    """Of health, readiness and metrics, which are not for clients; None for none."""
    shared: bool = False
    """Whether other gateways may listen on the port too."""
    max_connections: int = 1000
    max_connections_per_address: int = 250
    """Does not hold for the addresses of trusted proxies."""
    trusted_proxies: tuple[Network, ...] = ()
    cors_origins: frozenset[str] = frozenset()
    tls: Tls | None = None
    https: tuple[str, str] | None = None
    """Files of the certificate chain and the key shown to clients; None for HTTP."""

    @classmethod
    def from_environment(cls) -> GatewaySettings:
        """Reads the environment. Raises SettingsError with the variable's name if something is unusable."""
        env = environment()
        rates = {rate: env.number(variable) for rate, variable in RATES.items()}
        return cls(
            actor_key=env.key("CRM_ACTOR_PRIVATE_KEY"),
            upstreams={name: _addresses(env, name) for name in services()},
            amqp_url=env.amqp_url,
            host=env.text("CRM_HTTP_HOST"),
            port=env.number("CRM_HTTP_PORT"),
            probes_port=env.probes_port,
            shared=env.flag("CRM_HTTP_SHARED"),
            rates=rates if env.flag("CRM_RATE_LIMITS") else None,
            max_in_flight=env.number("CRM_MAX_IN_FLIGHT"),
            max_connections=env.number("CRM_MAX_CONNECTIONS"),
            max_connections_per_address=env.number("CRM_MAX_CONNECTIONS_PER_ADDRESS"),
            trusted_proxies=_networks(env, "CRM_TRUSTED_PROXIES"),
            tls=of_process(),
            https=_https(env),
            cors_origins=frozenset(words(env.text("CRM_CORS_ORIGINS"))),
        )


def _https(env: Settings) -> tuple[str, str] | None:
    chain, key = env.file("CRM_HTTP_TLS_CERT"), env.file("CRM_HTTP_TLS_KEY")
    if (chain is None) != (key is None):
        raise SettingsError("CRM_HTTP_TLS_CERT and CRM_HTTP_TLS_KEY belong together")
    return (str(chain), str(key)) if chain else None


def _addresses(env: Settings, service: str) -> tuple[str, ...]:
    addresses = tuple(words(env.text("CRM_UPSTREAM_<SERVICE>", of=service)))
    if not addresses or not all(":" in address for address in addresses):
        raise SettingsError(f"CRM_UPSTREAM_{service.upper()} must be host:port, several separated by commas")
    return addresses


def _networks(env: Settings, name: str) -> tuple[Network, ...]:
    text = env.text(name)
    try:
        return () if text == "none" else tuple(ip_network(word) for word in words(text))
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error
