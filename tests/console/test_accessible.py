"""Every page passes axe (WCAG 2.2 AA), light and dark, on a desk and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mailbot.console.server import listen, serving
from tests.console.browser import chromium, log_in
from tests.console.conftest import PASSWORD

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize(
    "options",
    [{"color_scheme": "light"}, {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}}],
    ids=["light", "dark-phone"],
)
def test_axe_finds_nothing(browser, desk, options):
    cases = [desk.waiting(reason)[1] for reason in ("co_term_review", "ambiguous_quantity")]
    paths = ["/", *(f"/cases/{number}" for number in cases), "/search?words=jira", "/ledger", "/insight", "/health"]
    found = {}
    with serving(desk.app, listen("127.0.0.1", 0)) as address:
        # The pages' policy forbids foreign scripts, axe among them; Chromium is told to let this one in.
        context = browser.new_context(bypass_csp=True, base_url=address, locale="en-GB", **options)
        page = context.new_page()
        page.goto("/login")
        found["/login"] = violations(page)
        page = log_in(context, address, "administrator", PASSWORD)
        for path in [*paths, "/trail", "/admin", "/admin/import", "/admin/names", "/me", "/nowhere"]:
            page.goto(path)
            for details in page.locator("details").all():
                details.evaluate("element => element.open = true")
            found[path] = violations(page)
        context.close()
    assert {path: errors for path, errors in found.items() if errors} == {}


def violations(page) -> list[str]:
    """Return what axe finds on the page, with the first place of each."""
    page.evaluate(AXE)
    result = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:160]}" for v in result["violations"]]
