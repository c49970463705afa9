"""Dashboards show a role its figures, and every figure leads to the records it counts."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

PageAs = Callable[[str], Page]


def test_a_figure_leads_to_the_tickets_it_counts(page_as: PageAs) -> None:
    page = page_as("support_manager")
    page.goto("/app/dashboards")
    expect(page.get_by_text("figures as of")).to_be_visible()
    open_tickets = page.get_by_role("region", name="Open tickets", exact=True).get_by_role("link")
    count = re.sub(r"\D", "", open_tickets.inner_text())
    open_tickets.click()
    expect(page.get_by_role("heading", name="Tickets", level=1)).to_be_visible()
    expect(page.get_by_text(re.compile(rf"^{count} records?$"))).to_be_visible()


def test_a_cell_of_a_table_leads_to_its_records(page_as: PageAs) -> None:
    page = page_as("support_manager")
    page.goto("/app/dashboards?name=support")
    table = page.get_by_role("table", name="Tickets by status and priority")
    figure = table.get_by_role("row").nth(1).get_by_role("link").first
    count = re.sub(r"\D", "", figure.inner_text())
    figure.click()
    expect(page.get_by_text(re.compile(rf"^{count} records?$"))).to_be_visible()


def test_a_drawn_widget_is_a_table_for_those_who_want_one(page_as: PageAs, tmp_path: Path) -> None:
    page = page_as("sales_manager")
    page.goto("/app/dashboards?name=sales")
    widget = page.get_by_role("region", name="Open deals by stage", exact=True)
    expect(widget.get_by_role("img", name="Open deals by stage").locator("canvas")).to_be_visible()

    with page.expect_download() as picture:
        widget.get_by_role("button", name="More: Open deals by stage").click()
        page.get_by_role("menuitem", name="Export picture (PNG)").click()
    assert Path(picture.value.path()).read_bytes().startswith(b"\x89PNG")

    with page.expect_download() as download:
        widget.get_by_role("button", name="More: Open deals by stage").click()
        page.get_by_role("menuitem", name="Export CSV").click()
    rows = list(csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))

    widget.get_by_role("button", name="More: Open deals by stage").click()
    page.get_by_role("menuitem", name="Show as table").click()
    expect(widget.get_by_role("row")).to_have_count(len(rows))
    stage = widget.get_by_role("row").nth(1)
    expect(stage).to_contain_text(rows[1][0])
    stage.get_by_role("link").click()
    expect(page.get_by_text(re.compile(rf"^{rows[1][2]} records?$"))).to_be_visible()


def test_a_role_sees_the_dashboards_of_what_it_may_read(page_as: PageAs) -> None:
    page = page_as("support_manager")
    page.goto("/app/dashboards")
    expect(page.get_by_role("tab", name="Service")).to_be_visible()
    expect(page.get_by_role("tab", name="Sales")).to_have_count(0)


def test_who_may_see_no_figures_has_no_way_to_them(page_as: PageAs) -> None:
    page = page_as("support_agent")
    page.goto("/app/")
    expect(page.get_by_role("link", name="Tickets")).to_be_visible()
    expect(page.get_by_role("link", name="Dashboards")).to_have_count(0)
    token = page.request.put("/v1/browser_session").json()["access_token"]
    answer = page.request.get("/v1/dashboards/support", headers={"authorization": f"Bearer {token}"})
    assert answer.status == 403
