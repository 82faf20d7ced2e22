"""The console attacked: by mails in a real browser, by other pages, by other people's sessions, by guessing."""

import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mailbot.console.foreign import cleaned
from mailbot.console.routes import ROUTES
from mailbot.console.server import listen, serving
from mailbot.domain.staff import StaffRole
from tests.console.browser import chromium, log_in
from tests.console.conftest import PASSWORD, desk, logged_in, visitor, worked_desk
from tests.console.visitor import Visitor
from tests.security.payloads import payloads

__all__ = ["desk", "logged_in", "visitor", "worked_desk"]  # fixtures

PER_MAIL = 15
ACTS = re.compile(
    r"<script|<iframe|<svg|<object|<embed|<form|<meta|<link|<base|<input|<style|\son\w+\s*=|javascript:|url\(|position\s*:"
    r"|\ssrc|\shref|srcset|@import",
    re.IGNORECASE,
)


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server that remembers what was asked of it: (address, paths)."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("payload", payloads("http://canary.example"), ids=lambda payload: ascii(payload[:40]))
def test_nothing_that_acts_or_loads_passes_the_cleaning(payload):
    shown = re.sub(r">[^<]*", ">", f">{cleaned(payload)}")  # what stands between tags is text
    assert not ACTS.search(shown)


def hostile(number: int, fragments: list[str]) -> bytes:
    """Return a mail whose HTML, text, names and files carry the fragments."""
    line = " ".join("".join(fragments[:3]).split())
    inside = "\r\n".join(f"<div>{fragment}</div>" for fragment in fragments)
    return (
        f'From: "{line.replace(chr(34), "").replace(chr(92), "")[:300]}" <m{number}@mallory.example>\r\n'
        f"To: quotes@seller.example\r\nSubject: {line[:400]}\r\nMessage-ID: <{number}@mallory.example>\r\n"
        f'Date: Fri, 20 Nov 2026 09:00:00 +0000\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
        f"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Please look at this soon.</p>{inside}\r\n"
        f"--x\r\nContent-Type: image/svg+xml\r\nContent-Disposition: attachment;\r\n filename*=utf-8''%3Csvg%20onload"
        f"%3Dalert(1)%3E.svg\r\n\r\n<svg xmlns='http://www.w3.org/2000/svg'>{inside}</svg>\r\n--x--\r\n"
    ).encode("utf-8", "replace")


def test_no_payload_runs_or_calls_in_a_real_browser(desk, canary):
    address, asked = canary
    every = payloads(address)
    assert len(every) >= 150
    groups = [every[at : at + PER_MAIL] for at in range(0, len(every), PER_MAIL)]
    desk.take(*(hostile(number, fragments) for number, fragments in enumerate(groups)))
    with desk.store.begin() as uow:
        items = list(uow.reviews.list())[-len(groups) :]
    with chromium() as browser, serving(desk.app, listen("127.0.0.1", 0)) as console:
        context = browser.new_context(base_url=console, locale="en-GB")
        page = log_in(context, console, "agent", PASSWORD)
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        for item in items:
            page.goto(f"/cases/{item.case_number}")
            page.locator("details.html summary").first.click()
            frame = page.frame_locator("details.html iframe").first
            assert "Please look at this soon" in frame.locator("body").inner_text()
            assert page.evaluate("window.hacked") is None
            assert page.url == f"{console}/cases/{item.case_number}"
        page.goto("/")
        page.goto("/search?q=mallory")
        page.wait_for_timeout(300)
        assert page.evaluate("window.hacked") is None
        context.close()
    assert asked == []


NEST = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
BROKEN = {
    "type": b"Content-Type: text/\xff\xfe; name=\xff\r\n\r\nx",
    "file": NEST + b'--b\r\nContent-Type: a/\xff\r\nContent-Disposition: attachment; filename="\xff"\r\n\r\nx\r\n--b--',
    "nested": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3000,
    "mails in mails": b"Content-Type: message/rfc822\r\n\r\n" * 3000,
    "brackets": b"To: " + b"(" * 5000 + b"\r\n\r\nx",
    "charset": b"Content-Type: text/html; charset=\xff\xfe\r\n\r\n<p>\xff",
    "tags": b"Content-Type: text/html\r\n\r\n" + b"<a " * 1000,
    "depth": b"Content-Type: text/html\r\n\r\n" + b"<div>x" * 300 + b"<b>" * 30_000,
    "surrogates": "Subject: =?utf-8?b?7aC9?=\r\n\r\n\ud83d".encode("utf-8", "surrogatepass"),
    "nothing": b"From: x@broken.example\r\n\r\n",
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_mail_breaks_no_page(desk, logged_in, case):
    desk.take(b"From: x@broken.example\r\nMessage-ID: <broken@x.example>\r\n" + BROKEN[case])
    with desk.store.begin() as uow:
        item = uow.reviews.list()[-1]
    viewer = logged_in("viewer")
    for path in (
        "/",
        f"/cases/{item.case_number}",
        f"/cases/{item.case_number}/mails/{item.inbox_id}/html",
        "/search?q=x",
    ):
        assert viewer.get(path).status in (200, 404)


POSTS = [page for page in ROUTES if page.method == "POST"]
FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "http://localhost:81"},
    {"origin": "https://localhost"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "none"},
]


def filled(path: str, number: str, item: int) -> str:
    path = path.replace("{number}", number).replace("{item:int}", str(item)).replace("{login}", "viewer")
    return re.sub(r"\{\w+:int\}", "1", path)


