"""The console in a real browser: what staff see and do, by mouse and by keys."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from mailbot.console.server import listen, serving
from tests.console.browser import chromium, log_in, pictures_folder
from tests.console.conftest import PASSWORD, ConsoleDesk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pictures_folder(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def address(desk: ConsoleDesk) -> Iterator[str]:
    with serving(desk.app, listen("127.0.0.1", 0)) as found:
        yield found


@pytest.fixture
def page_of(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Return the page of somebody who has logged in, with the browser's options."""
    contexts = []

    def page(login: str, **options: object) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1360, "height": 900}, "base_url": address, "locale": "en-GB", **options}
        )
        contexts.append(context)
        made = log_in(context, address, login, PASSWORD)
        made.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        return made

    yield page
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark", {"color_scheme": "dark"}),
        ("phone", {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}),
        ("chinese", {"locale": "zh-CN"}),
    ],
)
def test_every_page_is_pictured_and_nothing_runs_over_its_edge(page_of, pictures, desk, name, options):
    page = page_of("administrator", **options)
    numbers = [desk.waiting(reason)[1] for reason in ("co_term_review", "contact_not_on_file", "ambiguous_quantity")]
    paths = ["/", *(f"/cases/{number}" for number in numbers), "/ledger", "/insight", "/health", "/trail", "/admin"]
    for path in paths:
        page.goto(path)
        page.screenshot(path=pictures / f"{name}-{path.strip('/').replace('/', '-') or 'queue'}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
