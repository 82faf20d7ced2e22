"""Every co-term is looked at by a person (policy section 4)."""

from collections.abc import Iterator

from mailbot.domain.request import Kind
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a co-term."""
    if any(request.kind is Kind.CO_TERM for request in view.requests):
        yield Notice("a co-term")
