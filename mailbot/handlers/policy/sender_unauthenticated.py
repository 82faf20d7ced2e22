"""The sender is not who it says, or nobody (policy 3.2)."""

from collections.abc import Iterator

from mailbot.domain.message import Authentication
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a mail of the thread that failed DMARC, and a newest mail without one readable From address."""
    if view.newest.sender is None:
        yield Notice("the From header is missing or can be read two ways")
    elif view.inquiry.sender_unauthenticated or view.newest.authentication is Authentication.FAILED:
        yield Notice("a mail of the thread fails DMARC")
    elif view.pack.needs_authentication and view.newest.authentication is not Authentication.PASSED:
        yield Notice("no server that is trusted says that the mail passed DMARC")
