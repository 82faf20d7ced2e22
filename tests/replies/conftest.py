"""A renderer over the shipped templates, and values to render."""

import email
from email.message import EmailMessage
from email.policy import default

import pytest

from mailbot.domain.outgoing import OutgoingMessage
from mailbot.replies import make_renderer
from mailbot.replies.render import Renderer
from mailbot.replies.samples import SAMPLE_DESK, SAMPLE_SELLER
from mailbot.replies.signing import signer_of
from mailbot.resources import resources
from mailbot.settings import load_policy_pack

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "ko", "nl", "pt-BR", "zh-Hans", "zh-Hant")
POLICY = load_policy_pack(resources().find("config/policy/2026-07-01.toml"))


@pytest.fixture(scope="session")
def render() -> Renderer:
    """The renderer, with documents and signed data."""
    return make_renderer(resources(), SAMPLE_DESK, SAMPLE_SELLER, POLICY, signer=signer_of(bytes(32)))


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
