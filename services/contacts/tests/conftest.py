"""The service under test."""

from __future__ import annotations

import pytest
from crm_chassis.service import Service


@pytest.fixture(scope="session")
def service() -> Service:
    from crm_contacts.service import service

    return service
