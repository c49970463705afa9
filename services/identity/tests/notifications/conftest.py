"""Helpers of the tests of notifications."""

from __future__ import annotations

from typing import Any

import pytest
from crm.identity.v1 import notifications_pb2, preferences_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, user

READS = ("accounts.read activities.read contacts.read leads.read opportunities.read tasks.read tickets.read").split()


@pytest.fixture
def reader(make_user: Any, make_role: Any) -> Any:
    """A user who may read every kind of record."""
    role = make_role(dict.fromkeys(READS, "ALL"))

    def make(**fields: Any) -> Any:
        return make_user(role_ids=[role.id], **fields)

    return make


@pytest.fixture
def choose(rpc: Any) -> Any:
    """Chooses how somebody is told: `choose(user_id, kind="ASSIGNED", email="DAILY")`."""

    def run(user_id: str, **choice: Any) -> None:
        preferences = preferences_pb2.Preferences(notifications=[preferences_pb2.NotificationChoice(**choice)])
        request = preferences_pb2.UpdatePreferencesRequest(preferences=preferences)
        rpc("UpdatePreferences", request, as_=user({}, id_=user_id))

    return run


@pytest.fixture
def as_reader() -> Any:
    """A user as an actor who may read every kind of record."""
    return lambda user_id: user(dict.fromkeys(READS, ALL), id_=user_id)


@pytest.fixture
def told(rpc: Any, as_reader: Any) -> Any:
    """What somebody is told: the notifications, the newest first."""

    def read(user_id: str, *, unread: bool = False, as_: Actor | None = None) -> list[Any]:
        request = notifications_pb2.ListNotificationsRequest(unread=unread, page_size=200)
        return list(rpc("ListNotifications", request, as_=as_ or as_reader(user_id)).notifications)

    return read


@pytest.fixture
def somebody() -> str:
    """The id of whoever else does something."""
    return uuid7()
