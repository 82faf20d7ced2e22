"""Replies: Jinja2 templates, gettext words and a typst document become finished messages."""

from typing import TYPE_CHECKING

from mailbot.domain.errors import SetupError
from mailbot.domain.message import Address, Desk
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.seller import Seller
from mailbot.replies.context import Voice
from mailbot.replies.glyphs import missing_glyphs
from mailbot.replies.locales import languages
from mailbot.replies.pdf import QuotePrinter
from mailbot.replies.products import load_products
from mailbot.replies.render import Renderer
from mailbot.replies.templates import Templates
from mailbot.resources import Resources

if TYPE_CHECKING:
    from mailbot.replies.signing import Signer

__all__ = ["Renderer", "make_renderer", "missing_glyphs"]


def make_renderer(
    files: Resources,
    desk: Desk,
    seller: Seller,
    policy: PolicyPack,
    *,
    documents: bool = True,
    signer: "Signer | None" = None,
) -> Renderer:
    """Return the renderer; with `documents` False quotes come without PDF and JSON (for `explain`).

    Raises SetupError naming the file when fonts, languages or names are not usable, when an operator's template or
    catalogue is broken (with line and reason), or when the desk has no address.
    """
    if desk.address is None:
        raise SetupError("desk.address is not set: replies need an address to come from")
    renderer = Renderer(
        files=files,
        sender=Address(name=desk.name or seller.name, email=desk.address),
        voice=Voice(seller=seller, team=desk.name or seller.name, policy=policy, products=load_products(files)),
        languages=languages(files),
        templates=Templates(files),
        printer=QuotePrinter(files, seller.logo) if documents else None,
        signer=signer,
    )
    if len({folder.resolve() for folder in files.folders("templates")}) > 1:
        _refuse_broken(renderer)
    return renderer


def _refuse_broken(renderer: Renderer) -> None:
    """Try what an operator has changed; what is shipped was tried by the tests."""
    from mailbot.replies.check import problems

    found = problems(renderer)
    if found:
        raise SetupError("\n".join(found))
