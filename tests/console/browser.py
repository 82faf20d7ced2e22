"""Debian's Chromium by Playwright, and where its pictures go."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ABSENT = "no chromium: install the Debian package chromium"


def pictures_folder(fallback: Path) -> Path:
    """Return the folder of the pictures: MAILBOT_ARTEFACTS, else a temporary one."""
    folder = Path(os.environ.get("MAILBOT_ARTEFACTS", fallback))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser without a window for the time of the block."""
    if CHROMIUM is None:
        pytest.skip(ABSENT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


def log_in(context: BrowserContext, address: str, login: str, password: str) -> Page:
    """Return a page on which somebody has logged in by hand."""
    page = context.new_page()
    page.goto(f"{address}/login")
    page.locator("#login").fill(login)
    page.locator("#password").fill(password)
    page.locator("button.main").click()
    page.wait_for_url(f"{address}/")
    return page
