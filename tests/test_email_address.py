"""One judgement on what an e-mail address is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.email_address import _PLAIN, _is_valid, is_email_address


@pytest.mark.parametrize(
    "text",
    [
        "jane@reseller.example",
        "j.o'neil+quotes@b.example",
        "desk@intranet",
        "desk@corp.local",
        "日本@例え.jp",
    ],
)
def test_an_address(text: str) -> None:
    assert is_email_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "jane", "jane@", "@reseller.example", "jane@a@b.example", "jane..roe@b.example", "jane@b..example",
        "Jane <jane@b.example>", '"jane roe"@b.example', "jane@b.example, roe@b.example", "jane@[192.0.2.1]",
        "jane@b.example\r\nBcc: all@b.example", "jane\0@b.example", "\ud800@b.example", "jane(x)@b.example",
    ],
)  # fmt: skip
def test_no_address(text: str) -> None:
    assert not is_email_address(text)


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_what_is_told_at_sight_is_an_address_for_the_library_too(text: str) -> None:
    assert is_email_address(text) == _is_valid(text)


@pytest.mark.parametrize("length", [64, 65])
def test_a_long_local_part(length: int) -> None:
    assert is_email_address(f"{'a' * length}@b.example") == (length == 64)
