"""What the service cannot work without: the built-in roles, the organisation, and a first admin or the code for one."""

from __future__ import annotations

import sys

from crm.common.v1 import types_pb2
from crm.identity.v1 import users_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.records.tx import Transaction

from crm_identity.first_run.usecases import LOCK, offer_code
from crm_identity.organisation.usecases import put_organisation
from crm_identity.roles.builtin import BUILT_IN, BuiltIn
from crm_identity.roles.grants import grants_of
from crm_identity.roles.model import Role
from crm_identity.roles.queries import named
from crm_identity.runtime import runtime
from crm_identity.users.queries import ADMIN, with_email
from crm_identity.users.usecases import new_user


def setup(tx: Transaction) -> None:
    """Brings the built-in roles up to date, makes the organisation and the first admin; changes nothing the second
    time.

    Without the address of an admin, and while there is nobody, it prints a code that somebody becomes one with.
    """
    tx.hold(LOCK)
    roles = {one.name: _put(tx, one) for one in BUILT_IN}
    put_organisation(tx)
    email, password = runtime().first_admin
    if email:
        _first_admin(tx, email, password, roles[ADMIN])
    elif code := offer_code(tx):
        sys.stdout.write(f"Set-up code, for the first administrator, once: {code}\n")


def _put(tx: Transaction, given: BuiltIn) -> Role:
    role = tx.session.scalar(named(given.name))
    if role is None:
        role = tx.add(Role(name=given.name))
    if grants_of(role.grants) != given.grants or role.grants is None:
        scope = types_pb2.Scope.Name
        role.grants = [{"permission": p, "scope": scope(s)} for p, s in sorted(given.grants.items())]
    role.description, role.built_in = given.description, True
    return role


def _first_admin(tx: Transaction, email: str, password: str, admin: Role) -> None:
    message = users_pb2.User(email=email, display_name="Administrator", password=password, role_ids=[admin.id])
    validate(message)
    if tx.session.scalar(with_email(message.email)) is None:
        new_user(tx, message)
