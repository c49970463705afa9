"""The browser of this machine, in which the console is tried."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, BrowserContext, Playwright

COMMAND = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""Chromium without a window, which takes half the processor time, else with all its parts; None if there is neither."""


def launch(playwright: Playwright) -> Browser:
    """Starts it. Whoever calls this has looked whether there is one."""
    return playwright.chromium.launch(executable_path=COMMAND, args=["--no-sandbox"])


def sign_in(context: BrowserContext, email: str, password: str) -> None:
    """Gives the pages of a context the session of a user, as the page of the sign-in would."""
    answer = context.request.post("/v1/browser_session", data={"email": email, "password": password})
    assert answer.ok, answer.text()
    context.add_init_script("if (location.protocol !== 'about:') localStorage.setItem('crm-signed-in', '1')")
