"""Passwords set by a link in a mail: forgotten ones, and the first one of who is invited.

A request schedules a job of its user, or of nobody, so that it takes the same time whether there is such a user. The
job sends the mail: with a link that ends by time, by its use, and by whatever else changes how the user logs in.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from crm.identity.v1 import password_links_pb2, users_pb2
from crm_chassis.contracts.formats import address_key
from crm_chassis.errors import NotFound, UserInactive
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import schedule
from crm_chassis.mail.addresses import Address, AddressError, mask
from crm_chassis.mail.message import Mail
from crm_chassis.mail.relay import Accepted, Away, Deferred
from crm_chassis.records.mapping import to_message
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_identity.auth.proof import NOBODY, note
from crm_identity.logins.ending import end_sessions
from crm_identity.logins.throttle import forget_attempts
from crm_identity.runtime import runtime
from crm_identity.users.authority import check_above
from crm_identity.users.model import User
from crm_identity.users.queries import with_email
from crm_identity.users.usecases import set_password, tell_sessions_ended

PAUSE = timedelta(minutes=5)
"""No user is sent a link to a forgotten password more often."""
FORGOTTEN_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(days=7)

_FORGOTTEN = """\
Somebody, probably you, has forgotten the password of {email}.

Set a new one within an hour:
{url}

If it was not you, there is nothing to do: your password stays as it is.
"""
_INVITATION = """\
An account has been made for you: {email}.

Set your password within seven days:
{url}
"""


class MailDelayed(Exception):
    """The mail server does not take mail at the moment; the job is tried again."""


# -- asking for one ---------------------------------------------------------------------------------------


def forgot_password(
    tx: Transaction, request: password_links_pb2.ForgotPasswordRequest
) -> password_links_pb2.ForgotPasswordResponse:
    """Sends a link to a new password, if there is an active user of that login name."""
    user_id = tx.session.scalar(with_email(address_key(request.email)).with_only_columns(User.id))
    schedule(tx, FORGOTTEN, {user_id or NOBODY: tx.now})
    return password_links_pb2.ForgotPasswordResponse()


def invite_user(tx: Transaction, request: password_links_pb2.InviteUserRequest) -> users_pb2.User:
    """Sends a user a link to set a password. Raises GrantsMoreThanHeld, UserInactive."""
    user = tx.get(User, request.id)
    check_above(tx, user)
    if not user.active:
        raise UserInactive()
    note(tx, user.id, "invited")
    schedule(tx, INVITATION, {user.id: tx.now})
    return to_message(user, users_pb2.User)


def _forgotten(tx: Transaction, job: Job) -> Done | Again:
    user = tx.find(User, job.key)
    if user is None or (not job.cursor and user.password_link_sent_at and tx.now < user.password_link_sent_at + PAUSE):
        return Done()
    return _send(tx, job, user, "Your new password", _FORGOTTEN, FORGOTTEN_LIFETIME)


def _invited(tx: Transaction, job: Job) -> Done | Again:
    user = tx.find(User, job.key)
    return Done() if user is None else _send(tx, job, user, "Your account", _INVITATION, INVITATION_LIFETIME)


def _send(tx: Transaction, job: Job, user: User, subject: str, text: str, lifetime: timedelta) -> Done | Again:
    """One step: hands the mail over, or notes what the mail server said. A process that dies between sends it again."""
    if isinstance(job.outcome, Away | Deferred):
        raise MailDelayed(job.outcome.reason)
    if job.outcome is not None:
        note(tx, user.id, "password_link_sent" if isinstance(job.outcome, Accepted) else "password_link_refused")
        return Done()
    try:
        recipient = Address.parse(user.email)
    except AddressError:
        return Done()
    if not user.active:
        return Done()
    user.password_link_sent_at = tx.now
    token = runtime().password_links.token(user.id, expires_at=tx.now + lifetime, state=user.password_state)
    mail = Mail(
        sender=runtime().mail_sender,
        recipient=recipient,
        recipient_name=user.display_name,
        subject=subject,
        text=text.format(email=user.email, url=f"{runtime().public_url}/v1/password_links/{token}"),
        message_id=f"{job.id}@{runtime().mail_sender.domain}",
        date=tx.now,
    )
    return Again(cursor={"begun": True}, effect=partial(runtime().mailer.send, mail))


FORGOTTEN = JobKind("password.forgotten", _forgotten)
INVITATION = JobKind("user.invitation", _invited)

# -- using it ---------------------------------------------------------------------------------------------


def get_password_link(
    tx: Transaction, request: password_links_pb2.GetPasswordLinkRequest
) -> password_links_pb2.PasswordLink:
    """Whose password a link sets. Raises NotFound, LinkExpired, LinkSpent."""
    link = runtime().password_links.read(request.token, tx.now)
    user = tx.session.scalar(select(User).where(User.id == link.record_id))
    if user is None or not user.active:
        raise NotFound("This link is not one of ours.")
    link.check(user.password_state)
    return password_links_pb2.PasswordLink(masked_email=mask(user.email))


def use_password_link(
    tx: Transaction, request: password_links_pb2.UsePasswordLinkRequest
) -> password_links_pb2.PasswordLink:
    """Sets the password that a link is for; every session of the user ends.

    Raises NotFound, LinkExpired, LinkSpent, InvalidInput.
    """
    link = runtime().password_links.read(request.token, tx.now)
    user = tx.find(User, link.record_id)
    if user is None or not user.active:
        raise NotFound("This link is not one of ours.")
    link.check(user.password_state)
    set_password(tx, user, request.new_password, "new_password")
    forget_attempts(tx, user.email)
    tell_sessions_ended(tx, user, end_sessions(tx, user.id))
    note(tx, user.id, "password_link_used")
    return password_links_pb2.PasswordLink(masked_email=mask(user.email), used=True)
