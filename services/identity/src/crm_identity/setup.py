"""What the service cannot work without: the built-in roles and a first admin."""

from __future__ import annotations

from crm.common.v1 import common_pb2
from crm.identity.v1 import identity_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.db.tx import Transaction
from sqlalchemy import text

from crm_identity.roles.builtin import BUILT_IN, BuiltIn
from crm_identity.roles.grants import grants_of
from crm_identity.roles.model import Role
from crm_identity.roles.queries import named
from crm_identity.runtime import runtime
from crm_identity.users.queries import ADMIN, with_email
from crm_identity.users.usecases import new_user


def setup(tx: Transaction) -> None:
    """Brings the built-in roles up to date and makes the first admin; changes nothing the second time."""
    tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('identity.setup'))"))
    roles = {one.name: _put(tx, one) for one in BUILT_IN}
    email, password = runtime().first_admin
    if email:
        _first_admin(tx, email, password, roles[ADMIN])


def _put(tx: Transaction, given: BuiltIn) -> Role:
    role = tx.session.scalar(named(given.name))
    if role is None:
        role = tx.add(Role(name=given.name))
    if grants_of(role.grants) != given.grants or role.grants is None:
        scope = common_pb2.Scope.Name
        role.grants = [{"permission": p, "scope": scope(s)} for p, s in sorted(given.grants.items())]
    role.description, role.built_in = given.description, True
    return role


def _first_admin(tx: Transaction, email: str, password: str, admin: Role) -> None:
    message = identity_pb2.User(email=email, display_name="Administrator", password=password, role_ids=[admin.id])
    validate(message)
    if tx.session.scalar(with_email(message.email)) is None:
        new_user(tx, message)
