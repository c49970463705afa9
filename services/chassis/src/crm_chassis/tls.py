"""The certificates of a process, by which the processes of the suite know each other.

CRM_TLS_CA, CRM_TLS_CERT and CRM_TLS_KEY name PEM files: who signs, the process's own chain, its key. A certificate
carries the identity of its owner as a DNS name: `crm-gateway`, `crm-sales`. Without them nothing is encrypted.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from crm_chassis.settings import COMMON, SettingsError

VARIABLES = ("CRM_TLS_CA", "CRM_TLS_CERT", "CRM_TLS_KEY")


def identity(name: str) -> str:
    """The DNS name in the certificate of a service or the gateway."""
    return f"crm-{name}"


@dataclass(frozen=True)
class Tls:
    """Paths of the certificates of a process, read and found usable."""

    ca: Path
    certificate: Path
    key: Path

    def amqp_options(self, host: str) -> dict[str, Any]:
        """What kombu needs for `amqps`: the broker's certificate must name the host, ours is shown to it."""
        return {
            "ca_certs": str(self.ca),
            "certfile": str(self.certificate),
            "keyfile": str(self.key),
            "cert_reqs": ssl.CERT_REQUIRED,
            "server_hostname": host,
        }


def of_process() -> Tls | None:
    """What the environment says; None without certificates.

    Raises SettingsError if only some of the files are named, one cannot be used, or the certificate's time is over.
    """
    ca, certificate, key = map(COMMON.file, VARIABLES)
    if ca is certificate is key is None:
        return None
    if ca is None or certificate is None or key is None:
        raise SettingsError(f"{', '.join(VARIABLES)} belong together; some are not set")
    tls = Tls(ca, certificate, key)
    try:
        context = ssl.create_default_context(cafile=str(tls.ca))
        context.load_cert_chain(tls.certificate, tls.key)
        own = x509.load_pem_x509_certificate(tls.certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{', '.join(VARIABLES)} cannot be used: {error}") from error
    if own.not_valid_after_utc <= datetime.now(UTC):
        raise SettingsError(f"CRM_TLS_CERT is not valid any more since {own.not_valid_after_utc.isoformat()}")
    return tls
