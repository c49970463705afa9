"""The first run of an installation: whoever has the code that `setup` printed becomes its administrator."""

from __future__ import annotations

from crm.identity.v1 import organisation_pb2, setup_pb2, users_pb2
from crm_chassis.access.actor import SYSTEM
from crm_chassis.errors import InvalidInput
from crm_chassis.records.tx import Transaction
from sqlalchemy import delete, exists, select

from crm_identity.credentials.passwords import check_policy
from crm_identity.errors import SetupAlreadyDone
from crm_identity.first_run.model import SetupCode, digest_of, new_code
from crm_identity.organisation.queries import the_organisation
from crm_identity.organisation.usecases import change_organisation
from crm_identity.preferences.model import LANGUAGES
from crm_identity.roles.queries import named
from crm_identity.users.model import User
from crm_identity.users.queries import ADMIN
from crm_identity.users.usecases import new_user

LOCK = "identity.setup"
"""What set-up and its completion wait for each other by."""


def get_setup(tx: Transaction, request: setup_pb2.GetSetupRequest) -> setup_pb2.GetSetupResponse:
    """Whether there is nobody yet."""
    return setup_pb2.GetSetupResponse(needed=_is_empty(tx))


def complete_setup(tx: Transaction, request: setup_pb2.CompleteSetupRequest) -> setup_pb2.CompleteSetupResponse:
    """Makes the first administrator and names the organisation. Raises SetupAlreadyDone, and InvalidInput for a wrong
    code or a password that is easily guessed."""
    tx.hold(LOCK)
    if not _is_empty(tx):
        raise SetupAlreadyDone()
    code = tx.session.scalar(select(SetupCode))
    if code is None or not code.fits(request.code):
        raise InvalidInput.of("code", "is not the one that set-up printed last")
    check_policy(request.password, request.email, "password")
    tx.session.delete(code)
    with tx.acting(SYSTEM, "users.create") as system:
        _make_admin(system, request)
        _name_organisation(system, request)
    return setup_pb2.CompleteSetupResponse()


def offer_code(tx: Transaction) -> str | None:
    """A new code, which makes the one before worthless; None if there is somebody already."""
    tx.session.execute(delete(SetupCode))
    if not _is_empty(tx):
        return None
    code = new_code()
    tx.session.add(SetupCode(digest=digest_of(code)))
    return code


def _is_empty(tx: Transaction) -> bool:
    """Deleted users count: whoever was there may come back."""
    return not tx.session.scalar(select(exists().select_from(User)))


def _make_admin(tx: Transaction, request: setup_pb2.CompleteSetupRequest) -> None:
    admin = tx.session.scalars(named(ADMIN)).one()
    new_user(
        tx,
        users_pb2.User(
            email=request.email,
            display_name=request.display_name,
            password=request.password,
            language=request.language,
            role_ids=[admin.id],
        ),
    )


def _name_organisation(tx: Transaction, request: setup_pb2.CompleteSetupRequest) -> None:
    message = organisation_pb2.Organisation(
        name=request.organisation_name, currency=request.currency, time_zone=request.time_zone
    )
    if request.language:
        message.languages.extend([request.language, *(one for one in LANGUAGES if one != request.language)])
    change_organisation(the_organisation(tx.session, locked=True), message, None)
