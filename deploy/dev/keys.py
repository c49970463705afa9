"""The secrets of an instance: generated once, kept in one file of its owner's, reused ever after.

The names are those that docker-compose.yml asks for, so that the same file serves both.
"""

import base64
import os
import secrets
from pathlib import Path

from crm_chassis.settings import KEY_BYTES
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.dev.catalogue import catalogue
from deploy.environment import every_setting, secrets_of


def generate() -> dict[str, str]:
    """A fresh set of every secret the suite needs: those that settings name, and those of the servers."""
    values = {
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "RABBITMQ_PASSWORD": secrets.token_urlsafe(24),
        "RABBITMQ_COOKIE": secrets.token_hex(24),
        "GRAFANA_ADMIN_PASSWORD": secrets.token_urlsafe(15),
    }
    for name in catalogue().subscribers:
        values[f"RABBITMQ_PASSWORD_{name.upper()}"] = secrets.token_urlsafe(24)
    for setting in every_setting():
        for name in secrets_of(setting):
            values[name] = _draw(setting.kind)
    seed = base64.b64decode(values["CRM_ACTOR_PRIVATE_KEY"])
    return values | {"CRM_ACTOR_PUBLIC_KEY": public_key(seed)}


def public_key(seed: bytes) -> str:
    """The other half of CRM_ACTOR_PRIVATE_KEY, in base64."""
    return base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()).decode()


def _draw(kind: str) -> str:
    if kind == "key":
        return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    # People type the passwords; those inside of URLs only programs use.
    return secrets.token_urlsafe(15 if kind == "password" else 24)


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
