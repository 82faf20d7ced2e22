"""Whole messages: parts, bodies, headers, limits, and that no bytes at all raise."""

import base64
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.message import Attachment, Authentication, Desk, InboundMessage, Role, TextPart
from mailbot.parsers.knowledge import MailKnowledge
from mailbot.parsers.mime import read_message

DESK = Desk(address="desk@vendor.example", trusted_authserv_ids=("mx.vendor.example",))
FROM = b"From: Maria Lund <maria@partner.example>\n"


def message(raw: bytes | str, knowledge: MailKnowledge) -> InboundMessage:
    return read_message(raw if isinstance(raw, bytes) else raw.encode(), DESK, knowledge)


def multipart(kind: str, *parts: str, header: str = "") -> str:
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    top = f"From: a@b.example\r\n{header}Content-Type: multipart/{kind}; boundary=b\r\n\r\n"
    return f"{top}preamble\r\n{body}--b--\r\nepilogue\r\n"


def test_the_fields_of_a_message(mail_knowledge: MailKnowledge) -> None:
    raw = (
        "Message-ID: <1@partner.example>\r\nDate: Tue, 17 Nov 2026 10:32:00 +0100\r\n"
        "From: =?utf-8?B?TWFyaWEgTMO8bmQ=?= <maria@partner.example>\r\nReply-To: <sales@partner.example>\r\n"
        "To: desk@vendor.example, Other <o@x.example>\r\nCc: c@x.example\r\nIn-Reply-To: <0@vendor.example>\r\n"
        "References: <00@vendor.example>\r\n <0@vendor.example>\r\n"
        "Subject: =?utf-8?Q?Angebot_f=C3=BCr?=\r\n =?utf-8?Q?_Jira?=\r\n"
        "Authentication-Results: mx.vendor.example;\r\n dmarc=pass header.from=partner.example\r\n\r\n"
        "Bitte ein Angebot.\r\n\r\nViele Grüße\r\nMaria Lünd\r\n"
    )
    read = message(raw, mail_knowledge)
    assert read.message_id == "<1@partner.example>"
    assert read.date == "2026-11-17T10:32:00+01:00"
    assert read.sender is not None
    assert read.sender.name == "Maria Lünd"
    assert [a.email for a in (*read.reply_to, *read.to, *read.cc)] == [
        "sales@partner.example", "desk@vendor.example", "o@x.example", "c@x.example",
    ]  # fmt: skip
    assert read.in_reply_to == "<0@vendor.example>"
    assert read.references == ("<00@vendor.example>", "<0@vendor.example>")
    assert read.subject.text == "Angebot für Jira"
    assert read.authentication is Authentication.PASSED
    assert read.language == "de"
    assert read.reply_text == "Bitte ein Angebot.\n\nViele Grüße"
    assert read.defects == ()


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"=?utf-8?b?5aCx5YO5?=", "報價"),
        (b"=?gb2312?B?sai82w==?=", "报价"),
        (b"=?utf-8?B?5aCx5Q==?= =?utf-8?B?g7k=?=", "報價"),
        (b"=?utf-8?q?a_b?= =?utf-8?q?c?= d", "a bc d"),
        (b"=?utf-8?Q?no end", "no end"),
        (b"=?utf-8?B?5aCx5YO5", "報價"),
        (b"=?us-ascii?Q?x=C3=BC?=", "xü"),
        ("Rohe Umläute".encode(), "Rohe Umläute"),
        ("Größe".encode("cp1252"), "Größe"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        (b"=?unknown-8bit?Q?a=80?=", "a€"),
        (b"a\x00b", "a b"),
        (b"=?utf-8*en?Q?tagged?=", "tagged"),
        (b"", ""),
    ],
)
def test_subjects_whole_and_broken(raw: bytes, subject: str, mail_knowledge: MailKnowledge) -> None:
    read = message(FROM + b"Subject: " + raw + b"\n\nhello\n", mail_knowledge)
    assert read.subject.text == subject


