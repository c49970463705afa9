"""The service under test, and a mail server to send to."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from crm_chassis.service import Service
from crm_chassis.testing.mail import Inbox, mail_server
from sqlalchemy import Engine, text


@pytest.fixture(scope="session")
def _mail_server() -> Iterator[Inbox]:
    with mail_server() as inbox:
        os.environ |= {"CRM_SMTP_URL": inbox.url, "CRM_MAIL_SENDER": "crm@crm.example"}
        yield inbox
        from crm_contacts.settings import mailing

        mailing().mailer.close()


@pytest.fixture
def inbox(_mail_server: Inbox, engine: Engine) -> Inbox:
    """The mail server that the service sends to; what other tests have left to be sent is forgotten."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM jobs WHERE kind = 'email.send'"))
    _mail_server.reset()
    return _mail_server


@pytest.fixture(scope="session")
def service(_mail_server: Inbox) -> Service:
    from crm_contacts.service import service

    return service
