"""A From that two programs could read differently is no sender."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.message import Address
from mailbot.parsers.addresses import mailboxes, sender


def read(*values: str | bytes) -> Address | None:
    return sender(tuple(v if isinstance(v, bytes) else v.encode() for v in values), None, [])


@pytest.mark.parametrize(
    ("value", "name", "email"),
    [
        ("jane@acme.example", None, "jane@acme.example"),
        ("<jane@acme.example>", None, "jane@acme.example"),
        ("Jane Roe <jane@acme.example>", "Jane Roe", "jane@acme.example"),
        ('"Roe, Jane" <jane@acme.example>', "Roe, Jane", "jane@acme.example"),
        ("Roe, Jane <jane@acme.example>", "Roe, Jane", "jane@acme.example"),
        ('"Jane \\"JR\\" Roe" <Jane.Roe@ACME.example>', 'Jane "JR" Roe', "Jane.Roe@acme.example"),
        ("J. R. Roe <jane+quotes@acme.example>", "J. R. Roe", "jane+quotes@acme.example"),
        ("jane@acme.example (Jane Roe)", "Jane Roe", "jane@acme.example"),
        ("Jane Roe (Sales) <jane@acme.example>", "Jane Roe", "jane@acme.example"),
        ("=?utf-8?B?6auY5qmL?= <t@acme.example>", "高橋", "t@acme.example"),
        ("=?iso-2022-jp?B?GyRCOWI2NhsoQg==?= <t@acme.example>", "高橋", "t@acme.example"),
        ("=?utf-8?Q?M=C3=BCller=2C?= Anna <a@acme.example>", "Müller, Anna", "a@acme.example"),
        ("高橋 一郎 <t@acme.example>", "高橋 一郎", "t@acme.example"),
        ('"jane@acme.example" <jane@acme.example>', None, "jane@acme.example"),
        ("'Jane Roe' <jane@acme.example>", "Jane Roe", "jane@acme.example"),
        ("o'brien@acme.example", None, "o'brien@acme.example"),
        ("<jane@bücher.example>", None, "jane@bücher.example"),
    ],
)
def test_plain_mailboxes(value: str, name: str | None, email: str) -> None:
    assert read(value) == Address(name=name, email=email)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Jane Roe",
        "user@good.example <x@evil.example>",
        "<x@evil.example> user@good.example",
        "<a@one.example> <b@two.example>",
        "<<a@one.example>>",
        "a@one.example, b@two.example",
        "Jane <a@one.example>, Roe <b@two.example>",
        "team: a@one.example, b@two.example;",
        "undisclosed-recipients:;",
        '"a@one.example, b"@two.example',
        '"john..doe"@one.example',
        "<@relay.example:a@one.example>",
        "a@one.example@two.example",
        "Jane <a@one.example",
        "Jane a@one.example>",
        "Jane <a @one.example>",
        "a@one.example b@two.example",
        "jane@=?utf-8?q?acme.example?=",
        "=?utf-8?q?jane=40acme.example?=",
        "jane@[127.0.0.1]",
        "jane@acme..example",
        "jane@-acme.example",
        ".jane@acme.example",
        "jane@acme.example\x00",
        'Jane " <jane@acme.example>',
        "jane(comment)@acme.example",
        "jane@acme.example (unclosed",
        "Jane <jane@acme.example> trailing",
        "jane\u3000@acme.example",
    ],
)
def test_what_can_be_read_two_ways_is_nobody(value: str) -> None:
    defects: list[str] = []
    assert sender((value.encode(),), None, defects) is None
    assert defects


def test_two_from_headers_are_nobody() -> None:
    assert read("a@one.example", "a@one.example") is None


def test_lists_of_recipients_keep_what_is_plain() -> None:
    value = b'"Lund, M." <m@a.example>, broken <x@>, =?utf-8?q?J=C3=B8rn?= <j@b.example>, team: c@d.example;'
    assert [a.email for a in mailboxes((value,), None)] == ["m@a.example", "j@b.example", "c@d.example"]


@given(st.binary(max_size=200))
def test_any_bytes_are_an_address_or_not(value: bytes) -> None:
    address = sender((value,), None, [])
    if address is not None:
        assert not set("\r\n\x00<>, ") & set(address.email)
