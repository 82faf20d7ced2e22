"""What we write: no value of a mail becomes a header, a command, markup, code of a document, or a line."""

import datetime as dt
import email
import email.policy
import re
from contextlib import closing

import pypdfium2
import pytest
from selectolax.lexbor import LexborHTMLParser

from mailbot.domain.errors import InputError, Refused
from mailbot.domain.message import Address
from mailbot.mail.smtp import SmtpAccount, SmtpTransport
from mailbot.mail.tls import Server
from mailbot.ports.connection import Security
from mailbot.replies.build import Draft, build
from tests.security.attacked import REQUEST, letter, stranger
from tests.support.smtp_sink import running_sink

LINES = [
    "x\r\nBcc: x@evil.example",
    "x\nBcc: x@evil.example",
    "x\rBcc: x@evil.example",
    "x\r\n\r\n<script>alert(1)</script>",
    "x\r\n Bcc: x@evil.example",
    "x\0y",
    "x\x0bBcc: x",
    "x\x0cBcc: x",
    "x\x1cBcc: x",
    "x\x85Bcc: x@evil.example",
    "x\u2028Bcc: x@evil.example",
    "x\u2029Bcc: x@evil.example",
    "=?utf-8?q?x=0d=0aBcc:_x=40evil.example?=",
    "=?utf-8?b?eA0KQmNjOiB4QGV2aWwuZXhhbXBsZQ==?=",
    'x" <x@evil.example>, "',
    "x <x@evil.example>",
    "x, x@evil.example",
    "(x@evil.example",
    "x\\",
    "\u202egnp.elif\u202c",
    "a" * 5000,
    "\u00e4" * 5000,
    "x;y=z",
    ".\r\n.\r\nQUIT",
    "\U0001f600\ud83d",
]
NAMES = ["From", "To", "Subject", "Message-ID", "Date", "MIME-Version", "Content-Language", "Auto-Submitted",
         "X-Auto-Response-Suppress", "Content-Type"]  # fmt: skip


def draft(**changed: object) -> Draft:
    usual = {
        "message_id": "<q-1.ask.0@seller.example>",
        "date": dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        "sender": Address(name="Desk", email="quotes@seller.example"),
        "to": (Address(name="Ann", email="ann@person.example"),),
        "subject": "Re: Quote",
        "language": "en",
        "automatic": True,
        "text": "Hello\n",
        "html": "<p>Hello</p>",
    }
    return Draft(**{**usual, **changed})  # type: ignore[arg-type]  # the fields of a draft by name


@pytest.mark.parametrize("value", LINES, ids=lambda value: ascii(value[:24]))
@pytest.mark.parametrize("field", ["subject", "name of to", "name of from", "text", "html"])
def test_no_value_makes_a_header_or_a_part(field, value):
    value = value.encode("utf-8", "ignore").decode() if field in ("text", "html") else value
    changed = {
        "subject": {"subject": value},
        "name of to": {"to": (Address(name=value, email="ann@person.example"),)},
        "name of from": {"sender": Address(name=value, email="quotes@seller.example")},
        "text": {"text": value},
        "html": {"html": value},
    }[field]
    raw = build(draft(**changed))
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert sorted(message.keys()) == sorted(NAMES)
    assert [a.addr_spec for a in message["To"].addresses] == ["ann@person.example"]
    assert [a.addr_spec for a in message["From"].addresses] == ["quotes@seller.example"]
    assert len(list(message.walk())) == 3
    assert re.search(rb"(?<!\r)\n|\r(?!\n)|\0", raw) is None
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


ADDRESSES = [
    "",
    "ann",
    "@person.example",
    "ann@",
    "ann@person.example\r\nRCPT TO:<x@evil.example>",
    "ann@person.example> x",
    "<ann@person.example>",
    "ann person@person.example",
    "ann@person.example\n",
    "ann@person.example\0",
    "ann\t@x.example",
    "ann@person.example,x@evil.example",
    '"ann"@person.example',
    "ann@[127.0.0.1]",
    "-o@x y",
    "ann@person.example SIZE=1",
    "ann\u2028@person.example",
    "a" * 300 + "@person.example",
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda value: ascii(value[:24]))
def test_no_address_carries_a_command(address):
    with pytest.raises(InputError):
        build(draft(to=(Address(name=None, email=address),)))
    with running_sink() as sink:
        server = Server(host="localhost", port=sink.port, security=Security.NONE, timeout=2, ca_file=None)
        with closing(SmtpTransport(SmtpAccount(server=server))) as transport, pytest.raises(Refused):
            transport.send(
                sender="quotes@seller.example",
                recipients=[address],
                raw=b"A: b\r\n\r\nx\r\n",
                on_phase=lambda phase: None,
            )
        assert sink.taken == []
        assert sink.commands in ([], ["CONNECT"])


