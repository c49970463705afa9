"""The service under test, with cheap hashing, and helpers that every test of it uses."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crm.common.v1 import history_pb2
from crm.identity.v1 import auth_pb2, roles_pb2, users_pb2
from crm_chassis.access.actor import ANONYMOUS
from crm_chassis.service import Service
from crm_chassis.testing import unique, user
from crm_chassis.testing.mail import Inbox, mail_server

ADMIN_EMAIL, ADMIN_PASSWORD = "first.admin@crm.example", "the first admin's password"
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def _mail_server() -> Iterator[Inbox]:
    with mail_server() as inbox:
        os.environ["CRM_SMTP_URL"] = inbox.url
        yield inbox
        from crm_identity.runtime import runtime

        runtime().mailer.close()


@pytest.fixture
def inbox(_mail_server: Inbox) -> Inbox:
    """The mail server that the service sends to."""
    _mail_server.reset()
    return _mail_server


@pytest.fixture(scope="session")
def service(_mail_server: Inbox) -> Service:
    os.environ |= {
        "CRM_PUBLIC_URL": "https://crm.example",
        "CRM_MAIL_SENDER": "crm@crm.example",
        "CRM_ACCESS_TOKEN_KEY": base64.b64encode(b"\x01" * 32).decode(),
        "CRM_ACCESS_TOKEN_OLD_KEYS": base64.b64encode(b"\x02" * 32).decode(),
        "CRM_PASSWORD_PEPPER": base64.b64encode(b"\x03" * 32).decode(),
        "CRM_PASSWORD_HASH_MEMORY_KIB": "64",
        "CRM_BOOTSTRAP_ADMIN_EMAIL": ADMIN_EMAIL,
        "CRM_BOOTSTRAP_ADMIN_PASSWORD": ADMIN_PASSWORD,
    }
    from crm_identity.service import service

    return service


@pytest.fixture
def make_user(rpc: Callable[..., Any]) -> Callable[..., Any]:
    """A new user with PASSWORD."""

    def make(**fields: Any) -> Any:
        given = {"email": f"{unique('user')}@crm.example", "display_name": "Ann Lee", "password": PASSWORD}
        request = users_pb2.CreateUserRequest(user=given | fields)
        return rpc("CreateUser", request, as_=fields.pop("as_", user()))

    return make


@pytest.fixture
def make_role(rpc: Callable[..., Any]) -> Callable[..., Any]:
    """A new role: `make_role({"contacts.read": "TEAM"})`."""

    def make(grants: dict[str, str], as_: Any = None, name: str = "") -> Any:
        given = {
            "name": name or unique("role").replace("-", "_"),
            "grants": [{"permission": p, "scope": scope} for p, scope in grants.items()],
        }
        return rpc("CreateRole", roles_pb2.CreateRoleRequest(role=given), as_=as_ or user())

    return make


@pytest.fixture
def role_id(rpc: Callable[..., Any]) -> Callable[[str], str]:
    """The id of a built-in role."""

    def find(name: str) -> str:
        request = roles_pb2.ListRolesRequest(filter=f'name = "{name}"')
        (role,) = rpc("ListRoles", request, as_=user()).roles
        return str(role.id)

    return find


@pytest.fixture
def login(rpc: Callable[..., Any]) -> Callable[..., Any]:
    """Tokens for somebody: `login(email)`; `address` and `agent` say where from."""

    def run(
        email: str,
        password: str = PASSWORD,
        *,
        totp: str = "",
        address: str = "192.0.2.1",
        agent: str = "browser",
    ) -> Any:
        request = auth_pb2.LoginRequest(email=email, password=password, totp=totp)
        return rpc("Login", request, as_=ANONYMOUS, x_client_address=address, x_client_agent=agent)

    return run


@pytest.fixture
def refresh(rpc: Callable[..., Any]) -> Callable[..., Any]:
    """New tokens for a refresh token."""

    def run(token: str, *, address: str = "192.0.2.1", agent: str = "browser") -> Any:
        request = auth_pb2.RefreshSessionRequest(refresh_token=token)
        return rpc("RefreshSession", request, as_=ANONYMOUS, x_client_address=address, x_client_agent=agent)

    return run


@pytest.fixture
def principal(rpc: Callable[..., Any]) -> Callable[..., Any]:
    """What the gateway learns of a user, or None."""
    from crm_chassis.access.actor import Actor

    def resolve(user_id: str) -> Any:
        request = auth_pb2.ResolvePrincipalsRequest(user_ids=[user_id])
        found = rpc("ResolvePrincipals", request, as_=Actor("", "gateway")).principals
        return found[0] if found else None

    return resolve


@pytest.fixture
def audited(rpc: Callable[..., Any]) -> Callable[[str], list[str]]:
    """The actions in a user's audit trail, oldest first."""

    def read(record_id: str) -> list[str]:
        request = history_pb2.ListHistoryRequest(filter=f"record_id = {record_id}", page_size=200)
        return [entry.action for entry in rpc("ListHistory", request, as_=user()).audit_entries][::-1]

    return read


@pytest.fixture
def claims() -> Callable[[str], dict[str, Any]]:
    """The header and claims of an access token, checked with the public key of the tests."""
    from crm_chassis.access.tokens import public_key, raw_public_key
    from joserfc import jwt

    def read(token: str) -> dict[str, Any]:
        found = jwt.decode(token, public_key(raw_public_key(b"\x01" * 32)), algorithms=["Ed25519"])
        return {"header": found.header, **found.claims}

    return read