def test_plain_text_is_preferred_and_html_fills_in_for_a_stub(mail_knowledge: MailKnowledge) -> None:
    plain = "Content-Type: text/plain\r\n\r\nPlease quote Jira for 50 users."
    html = "Content-Type: text/html\r\n\r\n<p>Please quote <b>Jira</b> for 50 users.</p>"
    assert message(multipart("alternative", plain, html), mail_knowledge).body.text == "Please quote Jira for 50 users."
    stub = "Content-Type: text/plain\r\n\r\n "
    read = message(multipart("alternative", stub, html), mail_knowledge)
    assert read.body.text == "Please quote Jira for 50 users."
    assert read.alternative is None


def test_a_table_in_the_html_is_kept_as_rows(mail_knowledge: MailKnowledge) -> None:
    plain = "Content-Type: text/plain\r\n\r\nProduct\r\nUsers\r\nJira\r\n50"
    html = "Content-Type: text/html\r\n\r\n<table><tr><td>Product<td>Users<tr><td>Jira<td>50</table>"
    read = message(multipart("alternative", plain, html), mail_knowledge)
    assert read.body.text == "Product\tUsers\nJira\t50"
    assert read.alternative is None


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("Please quote Jira for 4 users.", "Please quote Jira for 40 users."),
        ("Please quote for acme.atlassian.net.", "Please quote for acne.atlassian.net."),
        ("Please quote Jira Premium, thanks.", "Please quote Jira, thanks."),
        ("The contact is jane@acme.example.", "The contact is june@acme.example."),
    ],
)
def test_alternatives_that_say_different_things_are_both_given(
    plain: str, html: str, mail_knowledge: MailKnowledge
) -> None:
    parts = (f"Content-Type: text/plain\r\n\r\n{plain}", f"Content-Type: text/html\r\n\r\n<p>{html}</p>")
    read = message(multipart("alternative", *parts), mail_knowledge)
    assert read.body.text == plain
    assert read.alternative is not None
    assert read.alternative.text == html
    assert any(defect.startswith("text and html differ") for defect in read.defects)


def test_alternatives_that_differ_in_form_only_are_one(mail_knowledge: MailKnowledge) -> None:
    plain = (
        "Content-Type: text/plain\r\n\r\nHello,\r\n\r\n1. Jira, *50* users on acme.atlassian.net\r\n"
        "<https://acme.atlassian.net/x1>\r\n"
        "2. Guard, 1.000 users\r\n[image: logo7.png]\r\n\r\n"
        "On 17 Nov 2026, Desk <desk@vendor.example> wrote:\r\n> 99 bottles\r\n"
    )
    html = (
        "Content-Type: text/html\r\n\r\n"
        "<p>Hello,</p><ol><li>Jira, <b>50</b> users on <a href='https://acme.atlassian.net/x1'>"
        "acme.atlassian.net</a></li><li>Guard, 1.000&nbsp;users</li></ol><img src='cid:logo7.png'>"
        "<div class='gmail_quote'>On 17 Nov 2026, Desk &lt;desk@vendor.example&gt; wrote:"
        "<blockquote>99 bottles</blockquote></div>"
    )
    read = message(multipart("alternative", plain, html), mail_knowledge)
    assert read.alternative is None
    assert read.defects == ()


def test_history_in_a_gmail_quote_is_marked(mail_knowledge: MailKnowledge) -> None:
    html = (
        "From: a@b.example\r\nSubject: Re: x\r\nContent-Type: text/html\r\n\r\n"
        "<div>50, Premium</div><br><div class='gmail_quote'>"
        "<div class='gmail_attr'>On Tue, 17 Nov 2026, Desk &lt;desk@vendor.example&gt; wrote:<br></div>"
        "<blockquote class='gmail_quote'>How many users of Jira?</blockquote></div>"
    )
    read = message(html, mail_knowledge)
    assert read.reply_text == "50, Premium"
    assert "How many" in read.body.of_role(Role.QUOTED)