@pytest.mark.parametrize(
    "identifier", ["", "x", "<x>", "<x@y>\r\nBcc: z", "<x@y> <z@w>", "<x y@z>", "<\u00e9@x>", "<x@y\0>"]
)
def test_no_id_carries_a_header(identifier):
    with pytest.raises(InputError):
        build(draft(message_id=identifier))
    if identifier:
        with pytest.raises(InputError):
            build(draft(in_reply_to=identifier))
        with pytest.raises(InputError):
            build(draft(references=(identifier,)))


DOTS = [
    b".",
    b"..",
    b"...",
    b".\r\n.",
    b".\r\nQUIT",
    b"\r\n.\r\n",
    b"x\r\n.\r\nMAIL FROM:<x@evil.example>",
    b". ",
    b".\t",
    b"\r\n..\r\n.\r\n",
    b"." * 998,
    b"\r\n" * 50,
    b"From x",
    b".=",
    b"=2E",
    b"x\r\n\r\n.\r\n\r\n",
]


def test_every_byte_arrives_and_no_dot_ends_the_message():
    with running_sink() as sink:
        server = Server(host="localhost", port=sink.port, security=Security.NONE, timeout=5, ca_file=None)
        with closing(SmtpTransport(SmtpAccount(server=server))) as transport:
            for body in DOTS:
                raw = b"Subject: x\r\n\r\n" + body + b"\r\n"
                transport.send(
                    sender="quotes@seller.example",
                    recipients=["ann@person.example"],
                    raw=raw,
                    on_phase=lambda phase: None,
                )
                assert sink.taken[-1].raw == raw
            for bad in (
                b"a: b\n\nx\r\n",
                b"a: b\r\n\r\nx\ry\r\n",
                b"a: b\r\n\r\n\0\r\n",
                b"a: b\r\n\r\n" + b"x" * 999 + b"\r\n",
            ):
                with pytest.raises(Refused):
                    transport.send(
                        sender="quotes@seller.example",
                        recipients=["ann@person.example"],
                        raw=bad,
                        on_phase=lambda phase: None,
                    )
        assert len(sink.taken) == len(DOTS)


# Names of people and companies that are written into text, HTML, PDF and JSON of a quote.
MARKUP = [
    "<script>alert(1)</script>",
    "<img src=http://127.0.0.1:1/x>",
    "</td></table><h1>Total: 0",
    "&lt;b&gt;",
    "{{ 7*7 }}",
    "{% raw %}",
    "#set page(fill: red)",
    '#image("/etc/passwd")',
    "$sum$",
    '#eval("1")',
    "*bold* _it_ `code`",
    "@ref <a>",
    "\\u{202e}",
    "https://evil.example/x",
    "=cmd|' /C calc'!A0",
    "%(name)s %s {0}",
    "[link](javascript:x)",
    "/* x */ // y",
]


@pytest.mark.parametrize("markup", MARKUP, ids=ascii)
def test_text_of_others_stays_text_in_mail_and_document(shared_desk, markup):
    address = stranger()
    body = REQUEST.replace("Priya Raman", f"Priya Raman {markup}").replace(
        "Southbridge IT Pty Ltd", f"{markup} Pty Ltd"
    )
    quoted = markup.replace("\\", "\\\\").replace('"', '\\"')
    replies = shared_desk.take(letter(body, f"Subject: {markup}", sender=f'"Nadia {quoted}" <{address}>'))
    for sent in replies:
        assert sent.recipients == (address,)
        page = LexborHTMLParser(sent.part("html"))
        assert page.css("script, iframe, form, object, embed, link, base, meta[http-equiv=refresh]") == []
        assert page.css("h1") == [] or markup != "</td></table><h1>Total: 0"
        assert all(not (image.attributes.get("src") or "").startswith("http") for image in page.css("img"))
        targets = [link.attributes.get("href") or "" for link in page.css("a")]
        assert all("evil.example" not in target and not target.startswith("javascript") for target in targets)
        assert "49" not in sent.message["Subject"]
        for part in sent.message.iter_attachments():
            if part.get_content_type() == "application/pdf":
                shown = _text(part.get_content())
                assert "root:" not in shown
                assert "Confluence" in shown


def _text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)
