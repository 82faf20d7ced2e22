"""Previewing: a reply of each kind with sample data, in any language, by the installation's templates and texts."""

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer
from mailbot.domain.errors import InputError
from mailbot.domain.message import Desk
from mailbot.domain.outgoing import OutgoingMessage
from mailbot.replies.preview import preview_sample
from mailbot.replies.signing import signer_of

SAMPLE_SEED = bytes(32)
"""The private key of samples. Everybody knows it, so that nothing signed with it counts."""


def preview_reply(installation: Installation, name: str, language: str) -> OutgoingMessage:
    """Return the sample of this name (replies.preview.SAMPLES) in this language (BCP 47); InputError without texts."""
    render = desk_renderer(installation, installation.desk(Desk()), signer=signer_of(SAMPLE_SEED))
    if language not in render.languages:
        raise InputError(f"--language {language}: no texts for it; there are {', '.join(sorted(render.languages))}")
    return preview_sample(render, name, language)
