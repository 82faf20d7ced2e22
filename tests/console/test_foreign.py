"""Mail is hostile: nothing in it runs, loads, leads away or dresses up as the console."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from starlette.datastructures import Headers

from mailbot.console.export import csv_text
from mailbot.console.foreign import cleaned, download_headers, html_of
from mailbot.console.guard import comes_from_us
from mailbot.console.server import listen, serving
from tests.console.browser import chromium, log_in
from tests.console.conftest import PASSWORD

CANARY = "http://127.0.0.1:{port}"
HOSTILE = [
    "<script>fetch('{c}/1')</script>",
    "<img src='{c}/2' onerror=\"fetch('{c}/3')\">",
    "<svg onload=\"fetch('{c}/4')\"><image href='{c}/5'/></svg>",
    '<div style="background:url({c}/6)">x</div>',
    "<style>@import url('{c}/7'); body {{ background: url('{c}/8') }}</style>",
    "<link rel=stylesheet href='{c}/9'><link rel=prefetch href='{c}/10'>",
    "<iframe src='{c}/11'></iframe><object data='{c}/12'></object><embed src='{c}/13'>",
    "<form action='{c}/14'><button autofocus onfocus=\"fetch('{c}/15')\">Approve and send</button></form>",
    "<a href='javascript:fetch(\"{c}/16\")'>open</a><a href='{c}/17' ping='{c}/18'>bank</a>",
    "<meta http-equiv=refresh content='0;url={c}/19'><base href='{c}/'>",
    "<table background='{c}/20'><td background='{c}/21'>x</td></table>",
    "<video poster='{c}/22' src='{c}/23'></video><audio src='{c}/24'></audio>",
    "<details open ontoggle=\"fetch('{c}/25')\">x</details><input type=image src='{c}/26'>",
    "<div style='position:fixed;inset:0;z-index:99'>mailbot: log in again</div>",
    "<math><mtext><table><mglyph><style><img src=x onerror=\"fetch('{c}/27')\">",
    "<noscript><p title=\"</noscript><img src=x onerror=fetch('{c}/28')>\">",
    "<font style='behavior:url({c}/29);-moz-binding:url({c}/30)'>x</font>",
    "<img srcset='{c}/31 1x'><picture><source srcset='{c}/32'></picture>",
    "<body onload=\"fetch('{c}/33')\"><template><img src='{c}/34'></template>",
    "<label for=find>click me</label><select><option><img src='{c}/35'></select>",
]


class Canary:
    """A server that remembers what was asked of it."""

    def __init__(self) -> None:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self.asked = asked
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = CANARY.format(port=self.server.server_port)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def hostile_mail(address: str) -> bytes:
    html = "".join(part.format(c=address) for part in HOSTILE)
    return (
        "From: =?utf-8?q?=E2=80=AEgro=2Ellesrep?= <mallory@reseller.example>\r\nTo: quotes@seller.example\r\n"
        "Subject: <b>Quote</b> <script>alert(1)</script>\r\nMessage-ID: <hostile@reseller.example>\r\n"
        "Date: Fri, 20 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
        f"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Please look at this order &lt;img src=x "
        f"onerror=alert(2)&gt; soon.</p>{html}\r\n"
        '--x\r\nContent-Type: text/html; name="..\\\\..\\\\evil\\u202Egpj.html"\r\n'
        'Content-Disposition: attachment; filename="../../evil.html"\r\n\r\n<script>alert(3)</script>\r\n--x--\r\n'
    ).encode()


def test_nothing_of_a_hostile_mail_runs_or_calls_in_a_real_browser(desk):
    canary = Canary()
    desk.take(hostile_mail(canary.address))
    with desk.store.begin() as uow:
        item = uow.reviews.list()[-1]
    with chromium() as browser, serving(desk.app, listen("127.0.0.1", 0)) as address:
        context = browser.new_context(base_url=address, locale="en-GB")
        page = log_in(context, address, "agent", PASSWORD)
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        page.goto(f"/cases/{item.case_number}")
        page.locator("details.html summary").click()
        frame = page.frame_locator("details.html iframe")
        assert "Please look at this order" in frame.locator("body").inner_text()
        page.goto(f"/cases/{item.case_number}/mails/{item.inbox_id}/html")
        page.wait_for_timeout(500)
        context.close()
    assert canary.asked == []


@pytest.mark.parametrize("part", HOSTILE)
def test_what_acts_or_loads_does_not_pass_the_cleaning(part):
    html = cleaned(part.format(c="http://canary.example"))
    for word in ("canary", "script", "onerror", "onload", "position", "<form", "<iframe", "javascript:", "<svg"):
        assert word not in html.lower()


def test_html_is_found_whatever_its_declared_character_set():
    raw = b"Content-Type: text/html; charset=no-such\r\n\r\n<p>Gr\xfc\xdfe</p>"
    assert html_of(raw) is not None
    assert html_of(b"Content-Type: text/plain\r\n\r\nhello") is None


def test_attachments_are_downloads_under_a_harmless_name(desk, logged_in):
    desk.take(hostile_mail("http://canary.example"))
    with desk.store.begin() as uow:
        item = uow.reviews.list()[-1]
    path = f"/cases/{item.case_number}/mails/{item.inbox_id}"
    answer = logged_in("viewer").get(f"{path}/attachments/0")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "/" not in answer.headers["content-disposition"]
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_mail_is_shown_only_through_its_own_case(desk, logged_in):
    visitor, (first, second) = logged_in("viewer"), ("Q-2026-00008", "Q-2026-00012")
    with desk.store.begin() as uow:
        items = {item.case_number: item for item in uow.reviews.list()}
    for path in ("raw", "html", "attachments/0"):
        assert visitor.get(f"/cases/{first}/mails/{items[second].inbox_id}/{path}").status == 404
    assert visitor.get(f"/cases/{first}/mails/{items[first].inbox_id}/raw").status == 200
    assert visitor.get(f"/cases/{first}/mails/99999/raw").status == 404
    assert visitor.get(f"/cases/{first}/replies/1/pdf").status == 404
    assert visitor.get(f"/cases/{first}/draft/pdf").content.startswith(b"%PDF")
    assert visitor.get("/cases/Q-1999-00001").status == 404


@pytest.mark.parametrize(
    ("filename", "kept"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("order.xlsx", "order.xlsx"),
        ("a\r\nSet-Cookie: x.pdf", "a__Set-Cookie_ x.pdf"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("", "attachment"),
        (None, "attachment"),
    ],
)
def test_file_names_lead_nowhere(filename, kept):
    assert f'filename="{kept}"' in download_headers(filename)["Content-Disposition"]


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "|calc", "\r=1"])
def test_no_value_of_a_csv_is_a_formula(value):
    assert f'"\'{value}"' in csv_text(("name",), [(value,)])


def test_numbers_of_a_csv_stay_numbers():
    assert csv_text(("name", "count"), [("a", -5), (None, "b")]).splitlines() == [
        '"name","count"',
        '"a","-5"',
        '"","b"',
    ]


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"origin": "http://localhost", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "null"}, False),
        ({"origin": "http://localhost.evil.example"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
    ],
)
def test_forms_come_from_our_own_pages_only(headers, ours):
    assert comes_from_us(Headers(headers), "http://localhost") is ours
