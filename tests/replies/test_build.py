"""The bytes of a message: nothing that somebody wrote becomes a header, whatever it looks like."""

import datetime as dt
import email
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.errors import InputError
from mailbot.domain.message import Address
from mailbot.replies.build import Attached, Draft, bounded, build
from mailbot.replies.subject import reply_subject

HEADERS = [
    "Date", "From", "To", "Subject", "Message-ID", "Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress",
    "MIME-Version", "Content-Type",
]  # fmt: skip


def draft(**changes: object) -> Draft:
    values: dict[str, object] = {
        "message_id": "<m-1@seller.example>",
        "date": dt.datetime(2026, 11, 5, 9, 30, tzinfo=dt.UTC),
        "sender": Address(name="Quote desk", email="quotes@seller.example"),
        "to": (Address(name="Amelia", email="amelia@reseller.example"),),
        "subject": "Re: Hello",
        "language": "en",
        "automatic": True,
        "text": "Hello\n",
        "html": "<p>Hello</p>",
    }
    return Draft(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "hostile",
    [
        "a\r\nBcc: x@evil.example", "a\nBcc: x", "a\rBcc: x", "a\x0bBcc: x", "a\x0cBcc: x", "a\x85Bcc: x",
        "a\u2028Bcc: x", "a\u2029Bcc: x", "=?UTF-8?Q?=0A?=Bcc: x", "=?utf-8?b?DQpCY2M6IHg=?=", "a\x00b", "x" * 5000,
        "名" * 900, "\u202egnp.exe", "a\r\n\r\n<script>", "\ud800", "",
    ],
)  # fmt: skip
def test_hostile_subjects_and_names_stay_values(hostile: str) -> None:
    subject = reply_subject(hostile, "Q-2026-00001", "Your quote")
    raw = build(draft(subject=subject, to=(Address(name=hostile, email="amelia@reseller.example"),)))

    parsed = email.message_from_bytes(raw, policy=default)
    assert list(parsed.keys()) == HEADERS
    assert parsed["To"].addresses[0].addr_spec == "amelia@reseller.example"
    assert len(parsed["To"].addresses) == 1
    assert parsed["Subject"].endswith("[Q-2026-00001]")
    assert len(parsed["Subject"]) < 200


@given(st.text(), st.text())
def test_any_subject_and_name_give_the_same_headers(subject: str, name: str) -> None:
    raw = build(
        draft(subject=reply_subject(subject, "Q-2026-00001", "?"), to=(Address(name=name, email="a@b.example"),))
    )

    head = raw.partition(b"\r\n\r\n")[0]
    parsed = email.message_from_bytes(raw, policy=default)
    assert list(parsed.keys()) == HEADERS
    assert [a.addr_spec for a in parsed["To"].addresses] == ["a@b.example"]
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_text_comes_back_as_it_was(text: str) -> None:
    raw = build(draft(text=text + "\n"))

    body = email.message_from_bytes(raw, policy=default).get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text + "\n"


@pytest.mark.parametrize(
    "address", ["a@b@c.example", "a b@c.example", "a@b.example>,<x@y.example", "ä@b.example", "", "a", "a@b\r\nBcc: x"]
)
def test_an_address_that_could_be_read_two_ways_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="as an address"):
        build(draft(to=(Address(name=None, email=address),)))


def test_a_bad_message_id_is_refused() -> None:
    with pytest.raises(InputError, match="Message-ID"):
        build(draft(message_id="<a\r\nBcc: x@y>"))


def test_references_are_bounded_to_the_first_and_the_newest() -> None:
    ids = [f"<{number}@x.example>" for number in range(50)]

    kept = bounded(["junk", *ids, ids[0]])

    assert len(kept) == 20
    assert (kept[0], kept[1], kept[-1]) == (ids[0], ids[31], ids[49])


def test_attachments_come_after_the_alternatives() -> None:
    raw = build(draft(attachments=(Attached(filename="q.pdf", content_type="application/pdf", content=b"\x00%PDF"),)))

    parsed = email.message_from_bytes(raw, policy=default)
    assert parsed.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in parsed.walk()][1:] == [
        "multipart/alternative", "text/plain", "text/html", "application/pdf",
    ]  # fmt: skip
    assert [part.get_content() for part in parsed.iter_attachments()] == [b"\x00%PDF"]


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("Quote please", "Re: Quote please [Q-2026-00001]"),
        ("RE: AW: Fwd: Quote please", "Re: Quote please [Q-2026-00001]"),
        ("回复：报价", "Re: 报价 [Q-2026-00001]"),
        ("Re: Quote please [Q-2026-00001]", "Re: Quote please [Q-2026-00001]"),
        ("Re: [Q-2026-00001] Quote [Q-2025-00009]", "Re: Quote [Q-2026-00001]"),
        ("Quote [INC-2026-0042]", "Re: Quote [INC-2026-0042] [Q-2026-00001]"),
        ("  ", "Re: Your quote [Q-2026-00001]"),
        ("Report: numbers", "Re: Report: numbers [Q-2026-00001]"),
    ],
)
def test_the_subject_is_kept_with_one_prefix_and_one_number(original: str, expected: str) -> None:
    assert reply_subject(original, "Q-2026-00001", "Your quote") == expected
