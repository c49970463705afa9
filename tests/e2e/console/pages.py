"""Every page of the console: of each feature, list and record of each resource, and those before the sign-in."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, Request, expect

from deploy.dev.console import FOLDER
from tests.e2e.client import Api

_SOURCES = FOLDER / "src"
_PATH = re.compile(r'^\s*(?:\w+:.*)?path: "(/[^"$]*)"', re.M)
WITHOUT_PAGE = {"notifications", "saved_views"}
"""Resources that are shown in the bell and above lists only."""
_NOT_AWAITED = ("/v1/stream", "/v1/presence", "/v1/console_timings")
"""What has no end, and what outlives its page, so that nobody hears of its end."""
PATIENCE_MS = 60_000
"""A page on a busy machine."""
_WAITING = ".mantine-Loader-root, .mantine-Skeleton-root, [aria-busy=true]"


def own_pages() -> list[str]:
    """Addresses of the pages that the sources name, the sign-in and the first run among them."""
    named = [_SOURCES / "app" / "routes.tsx", *sorted(_SOURCES.glob("features/*/index.ts"))]
    return sorted({path for file in named for path in _PATH.findall(file.read_text())})


def resources(api: Api) -> list[str]:
    """The resources of which the person may see a list; parts of a record, such as messages, have none of their own."""
    described, paths = api.get("/v1/describe")["resources"], api.get("/openapi.json")["paths"]
    listed = {one["plural"] for one in described if one["can_list"] and f"/v1/{one['plural']}" in paths}
    return sorted(listed - WITHOUT_PAGE)


def records(api: Api) -> Iterator[tuple[str, str | None]]:
    """Each resource and the address of one of its records, None where there is none."""
    for plural in resources(api):
        found = api.get(f"/v1/{plural}", page_size=1)[plural]
        yield plural, f"/{plural}/{found[0]['id']}" if found else None


def make_one_of_each(api: Api) -> None:
    """A record of each kind that a call can create."""
    mark, soon = secrets.token_hex(4), (datetime.now(UTC) + timedelta(days=30)).isoformat()
    make = api.post
    account, contact = make("/v1/accounts", name="Quorum Mills")["id"], make("/v1/contacts", last_name="Quorum")["id"]
    other = make("/v1/accounts", name="Quorum Supplies")["id"]
    campaign = make("/v1/campaigns", name=f"Fair {mark}", channel="EMAIL")["id"]
    calendar = make(
        "/v1/business_calendars", name=f"Office {mark}", time_zone="Europe/Berlin",
        working_hours=[{"weekday": 1, "start": "09:00", "end": "17:00"}],
    )["id"]  # fmt: skip
    others: dict[str, dict[str, Any]] = {
        "account_relationships": {"from_account_id": account, "kind": "CUSTOMER", "to_account_id": other},
        "activities": {"type": "CALL", "subject": "Asked for an offer", "contact_id": contact},
        "affiliations": {"contact_id": contact, "account_id": account},
        "api_keys": {"name": f"Shop {mark}", "permissions": ["contacts.read"], "expires_at": soon},
        "campaign_members": {"campaign_id": campaign, "contact_id": contact},
        "leads": {"last_name": "Quorum", "company": "Quorum Mills"},
        "opportunities": {"name": "Mill stones", "account_id": account, "amount": {"amount": "10", "currency": "EUR"}},
        "opt_outs": {"email": f"{mark}@quorum.example", "reach": "ADDRESS"},
        "products": {"name": f"Mill {mark}", "price": {"amount": "10", "currency": "EUR"}},
        "segments": {"name": f"Mills {mark}", "kind": "STATIC"},
        "sla_policies": {
            "name": f"Fast {mark}",
            "calendar_id": calendar,
            "targets": [{"kind": "SOLUTION", "priority": "HIGH", "minutes": 480}],
        },
        "tasks": {"subject": "Call back"},
        "teams": {"name": f"North {mark}"},
        "templates": {"name": f"News {mark}", "subject": "News", "body_text": "News. {{ unsubscribe_url }}"},
        "territories": {"name": f"North {mark}"},
        "tickets": {"subject": "The mill stands still", "contact_id": contact},
    }
    for plural, fields in others.items():
        make(f"/v1/{plural}", **fields)
    # Of two that are alike and come together, the pair goes on the review list.
    twins = [{"last_name": "Quorum", "emails": [{"address": f"twin@{mark}.example"}]} for _ in range(2)]
    make("/v1/contacts:batchCreate", contacts=twins)
    loser = make("/v1/contacts", last_name="Quorum")["id"]
    make(f"/v1/contacts/{contact}:merge", loser_ids=[loser])


class Visit:
    """A page of the console that goes from address to address without loading anew."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._open: set[Any] = set()
        page.on("request", self._began)
        page.on("requestfinished", lambda request: self._open.discard(request))
        page.on("requestfailed", lambda request: self._open.discard(request))

    def _began(self, request: Request) -> None:
        if not request.url.endswith(_NOT_AWAITED):
            self._open.add(request)

    def go(self, path: str) -> None:
        """Shows an address below /app and waits until nothing more is to come."""
        self.page.evaluate("path => history.pushState({}, '', path)", f"/app{path}")
        self.settle()

    def load(self, path: str) -> None:
        """The same with a new document."""
        self.page.goto(f"/app{path}")
        self.settle()

    def settle(self) -> None:
        """Waits until the page has a heading, nothing is being read and nothing says that it waits."""
        self.page.locator("h1").first.wait_for()
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        expect(self.page.locator(_WAITING)).to_have_count(0)
        until = time.monotonic() + PATIENCE_MS / 1000
        while self._open:
            assert time.monotonic() < until, [f"{request.method} {request.url}" for request in self._open]
            self.page.wait_for_timeout(10)