def test_outlooks_reply_marker_in_html_begins_history(mail_knowledge: MailKnowledge) -> None:
    html = (
        "From: a@b.example\r\nSubject: RE: x\r\nContent-Type: text/html\r\n\r\n"
        "<p>50, Premium</p><div id='appendonsend'></div><hr>"
        "<div id='divRplyFwdMsg'><b>From:</b> Desk &lt;desk@vendor.example&gt;<br>"
        "<b>Sent:</b> Tuesday 17 November 2026<br>"
        "<b>To:</b> Maria<br><b>Subject:</b> x</div><div>How many users of Jira?</div>"
    )
    assert message(html, mail_knowledge).reply_text == "50, Premium"


def test_flowed_text_is_joined(mail_knowledge: MailKnowledge) -> None:
    raw = (
        FROM + b"Content-Type: text/plain; format=flowed; delsp=no\n\nplease quote \nJira\n> old \n> line\n-- \nMaria\n"
    )
    assert message(raw, mail_knowledge).body.text == "please quote Jira\n> old line\n-- \nMaria\n"


def test_attachments_keep_their_bytes_and_harmless_names(mail_knowledge: MailKnowledge) -> None:
    content = bytes(range(256))
    encoded = base64.encodebytes(content).decode()
    parts = [
        "Content-Type: text/plain\r\n\r\nsee attachment",
        "Content-Type: application/pdf; name*=utf-8''%E5%A0%B1%E5%83%B9.pdf\r\nContent-Disposition: attachment\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{encoded}",
        "Content-Type: text/csv\r\n"
        'Content-Disposition: attachment; filename="../../etc/\u202eorder.csv"\r\n\r\na,b\r\n1,2',
        "Content-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA",
        "Content-Type: text/plain; name=notes.txt\r\n\r\nnotes",
    ]
    read = message(multipart("mixed", *parts), mail_knowledge)
    assert read.body.text == "see attachment"
    pdf, csv, logo, notes = read.attachments
    assert (pdf.filename, pdf.content, pdf.size) == ("報價.pdf", content, 256)
    assert pdf.md5 == "e2c865db4162bed963bfaa9ef6ac18f0"
    assert (csv.filename, csv.content) == ("order.csv", b"a,b\r\n1,2")
    assert logo.decoy
    assert not csv.decoy
    assert notes.filename == "notes.txt"


def test_attachments_are_read_by_the_reader_except_decoys(mail_knowledge: MailKnowledge) -> None:
    def read_attachment(attachment: Attachment) -> Attachment:
        part = TextPart(name=f"attachment:{attachment.filename}", text="Bitte 50 Benutzer für den Kunden")
        return Attachment(
            filename=attachment.filename, content_type=attachment.content_type, size=attachment.size,
            md5=attachment.md5, content=attachment.content, part=part,
        )  # fmt: skip

    raw = multipart(
        "mixed", "Content-Type: text/csv; name=a.csv\r\n\r\nx", "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR"
    )
    read = read_message(raw.encode(), DESK, mail_knowledge, read_attachment)
    assert [a.readable for a in read.attachments] == [True, False]
    assert (read.language, read.language_known) == ("de", False)


def test_a_forwarded_message_part_is_an_attachment(mail_knowledge: MailKnowledge) -> None:
    inner = "From: x@y.example\r\nSubject: Jira\r\n\r\n50 users"
    raw = multipart(
        "mixed", "Content-Type: text/plain\r\n\r\nplease quote", f"Content-Type: message/rfc822\r\n\r\n{inner}"
    )
    (attached,) = message(raw, mail_knowledge).attachments
    assert attached.content_type == "message/rfc822"
    assert attached.content.decode() == inner


