"""A renderer over the shipped templates, and values to render."""

import email
from email.message import EmailMessage
from email.policy import default

import pytest

from mailbot.domain.message import Desk
from mailbot.domain.outgoing import OutgoingMessage
from mailbot.replies import make_renderer
from mailbot.replies.preview import SAMPLE_FIGURES, SAMPLE_SELLER
from mailbot.replies.render import Renderer
from mailbot.replies.signing import signer_of
from mailbot.resources import resources

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "ko", "nl", "pt-BR", "zh-Hans", "zh-Hant")


@pytest.fixture(scope="session")
def render() -> Renderer:
    """The renderer, with documents and signed data."""
    desk = Desk(address="quotes@seller.example")
    return make_renderer(resources(), desk, SAMPLE_SELLER, SAMPLE_FIGURES, signer=signer_of(bytes(32)))


def opened(message: OutgoingMessage) -> EmailMessage:
    """Return the bytes of a reply as a mail program reads them."""
    parsed = email.message_from_bytes(message.raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def html_of(message: OutgoingMessage) -> str:
    """Return the HTML part."""
    body = opened(message).get_body(("html",))
    assert body is not None
    return str(body.get_content())


def attached(message: OutgoingMessage) -> dict[str, EmailMessage]:
    """Return the attachments by content type."""
    parts = opened(message).iter_attachments()
    return {part.get_content_type(): part for part in parts if isinstance(part, EmailMessage)}


def pdf_of(message: OutgoingMessage) -> bytes:
    """Return the attached document."""
    return bytes(attached(message)["application/pdf"].get_content())


def data_of(message: OutgoingMessage) -> bytes:
    """Return the attached data."""
    return bytes(attached(message)["application/json"].get_content())
