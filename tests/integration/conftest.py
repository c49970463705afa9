"""Mechanisms of the chassis, tried on the contacts service: a real database and a real broker."""

from __future__ import annotations

import os

import pytest
from crm_chassis.service import Service


@pytest.fixture(scope="session")
def service() -> Service:
    from crm_contacts.service import service

    return service


@pytest.fixture(scope="session")
def amqp_url() -> str:
    url = os.environ.get("CRM_TEST_AMQP_URL")
    if not url:
        pytest.fail("CRM_TEST_AMQP_URL is not set; run the tests with `make test`")
    return url
