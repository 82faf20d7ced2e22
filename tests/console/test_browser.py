"""The console in a real browser: what staff see and do, by mouse and by keys."""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mailbot.console.server import listen, serving
from tests.console.browser import chromium, log_in, pictures_folder
from tests.console.conftest import PASSWORD, ConsoleDesk

PHONE = {"width": 390, "height": 844}


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
        ("phone", {"viewport": PHONE, "device_scale_factor": 2}),
        ("chinese", {"locale": "zh-CN"}),
    ],
)
def test_every_page_is_pictured_and_nothing_runs_over_its_edge(page_of, pictures, desk, name, options):
    page = page_of("administrator", **options)
    numbers = [desk.waiting(reason)[1] for reason in ("co_term_review", "contact_not_on_file", "ambiguous_quantity")]
    rest = ["/ledger", "/insight", "/health", "/trail", "/admin", "/admin/import", "/me", "/search?words=jira"]
    for path in ["/", *(f"/cases/{number}" for number in numbers), *rest]:
        page.goto(path)
        told = re.sub(r"\W+", "-", path).strip("-") or "queue"
        page.screenshot(path=pictures / f"{name}-{told}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_the_login_is_pictured(browser, address, pictures):
    for name, options in (("light", {}), ("dark-phone", {"color_scheme": "dark", "viewport": PHONE})):
        with contextlib.closing(browser.new_context(**options)) as context:
            page = context.new_page()
            page.goto(f"{address}/login")
            page.screenshot(path=pictures / f"{name}-login.png")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_field_lights_up_its_words_and_words_light_up_their_field(page_of, desk, pictures):
    page = page_of("agent")
    page.goto(f"/cases/{desk.waiting('ambiguous_quantity')[1]}")
    site, words = page.locator('[data-field="requests[0].site"]'), page.locator('mark[data-fields="requests[0].site"]')
    site.hover()
    expect(words).to_have_class("lit")
    page.mouse.move(0, 0)
    expect(words).not_to_have_class("lit")
    site.locator("input").focus()
    expect(words).to_have_class("lit")
    disputed = page.locator("mark.disputed")
    expect(disputed).to_have_text("50 到 60")
    disputed.focus()
    expect(page.locator('.field.lit[data-field="requests[0].lines[0].users"]')).to_have_count(1)
    page.screenshot(path=pictures / "evidence.png")


def test_the_draft_follows_the_fields_at_once_and_one_click_sends_it(page_of, desk, pictures):
    number = desk.waiting("ambiguous_quantity")[1]
    page = page_of("agent")
    page.goto(f"/cases/{number}")
    page.locator('input[name="requests[0].lines[0].users"]').fill("55")
    expect(page.locator(".draft .total")).to_contain_text("3,135.00")
    expect(page.locator("#draft")).to_contain_text("With your changes the case would be: Quoted")
    page.screenshot(path=pictures / "recalculated.png", full_page=True)
    page.get_by_role("button", name="Set right and go on").click()
    expect(page.get_by_role("status")).to_contain_text(f"{number} corrected")
    assert desk.outbox(number)[-1] == ("quote", "ready")
    page.keyboard.press("u")
    page.wait_for_url(f"**/cases/{number}")
    assert desk.outbox(number)[-1] == ("quote", "withdrawn")


def test_everything_can_be_done_by_keys(page_of, desk):
    page = page_of("agent")
    number = desk.waiting("co_term_review")[1]
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{number}")
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_focused()
    page.locator("#note").blur()
    page.keyboard.press("e")
    expect(page.locator("#correct select").first).to_be_focused()
    page.locator("#correct select").first.blur()
    page.keyboard.press("r")
    expect(page.locator("#answer")).to_be_focused()
    page.locator("#answer").blur()
    page.keyboard.press("w")
    expect(page.locator("#words")).to_be_focused()
    page.locator("#words").blur()
    page.keyboard.press("q")
    expect(page.locator('input[name="field"]').first).to_be_focused()
    page.locator('input[name="field"]').first.blur()
    page.keyboard.press("m")
    expect(page.locator("#into")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("#decline")).to_be_focused()
    page.locator("#decline").blur()
    page.keyboard.press("x")
    expect(page.locator("#no-request")).to_be_focused()
    page.locator("#no-request").blur()
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.locator("#find").blur()
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("approved")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/")


def test_a_reply_is_edited_asked_merged_and_split_by_mouse(page_of, desk, pictures):
    one, other = desk.waiting("contact_not_on_file")[1], desk.waiting("ambiguous_quantity")[1]
    desk.deliver()
    page = page_of("agent")
    page.goto(f"/cases/{other}")
    page.locator("summary", has_text="Merge or split").click()
    page.locator("#into").fill(one)
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The cases are one now")
    page.screenshot(path=pictures / "merged.png", full_page=True)
    page.get_by_label("split off").last.check()
    page.locator("summary", has_text="Merge or split").click()
    page.get_by_role("button", name="Make the chosen mails a case of their own").click()
    expect(page.get_by_role("status")).to_contain_text("a case of their own now")
    page.locator("summary", has_text="Ask").click()
    page.get_by_role("button", name="Send the question").click()
    expect(page.get_by_role("status")).to_contain_text("asked for what is missing")
    number = desk.waiting("co_term_review")[1]
    page.goto(f"/cases/{number}")
    page.locator("summary", has_text="Edit the reply").click()
    words = page.locator("#words")
    words.fill(words.input_value().replace("Thank you for your request.", "Thank you, it was good to talk to you."))
    page.screenshot(path=pictures / "edited.png", full_page=True)
    page.get_by_role("button", name="Send in these words").click()
    expect(page.get_by_role("status")).to_contain_text("approved")
    assert "it was good to talk to you" in page.request.get(f"/cases/{number}").text()


def test_a_merge_is_taken_back_by_one_key(page_of, desk, pictures):
    one, other = desk.waiting("contact_not_on_file")[1], desk.waiting("ambiguous_quantity")[1]
    desk.deliver()
    page = page_of("agent")
    page.goto(f"/cases/{other}")
    page.locator("summary", has_text="Merge or split").click()
    page.locator("#into").fill(one)
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The cases are one now")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.screenshot(path=pictures / "can-be-undone.png", full_page=True)
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("It is taken back")
    page.screenshot(path=pictures / "undone.png", full_page=True)
    assert desk.waiting("ambiguous_quantity")[1] == other


def test_two_browsers_that_approve_at_once_send_once(page_of, desk, pictures):
    one, other = page_of("agent"), page_of("approver")
    number = desk.waiting("co_term_review")[1]
    one.goto(f"/cases/{number}")
    other.goto(f"/cases/{number}")
    expect(other.locator("#lookers")).to_contain_text("agent")
    one.get_by_role("button", name="Approve and send").click()
    other.get_by_role("button", name="Approve and send").click()
    expect(one.get_by_role("status")).to_contain_text("approved")
    expect(other.get_by_role("alert").last).to_contain_text("approved by agent")
    other.screenshot(path=pictures / "moved-on.png")
    assert [kind for kind, _ in desk.outbox(number)].count("quote") == 1


def test_the_console_works_without_a_script(page_of, desk):
    page = page_of("agent", java_script_enabled=False)
    number = desk.waiting("ambiguous_quantity")[1]
    page.get_by_role("link", name=number).click()
    page.locator('input[name="requests[0].lines[0].users"]').fill("55")
    page.get_by_role("button", name="Recalculate").click()
    expect(page.locator(".draft .total")).to_contain_text("3,135.00")
    page.get_by_role("button", name="Set right and go on").click()
    expect(page.get_by_role("status")).to_contain_text("corrected")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_contain_text(number)
    page.locator("summary", has_text="Decline").click()
    page.locator("#decline").fill("We cannot offer this.")
    page.get_by_role("button", name="Send the refusal").click()
    expect(page.get_by_role("status")).to_contain_text("declined")
