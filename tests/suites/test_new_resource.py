"""`make new-resource`: what it makes passes every test as it is and runs; two branches that use it do not meet."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import pytest

from deploy.dev import LauncherError, console
from deploy.dev.scaffold import resource_words_for
from tests import browser
from tests.copies import Copy

FIELDS = "valid_until:date total:money account_id:crm.contacts.account pages:number note:long_text sent:flag code:text"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """The repository, with a history, the console as it was built before, and with quotes in sales."""
    console.build(print)
    made = Copy(tmp_path_factory.mktemp("suite") / "crm")
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("add", ".")
    made.git("commit", "--quiet", "--message=before")
    told = made.run("make", "new-resource", "service=sales", "name=quote", f"fields={FIELDS}")
    assert "serves /v1/quotes." in told.stdout, told.stdout[-3000:] + told.stderr[-3000:]
    yield made
    made.remove()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_it_made_passes_every_test_as_it_is(copy: Copy) -> None:
    copy.must("python", "-m", "crm_contracts.tools", "check")
    copy.must("ruff", "check", ".")
    copy.must("ruff", "format", "--check", ".")
    copy.must("mypy", "services/sales/src")
    copy.must("lint-imports", "--no-cache")
    copy.must("python", "-m", "pytest", "-m", "not slow", "tests/architecture/test_structure.py")
    copy.must(
        "python", "-m", "pytest", "tests/architecture/test_migrations.py", "tests/architecture/test_deploy_files.py"
    )
    copy.must("python", "-m", "pytest", "services/sales/tests/quotes", "services/sales/tests/test_schema.py")
    copy.must("python", "-m", "pytest", "services/identity/tests/roles")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_it_is_called_through_the_gateway_by_whom_it_is_for(copy: Copy) -> None:
    calls = """
        from deploy.dev.demo.samples import load_samples
        from deploy.dev.instance import Instance
        from deploy.dev.load.client import Client
        from tests.e2e.client import Api, close_all

        with Instance("made") as suite:
            suite.start(["identity", "marketing", "sales"], mail=False)
            suite.wait_ready(120)
            admin = Api(suite.gateway_url, *suite.admin)
            roles = {role["name"]: role["id"] for role in admin.get("/v1/roles")["roles"]}
            for role in ("sales_rep", "support_agent"):
                email, password = f"{role}@x.example", "correct horse"
                admin.post("/v1/users", email=email, display_name=role, password=password, role_ids=[roles[role]])
            seller = Api(suite.gateway_url, "sales_rep@x.example", "correct horse")
            made = seller.post("/v1/quotes", name="Offer", total={"amount": "12.50", "currency": "EUR"}, sent=True)
            assert seller.get(f"/v1/quotes/{made['id']}") == made
            assert [one["name"] for one in seller.get("/v1/quotes", filter="sent = true")["quotes"]] == ["Offer"]
            agent = Api(suite.gateway_url, "support_agent@x.example", "correct horse")
            assert agent.http.get("/v1/quotes").status_code == 403
            with Client(suite.gateway_url, *suite.admin) as client:
                assert "3 quotes" in list(load_samples(client))
                assert client.count("quotes") == 4
                assert "3 quotes" in list(load_samples(client))
                assert client.count("quotes") == 4
            close_all(suite.gateway_url)
        suite.erase()
    """
    copy.must("python", "-c", textwrap.dedent(calls))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_console_shows_it_without_a_file_of_its_own(copy: Copy) -> None:
    if browser.COMMAND is None:
        pytest.skip("there is no Chromium here")
    if console.node() is None:
        pytest.skip("the console was not built: there is no Node.js here")
    visit = """
        import re
        from playwright.sync_api import expect, sync_playwright
        from deploy.dev.instance import Instance
        from tests import browser

        with Instance("shown") as suite, sync_playwright() as playwright:
            suite.start(["identity", "sales"], mail=False)
            suite.wait_ready(120)
            expect.set_options(timeout=60_000)
            launched = browser.launch(playwright)
            context = launched.new_context(base_url=suite.gateway_url, locale="en-GB")
            context.set_default_timeout(60_000)
            browser.sign_in(context, *suite.admin)
            page = context.new_page()
            page.goto("/app")
            page.get_by_role("navigation").get_by_role("link", name="Quotes").click()
            expect(page.get_by_role("heading", name="Quotes")).to_be_visible()
            for name, pages in (("Thin offer", "3"), ("Thick offer", "300")):
                page.goto("/app/quotes")
                page.get_by_role("button", name="New").click()
                form = page.get_by_role("dialog")
                form.get_by_label("Name").fill(name)
                form.get_by_label("Valid until").fill("2030-01-31")
                form.get_by_role("textbox", name="Total").fill("12.50")
                form.get_by_label("Pages").fill(pages)
                form.get_by_role("switch", name="Sent").check()
                form.get_by_role("button", name="Create").click()
                expect(page.get_by_role("heading", name=name)).to_be_visible()
            expect(page.get_by_text("12.50")).to_be_visible()
            page.get_by_role("button", name="Edit Code").click()
            page.get_by_label("Code").fill("Q-7")
            page.keyboard.press("Enter")
            expect(page.get_by_text("Q-7").first).to_be_visible()
            page.goto("/app/quotes")
            expect(page.get_by_role("link", name="Thin offer")).to_be_visible()
            page.get_by_role("button", name="Filter").click()
            page.get_by_role("combobox", name="Field").click()
            page.get_by_role("option", name="Pages").click()
            page.get_by_role("combobox", name="Comparison").click()
            page.get_by_role("option", name="more than").click()
            page.get_by_label("Value").fill("100")
            page.get_by_role("button", name="Apply").click()
            expect(page).to_have_url(re.compile("filter="))
            expect(page.get_by_role("link", name="Thin offer")).to_have_count(0)
            expect(page.get_by_role("link", name="Thick offer")).to_be_visible()
            launched.close()
        suite.erase()
    """
    copy.must("python", "-c", textwrap.dedent(visit))


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_two_branches_that_each_add_a_resource_are_merged_without_a_conflict_in_what_is_generated(copy: Copy) -> None:
    copy.git("checkout", "--quiet", "-b", "quotes")
    copy.git("add", ".")
    copy.git("commit", "--quiet", "--message=quotes")
    copy.git("checkout", "--quiet", "-b", "notes", "main")
    told = copy.run("make", "new-resource", "service=contacts", "name=note")
    assert "serves /v1/notes." in told.stdout, told.stdout[-3000:] + told.stderr[-3000:]
    copy.git("add", ".")
    copy.git("commit", "--quiet", "--message=notes")
    merged = copy.run("git", *Copy.AUTHOR, "merge", "--quiet", "quotes")
    unmerged = copy.git("diff", "--name-only", "--diff-filter=U").split()
    # People decide what the roles and the demo company get of both; nobody decides what follows from the contracts.
    assert set(unmerged) <= {"services/identity/src/crm_identity/roles/builtin.py", "deploy/dev/demo/samples.yaml"}, (
        merged
    )
    for name in unmerged:
        copy.git("checkout", "--theirs", name)
    copy.must("python", "-m", "crm_contracts.tools", "build")
    copy.must("python", "-m", "crm_contracts.tools", "check")


@pytest.mark.parametrize(
    ("service", "resource", "fields", "complaint"),
    [
        ("billing", "quote", [], "There is no service billing"),
        ("sales", "Quote", [], "name it in snake_case"),
        ("sales", "task", [], "/v1/tasks is taken"),
        ("sales", "quote", ["total"], "a field is one of"),
        ("sales", "quote", ["total:cash"], "a field is one of"),
        ("sales", "quote", ["account_id:crm.contacts.firm"], "a field is one of"),
        ("sales", "quote", ["owner_id:text"], "cannot be a field"),
        ("sales", "quote", ["class:text"], "cannot be a field"),
        ("sales", "quote", ["total:money", "total:date"], "named twice"),
    ],
)
def test_what_cannot_be_is_refused(service: str, resource: str, fields: list[str], complaint: str) -> None:
    with pytest.raises(LauncherError, match=complaint):
        resource_words_for(service, resource, fields)
