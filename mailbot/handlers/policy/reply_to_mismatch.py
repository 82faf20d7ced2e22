"""The answer would go elsewhere than to the sender (policy 3.2)."""

from collections.abc import Iterator

from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a Reply-To of another organisational domain than From."""
    if view.inquiry.reply_to_mismatch:
        yield Notice("Reply-To is of another organisation than From")
