"""A file becomes records: its columns are mapped, it is tried, then imported; what failed is told."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.client import Api, eventually

PageAs = Callable[..., Page]


def test_a_file_of_an_older_program_is_imported(page_as: PageAs, staff: dict[str, Api]) -> None:
    company = f"Import {uuid.uuid4().hex[:12]}"
    lines = (
        "Nachname;Firma;E-Mail;Status;Schuhgröße",
        f"Müller;{company};mueller@import.example;in Arbeit;42",
        f"Broken;{company};no address;New;43",
    )
    page = page_as("sales_manager")
    page.goto("/app/imports")
    page.get_by_role("link", name="Import a file").click()
    page.get_by_role("combobox", name="What the rows are").click()
    page.get_by_role("option", name="Leads").click()
    content = "\n".join(lines).encode("windows-1252")
    page.locator("input[type=file]").set_input_files(
        files=[FilePayload(name="leads.csv", mimeType="text/csv", buffer=content)]
    )
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("combobox", name="Field of column Nachname")).to_have_value("Last name")
    expect(page.get_by_role("combobox", name="Field of column E-Mail")).to_have_value("Email")
    expect(page.get_by_text("Columns that are not imported: Schuhgröße")).to_be_visible()
    page.get_by_role("combobox", name="in Arbeit").click()
    page.get_by_role("option", name="Working").click()

    page.get_by_role("button", name="Try without effect").click()
    expect(page.get_by_role("status").get_by_text("Done")).to_be_visible()
    expect(page.get_by_text("Encoding: Windows-1252, Delimiter: Semicolon (;)")).to_be_visible()
    expect(page.locator("[data-count=created]")).to_contain_text("1")
    expect(page.get_by_role("table", name="Rows that were not applied")).to_contain_text("no address")
    mine = f'company = "{company}"'
    assert staff["sales_manager"].get("/v1/leads", filter=mine)["leads"] == []

    page.get_by_role("button", name="Import", exact=True).click()
    expect(page).to_have_url(re.compile(r"/app/imports/[0-9a-f-]{36}$"))
    expect(page.get_by_role("status").get_by_text("Done")).to_be_visible()
    (lead,) = eventually(lambda: staff["sales_manager"].get("/v1/leads", filter=mine)["leads"])
    assert (lead["last_name"], lead["status"]) == ("Müller", "WORKING")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download failed rows").click()
    assert "Broken" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    for store in ("localStorage", "sessionStorage"):
        assert "import.example" not in page.evaluate(f"JSON.stringify({store})"), "the file is not kept"


def test_an_encoding_that_cannot_be_guessed_is_asked_for_and_short_rows_are_told(page_as: PageAs) -> None:
    name = f"田中{uuid.uuid4().hex[:12]}"
    page = page_as("sales_manager", refused=["400 POST"])
    page.goto("/app/imports/new")
    page.get_by_role("combobox", name="What the rows are").click()
    page.get_by_role("option", name="Leads").click()
    content = f"Last name,Company,City\n{name},東京電力,東京\n鈴木,大阪商事\n".encode("cp932")
    page.locator("input[type=file]").set_input_files(
        files=[FilePayload(name="leads.csv", mimeType="text/csv", buffer=content)]
    )
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Try without effect").click()
    expect(page.get_by_role("alert")).to_contain_text("is none that can be guessed")

    page.get_by_role("combobox", name="Encoding").click()
    page.get_by_role("option", name="Shift JIS").click()
    expect(page.get_by_role("table", name="Columns")).to_contain_text(name)
    page.get_by_role("button", name="Try without effect").click()
    expect(page.get_by_role("status").get_by_text("Done")).to_be_visible()
    expect(page.get_by_text("1 row has fewer cells than the header.")).to_be_visible()
    expect(page.get_by_text("Encoding: Shift JIS")).to_be_visible()
    expect(page.locator("[data-count=created]")).to_contain_text("2")


def test_who_may_not_import_sees_nothing_of_it(page_as: PageAs) -> None:
    page = page_as("sales_rep")
    page.goto("/app")
    expect(page.get_by_role("link", name="Leads", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Imports")).to_have_count(0)
    page.goto("/app/imports/new")
    expect(page.get_by_role("button", name="Choose a file")).to_have_count(0)
