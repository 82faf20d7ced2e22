"""Previewing: a reply of each kind with sample data, in any language, by the installation's templates and texts."""

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer
from mailbot.domain.errors import InputError
from mailbot.domain.message import Desk
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.replies.preview import preview
from mailbot.replies.signing import signer_of

SAMPLE_SEED = bytes(32)
"""The private key of samples. Everybody knows it, so that nothing signed with it counts."""


def preview_reply(installation: Installation, kind: ReplyKind, language: str) -> OutgoingMessage:
    """Return the sample reply of this kind in this language (BCP 47); InputError for one without texts."""
    render = desk_renderer(installation, installation.desk(Desk()), signer=signer_of(SAMPLE_SEED))
    if language not in render.languages:
        raise InputError(f"--language {language}: no texts for it; there are {', '.join(sorted(render.languages))}")
    return preview(render, kind, language)
