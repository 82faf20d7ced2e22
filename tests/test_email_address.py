"""One judgement on what an e-mail address is."""

import pytest

from mailbot.email_address import is_email_address


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