@pytest.mark.parametrize("page", POSTS, ids=lambda page: page.path)
def test_no_form_of_another_page_is_taken(desk, logged_in, page):
    visitor = logged_in("administrator")
    item, number = desk.waiting("co_term_review")
    before = _state(desk)
    for headers in FOREIGN if page is POSTS[-1] else FOREIGN[::5]:
        assert visitor.post(filled(page.path, number, item), {"case": number}, **headers).status in (403, 303)
    for token in ("", "0" * 64, visitor.token[:-1], visitor.token.upper(), "\u00e9")[: 5 if page is POSTS[-1] else 1]:
        answer = visitor.post(filled(page.path, number, item), {"case": number, "token": token})
        assert answer.status == 403
    assert _state(desk) == before


def _state(desk):
    with desk.store.begin() as uow:
        staff = [(user.login, user.role, user.disabled) for user in uow.staff.list()]
        return [item.id for item in uow.reviews.list()], staff, list(uow.switches.on()), len(uow.audit.newest(1000))


@pytest.mark.parametrize("role", ["viewer", "agent", "approver"])
def test_no_number_in_an_address_opens_what_belongs_elsewhere(desk, logged_in, role):
    visitor = logged_in(role)
    with desk.store.begin() as uow:
        items = {item.case_number: item for item in uow.reviews.list()}
    first, second = list(items)[:2]
    for page in ROUTES:
        if page.method != "GET" or "{number}" not in page.path or ":int" not in page.path:
            continue
        for wrong in (items[second].inbox_id, 0, 99999, 2**63, 10**30):
            path = re.sub(r"\{(mail|reply):int\}", str(wrong), page.path.replace("{number}", first))
            assert visitor.get(re.sub(r"\{\w+:int\}", "0", path)).status == 404, path
    for number in ("Q-2026-99999", "../admin", "Q-2026-00001%00", "%2e%2e", "'", "0", "Q-2026-00001/../../admin"):
        assert visitor.get(f"/cases/{number}").status in (404, 400)


@pytest.mark.parametrize("role", [role for role in StaffRole if role is not StaffRole.ADMINISTRATOR])
@pytest.mark.parametrize(
    "page", [page for page in ROUTES if page.role is StaffRole.ADMINISTRATOR], ids=lambda p: p.path
)
def test_administration_is_closed_to_every_other_role(desk, logged_in, page, role):
    visitor, before = logged_in(role.value), _state(desk)
    fields = {"login": "mallory", "name": "M", "role": "administrator", "password": "a long password", "act": "disable"}
    path = filled(page.path, "Q-2026-00001", 1)
    answer = visitor.get(path) if page.method == "GET" else visitor.post(path, fields)
    assert answer.status == 403
    assert _state(desk) == before


def test_a_session_given_by_an_attacker_is_not_the_one_that_logs_in(desk):
    attacker, victim = Visitor(desk.app), Visitor(desk.app)
    attacker.get("/login")
    victim.cookies.update(attacker.cookies)
    assert victim.log_in("agent", PASSWORD).status == 303
    assert victim.cookies != attacker.cookies
    assert attacker.get("/").status == 303


@pytest.mark.parametrize("secret", ["", "0" * 64, "a" * 10_000, "../x", "null", "%00", "\u00e9", "' OR 1=1 --"])
def test_a_made_up_session_is_nobody(desk, logged_in, secret):
    name = next(iter(logged_in("agent").cookies))
    assert Visitor(desk.app, cookies={name: secret.encode("utf-8").decode("latin-1")}).get("/").status in (303, 400)


def test_no_secret_of_a_session_lies_in_the_database(desk, logged_in):
    visitor = logged_in("agent")
    secrets = [*visitor.cookies.values(), visitor.token, PASSWORD]
    stored = b"".join(path.read_bytes() for path in desk.installation.folder.rglob("mailbot.sqlite3*"))
    assert all(secret.encode() not in stored for secret in secrets if len(secret) > 8)


def test_guesses_from_many_addresses_get_nowhere(desk):
    statuses = set()
    for number in range(80):
        visitor = Visitor(desk.app, address=f"10.0.0.{number % 20}")
        statuses.add(visitor.log_in("agent", f"guess {number}").status)
    assert statuses <= {403, 429}
    assert Visitor(desk.app, address="10.9.9.9").log_in("agent", PASSWORD).status != 303


@pytest.mark.parametrize("page", [page for page in ROUTES if page.method == "GET"], ids=lambda page: page.path)
def test_every_answer_refuses_frames_sniffing_and_caches(desk, logged_in, page):
    item, number = desk.waiting("co_term_review")
    answer = logged_in("administrator").get(filled(page.path.replace("{name}", "console.css"), number, item))
    assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "cache-control" in answer.headers


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "file:///etc/passwd"])
def test_no_form_makes_the_console_call_an_address(desk, logged_in, canary, url):
    visitor = logged_in("administrator")
    address, asked = canary
    for page in POSTS:
        if page.files or "logout" in page.path or "users" in page.path:
            continue
        names = ("url", "address", "host", "webhook", "next", "text", "note", "name", "q", "password_file", "logo")
        visitor.post(
            filled(page.path, "Q-2026-00001", 1), {**dict.fromkeys(names, url), "webhook": address, "case": "x"}
        )
    assert asked == []


@pytest.mark.parametrize(
    "fragment", ["<div>", "<b>", "<x>", "<font color=red>", "<table><tr><td>", "<a ", "<!--", "&#"]
)
def test_a_page_of_anything_is_cleaned_in_time(fragment):
    started = time.process_time()
    cleaned(fragment * (500_000 // len(fragment)))
    assert time.process_time() - started < 3
