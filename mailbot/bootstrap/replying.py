"""The renderer of replies, with an installation's seller, policy and templates."""

from typing import TYPE_CHECKING

from mailbot.bootstrap.installation import Installation
from mailbot.domain.message import Desk, domain_of
from mailbot.replies import Renderer, make_renderer

if TYPE_CHECKING:
    from mailbot.replies.signing import Signer


def desk_renderer(
    installation: Installation, desk: Desk, *, documents: bool = True, signer: "Signer | None" = None
) -> Renderer:
    """Return the renderer; without `documents` quotes come without PDF and JSON, without `signer` without the JSON.

    Raises SetupError naming a bad template file.
    """
    return make_renderer(
        installation.files,
        desk,
        installation.settings.seller,
        installation.policy_pack,
        documents=documents,
        signer=signer,
    )


def reply_domain(installation: Installation) -> str:
    """Return the right side of our Message-IDs."""
    return domain_of(installation.settings.desk.address)
