"""Makes the pictures of the README from the running suite with the demo company: `make screenshots`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from deploy.dev.instance import Instance
from deploy.dev.supervisor import read_json
from tests import browser
from tests.e2e.console.pages import Visit

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
SIZE = {"width": 1280, "height": 800}


def main() -> None:
    """Takes one picture per page, as a sales manager sees it, in docs/pictures."""
    instance = Instance("dev", detached=True)
    email, password = next(user for user in instance.load_demo().items() if user[0].startswith("sales_manager@"))
    account = (read_json(instance.run_dir / "demo-state.json") or {})["account_id"]
    pages = {
        "customer": (f"/accounts/{account}", ".mantine-Timeline-item"),
        "board": ("/opportunities?layout=board", ".board-card"),
        "dashboard": ("/dashboards?name=sales", "[role=img] canvas"),
    }
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        launched = browser.launch(playwright)
        context = launched.new_context(
            base_url=instance.gateway_url, viewport=SIZE, locale="en-GB", reduced_motion="reduce"  # type: ignore[arg-type]
        )  # fmt: skip
        context.set_default_timeout(120_000)
        browser.sign_in(context, email, password)
        shown = Visit(context.new_page())
        for name, (path, drawn_last) in pages.items():
            shown.load(path)
            shown.page.locator("header [aria-haspopup=menu]").wait_for()
            shown.page.locator(drawn_last).first.wait_for()
            shown.settle()
            shown.page.screenshot(path=FOLDER / f"{name}.png")
        launched.close()


if __name__ == "__main__":
    main()
