"""The service under test, a mail server to send to, and customers known by events."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2, segments_pb2, templates_pb2
from crm_chassis.ids import uuid7
from crm_chassis.service import Service
from crm_chassis.testing import unique, user
from crm_chassis.testing.mail import Inbox, mail_server

ADMIN = user()


@pytest.fixture(scope="session")
def _mail_server() -> Iterator[Inbox]:
    with mail_server(data_size_limit=10**7, enable_SMTPUTF8=False) as inbox:
        os.environ["CRM_SMTP_URL"] = inbox.url
        yield inbox
        from crm_marketing.settings import current

        current().mailer.close()


@pytest.fixture
def mail(_mail_server: Inbox, engine: Any) -> Inbox:
    """The mail server, of which this test is the only user: what others have launched is put aside."""
    from sqlalchemy import text

    with engine.begin() as connection:
        connection.execute(text("UPDATE campaigns SET status = 'PAUSED' WHERE status = 'SENDING'"))
    _mail_server.received.clear()
    _mail_server.reset()
    return _mail_server


@pytest.fixture(scope="session")
def service(_mail_server: Inbox) -> Service:
    os.environ["CRM_SMTP_DOMAIN_RATE"] = "10000"
    from crm_marketing.service import service

    return service


class People:
    """Customers as the other services tell of them. Every change is one event of the next version."""

    def __init__(self, deliver: Callable[..., Any]) -> None:
        self._deliver = deliver
        self._versions: dict[str, int] = {}
        self._last: dict[str, dict[str, Any]] = {}

    def next_version(self, id_: str) -> int:
        self._versions[id_] = self._versions.get(id_, 0) + 1
        return self._versions[id_]

    def contact(self, **fields: Any) -> str:
        """A new contact; `email` is its primary address, made up if absent, none if ""."""
        id_ = fields.pop("id", "") or uuid7()
        address = fields.pop("email", f"{unique('p')}@people.example")
        given = {"id": id_, "first_name": "Ada", "last_name": "Lovelace"} | fields
        given["emails"] = [{"address": address, "type": "work", "primary": True}] if address else []
        given["email"] = address
        given["display_name"] = f"{given['first_name']} {given['last_name']}".strip()
        self._last[id_] = given
        self._deliver(contacts_pb2.ContactCreated(contact=given), version=self.next_version(id_))
        return id_

    def address(self, id_: str) -> str:
        return str(self._last[id_]["email"])

    def change_contact(self, id_: str, *, version: int = 0, **fields: Any) -> None:
        """One more change of a contact; the next one, unless it is said which."""
        given = self._last[id_] = self._last[id_] | fields
        event = contacts_pb2.ContactUpdated(contact=given, changed_fields=sorted(fields))
        self._deliver(event, version=version or self.next_version(id_))

    def delete_contact(self, id_: str) -> None:
        from datetime import UTC, datetime

        gone = self._last[id_] | {"deleted_at": datetime.now(UTC)}
        self._deliver(contacts_pb2.ContactDeleted(contact=gone), version=self.next_version(id_))

    def account(self, **fields: Any) -> str:
        id_ = uuid7()
        given = self._last[id_] = {"id": id_, "name": unique("Account")} | fields
        self._deliver(accounts_pb2.AccountCreated(account=given), version=self.next_version(id_))
        return id_

    def change_account(self, id_: str, **fields: Any) -> None:
        given = self._last[id_] = self._last[id_] | fields
        event = accounts_pb2.AccountUpdated(account=given, changed_fields=sorted(fields))
        self._deliver(event, version=self.next_version(id_))


@pytest.fixture
def people(deliver: Callable[..., Any]) -> People:
    return People(deliver)


@pytest.fixture
def make_segment(rpc: Callable[..., Any]) -> Callable[..., Any]:
    """A segment: dynamic with a filter, static with members."""

    def make(filter: str = "", *, members: list[str] | None = None, **fields: Any) -> Any:
        kind = "DYNAMIC" if filter else "STATIC"
        given = {"name": unique("segment"), "kind": kind, "filter": filter} | fields
        segment = rpc("CreateSegment", segments_pb2.CreateSegmentRequest(segment=given), as_=ADMIN)
        if members:
            request = segments_pb2.AddSegmentMembersRequest(id=segment.id, contact_ids=members)
            segment = rpc("AddSegmentMembers", request, as_=ADMIN)
        return segment

    return make


@pytest.fixture
def members_of(rpc: Callable[..., Any]) -> Callable[[Any], set[str]]:
    """Ids of the contacts in a segment."""

    def read(segment: Any) -> set[str]:
        found: set[str] = set()
        token = ""
        while True:
            request = segments_pb2.ListSegmentMembersRequest(segment_id=segment.id, page_token=token)
            page = rpc("ListSegmentMembers", request, as_=ADMIN)
            found |= {member.contact_id for member in page.members}
            token = page.next_page_token
            if not token:
                return found

    return read


@pytest.fixture
def make_template(rpc: Callable[..., Any]) -> Callable[..., Any]:

    def make(**fields: Any) -> Any:
        given = {
            "name": unique("template"),
            "subject": "Hello {{ contact.first_name }}",
            "body_text": "Dear {{ contact.first_name }}, leave: {{ unsubscribe_url }}",
            "body_html": "<p>Dear {{ contact.first_name }}, <a href='{{ unsubscribe_url }}'>leave</a></p>",
        } | fields
        return rpc("CreateTemplate", templates_pb2.CreateTemplateRequest(template=given), as_=ADMIN)

    return make


@pytest.fixture
def make_campaign(
    rpc: Callable[..., Any], make_segment: Callable[..., Any], make_template: Callable[..., Any]
) -> Callable[..., Any]:
    """A draft; to the contacts given, if any are."""

    def make(to: list[str] | None = None, **fields: Any) -> Any:
        given: dict[str, Any] = {
            "name": unique("campaign"), "channel": "EMAIL", "from_address": "news@sender.example",
            "from_name": "Näws, Inc.",
        }  # fmt: skip
        if "template_id" not in fields:
            given["template_id"] = make_template().id
        if to is not None:
            given["segment_id"] = make_segment(members=to).id
        request = campaigns_pb2.CreateCampaignRequest(campaign=given | fields)
        return rpc("CreateCampaign", request, as_=ADMIN)

    return make


@pytest.fixture
def launch(rpc: Callable[..., Any]) -> Callable[..., Any]:

    def run(campaign: Any) -> Any:
        return rpc("LaunchCampaign", campaigns_pb2.LaunchCampaignRequest(id=campaign.id), as_=ADMIN)

    return run


@pytest.fixture
def members(rpc: Callable[..., Any]) -> Callable[[Any], dict[str, Any]]:
    """The members of a campaign by contact id."""

    def read(campaign: Any) -> dict[str, Any]:
        request = campaign_members_pb2.ListCampaignMembersRequest(filter=f"campaign_id = {campaign.id}", page_size=200)
        found = rpc("ListCampaignMembers", request, as_=ADMIN).campaign_members
        return {member.contact_id: member for member in found}

    return read


@pytest.fixture
def get_campaign(rpc: Callable[..., Any]) -> Callable[[Any], Any]:

    def read(campaign: Any) -> Any:
        return rpc("GetCampaign", standard_pb2.GetRequest(id=campaign.id), as_=ADMIN)

    return read