def test_the_language_of_a_mail_without_words_comes_from_its_history(mail_knowledge: MailKnowledge) -> None:
    raw = FROM + b"\n50, Premium\n\nAm 17.11.2026 schrieb Desk:\n> Wie viele Benutzer werden es sein?\n"
    read = message(raw, mail_knowledge)
    assert (read.language, read.language_known) == ("de", False)


def test_a_japanese_character_set_tells_the_language_of_han_alone(mail_knowledge: MailKnowledge) -> None:
    body = "見積書".encode("iso2022_jp")
    read = message(FROM + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + body, mail_knowledge)
    assert (read.body.text, read.language) == ("見積書", "ja")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"\n", ""),
        (b"hello", "hello"),
        (b"\x00\xff\xfe", "ÿþ"),
        (b"From: a@b.example\rSubject: x\r\rbody", "body"),
        (b"From a@b Tue Nov 17\nFrom: a@b.example\n\nbody", "body"),
        (b"From: a@b.example\nno header line\n\nbody", "no header line\n\nbody"),
        (b"Content-Type: multipart/mixed; boundary=x\n\nno parts", "no parts"),
        (b"Content-Type: multipart/mixed\n\nno boundary", "no boundary"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nopen end", "open end"),
        (b'Content-Type: text/plain; charset=""\n\nx', "x"),
        (b"Content-Type: ///;;;=\n\nx", "x"),
        (b"Content-Transfer-Encoding: base64\n\naGVsbG8", "hello"),
        (b"Content-Transfer-Encoding: base64\n\naGVs*bG8=\n--footer", "hello"),
        (b"Content-Transfer-Encoding: quoted-printable\n\na=3Db=\nc=ZZ", "a=bc=ZZ"),
        (b"Content-Transfer-Encoding: 8bit\n\na\x00b\xc2\xa0c", "ab c"),
    ],
)
def test_broken_messages_are_read_as_far_as_they_go(raw: bytes, text: str, mail_knowledge: MailKnowledge) -> None:
    assert message(raw, mail_knowledge).body.text == text


@pytest.mark.parametrize(
    "raw",
    [
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(5000)),
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 200_000,
        b"To: " + b"(" * 300_000 + b"\n\nx",
        b"To: " + b"a@b.example, " * 80_000 + b"\n\nx",
        b"X: y\n" * 200_000 + b"\nx",
        b"Subject: " + b"=?utf-8?q?a?= " * 80_000 + b"\n\nx",
        b"Content-Type: text/plain; " + b'a="' * 300_000 + b"\n\nx",
        b"References: " + b"<a@b> " * 160_000 + b"\n\nx",
        b"Content-Transfer-Encoding: x-uuencode\n\n" + b"begin 644 x\n" * 80_000,
        FROM + b"\n" + b"> a\n\n" * 200_000,
        FROM + b"\n" + b"On 1 Nov 2026, A wrote:\n> a\nhi\n" * 30_000,
        FROM + b"\n" + b"From: a@b.example\nSent: 1\nTo: x\nSubject: y\n\nhi\n" * 20_000,
        FROM + b"\n" + b"---------- Forwarded message ----------\nFrom: a@b.example\nTo: x\nSubject: z\n\n" * 12_000,
        FROM + b"\n" + b"a " * 500_000,
        FROM + b"\n" + b"1," * 500_000,
        FROM + b"\n" + b"http://a.example/x<" * 50_000,
        FROM + b"\n" + b"-----\n" * 170_000,
        FROM + b"\n" + b"--\nMaria Lund\nRegards\n" * 45_000,
    ],
    ids=range(18),
)
def test_a_megabyte_of_anything_is_read_in_time(raw: bytes, mail_knowledge: MailKnowledge) -> None:
    started = time.perf_counter()
    read = message(raw, mail_knowledge)
    assert time.perf_counter() - started < 3
    assert len(read.attachments) <= 500


