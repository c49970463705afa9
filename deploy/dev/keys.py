"""The secrets of an instance: generated once, kept in one file of its owner's, reused ever after.

The names are those that docker-compose.yml asks for, so that the same file serves both.
"""

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.dev.catalogue import GATEWAY, catalogue


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def generate() -> dict[str, str]:
    """A fresh set of every secret the suite needs."""
    actor = Ed25519PrivateKey.generate()
    values = {
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "RABBITMQ_PASSWORD": secrets.token_urlsafe(24),
        "RABBITMQ_COOKIE": secrets.token_hex(24),
        "CRM_ACTOR_PRIVATE_KEY": base64.b64encode(actor.private_bytes_raw()).decode(),
        "CRM_ACTOR_PUBLIC_KEY": base64.b64encode(actor.public_key().public_bytes_raw()).decode(),
        "CRM_ACCESS_TOKEN_KEY": _key(),
        "CRM_PASSWORD_PEPPER": _key(),
        "CRM_LINK_KEY": _key(),
        "CRM_BOOTSTRAP_ADMIN_PASSWORD": secrets.token_urlsafe(15),
        "GRAFANA_ADMIN_PASSWORD": secrets.token_urlsafe(15),
    }
    for name in (GATEWAY, *catalogue().services, *catalogue().subscribers):
        values[f"RABBITMQ_PASSWORD_{name.upper()}"] = secrets.token_urlsafe(24)
    for name in catalogue().services:
        values[f"POSTGRES_PASSWORD_{name.upper()}"] = secrets.token_urlsafe(24)
        values[f"CRM_HISTORY_KEY_{name.upper()}"] = _key()
        values[f"CRM_SUBJECT_KEK_{name.upper()}"] = _key()
    return values


def read(path: Path) -> dict[str, str]:
    """The secrets in a file of NAME=value lines; empty when there is none."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def keep(path: Path) -> dict[str, str]:
    """The secrets in a file, completed by what is missing (a new service brings new ones)."""
    known = read(path)
    values = {**generate(), **known}
    if values != known:
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())
        temporary.replace(path)
    return values
