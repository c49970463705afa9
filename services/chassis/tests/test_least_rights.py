"""What the suite's own tokens open."""

from __future__ import annotations

import crm_contracts
import pytest
from crm_chassis.access.actor import Actor
from crm_chassis.calls.pipeline import authorize
from crm_chassis.errors import PermissionDenied, Unauthenticated

GATEWAY = Actor("", "gateway")
OWN = ["crm.identity.v1.AuthService.ResolveApiKey", "crm.identity.v1.AuthService.ResolvePrincipals"]
"""What the gateway asks on its own account: whose a key is, who a user is, and what the user may do."""


def test_the_gateway_itself_opens_what_it_needs_and_nothing_else() -> None:
    opened = []
    for name, method in crm_contracts.methods().items():
        try:
            authorize(method.policy, GATEWAY)
        except PermissionDenied:
            continue
        opened.append(name)
    assert opened == OWN


def test_the_gateway_itself_has_no_rights_to_records_and_fields() -> None:
    for permission in crm_contracts.permissions():
        assert not GATEWAY.may(permission), permission


@pytest.mark.parametrize("kind", ["user", "anonymous"])
def test_nobody_else_opens_what_is_the_gateways(kind: str) -> None:
    for name in OWN:
        with pytest.raises((PermissionDenied, Unauthenticated)):
            authorize(crm_contracts.method(name).policy, Actor("", kind, {"*": 5}))  # type: ignore[arg-type]