def assert_whole(read: InboundMessage) -> None:
    assert "".join(read.body.text[s.start : s.end] for s in read.body.segments) == read.body.text
    assert all(0 <= link.start < link.end <= len(read.body.text) for link in read.body.links)
    for text in (read.body.text, read.subject.text, *(a.filename or "" for a in read.attachments)):
        json.dumps(text).encode()
        text.encode()  # no lone surrogates
        assert "\x00" not in text
        assert "\r" not in text


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_message(mail_knowledge: MailKnowledge, raw: bytes) -> None:
    assert_whole(message(raw, mail_knowledge))


PIECES = [
    b"From: a@b.example\n",
    b"Subject: =?utf-8?q?x?=\n",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: text/html\n",
    b"Content-Type: text/plain; charset=gb2312; format=flowed\n",
    b"Content-Transfer-Encoding: base64\n",
    b"\n",
    b"--b\n",
    b"--b--\n",
    b"> x\n",
    b"<div class=gmail_quote>",
    b"<b>x</b>",
    b"aGVsbG8=\n",
    b"\xb1\xa8\xbc\xdb",
    b"=?",
    b"Content-Disposition: attachment; filename=a/b\n",
    b"Content-Type: message/rfc822\n",
    b"-- \n",
    b"Regards\n",
    b"\xff\x00",
    b"Date: x\n",
    b"From: c@d.example\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_any_arrangement_of_pieces_is_a_message(mail_knowledge: MailKnowledge, raw: bytes) -> None:
    assert_whole(message(raw, mail_knowledge))


def test_the_shared_corpus_reads_without_doubt(shared: Path, mail_knowledge: MailKnowledge) -> None:
    desk = Desk(address="quotes@seller.example", trusted_authserv_ids=("mx.seller.example",))
    gold = [json.loads(line) for line in (shared / "corpus" / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = []
    for case in gold:
        paths = sorted((shared / "corpus" / "cases" / case["id"]).glob("*.eml"))
        read = [read_message(path.read_bytes(), desk, mail_knowledge) for path in paths]
        for one in read:
            assert_whole(one)
        is_ignored = case["expect"]["action"] == "ignore"
        if read[-1].language != case["expect"]["language"] or is_ignored != (read[-1].automatic is not None):
            wrong.append(case["id"])
    assert wrong == []


def test_ascii_headers_are_ascii_above_a_body_in_utf_16(mail_knowledge: MailKnowledge) -> None:
    head = b"From: Jane Roe <jane@partner.example>\nSubject: Renewal\nContent-Type: text/plain; charset=utf-16le\n"
    body = base64.b64encode("Please renew, thanks – Jane.".encode("utf-16le"))
    read = message(head + b"Content-Transfer-Encoding: base64\n\n" + body, mail_knowledge)
    assert read.sender is not None
    assert (read.sender.name, read.subject.text, read.body.text) == (
        "Jane Roe",
        "Renewal",
        "Please renew, thanks – Jane.",
    )


def test_decomposed_accents_are_composed_and_ideographs_of_names_stay(mail_knowledge: MailKnowledge) -> None:
    raw = "From: Matthias Scha\u0308fer <m@partner.example>\nSubject: Verla\u0308ngerung\n\nカ\u3099ト\u3099 \ufa19谷\n"
    read = message(raw, mail_knowledge)
    assert read.sender is not None
    assert (read.sender.name, read.subject.text, read.body.text) == (
        "Matthias Schäfer",
        "Verlängerung",
        "ガド \ufa19谷\n",
    )


def test_a_name_in_raw_bytes_is_read_in_the_set_that_the_body_tells(mail_knowledge: MailKnowledge) -> None:
    raw = "From: Şebnem Yıldırım <s@partner.example>\n\nMüşterimiz için yenileme teklifi rica ediyoruz. İyi günler\n"
    read = message(raw.encode("iso8859_9"), mail_knowledge)
    assert read.sender is not None
    assert read.sender.name == "Şebnem Yıldırım"
    assert read.body.text.startswith("Müşterimiz için")
    assert any("guessed: cp1254" in defect for defect in read.defects)
