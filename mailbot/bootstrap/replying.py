"""The renderer of replies, with an installation's seller, figures and templates."""

from typing import TYPE_CHECKING

from mailbot.bootstrap.installation import Installation
from mailbot.domain.message import Desk
from mailbot.domain.money import Money
from mailbot.domain.policy_pack import PolicyPack
from mailbot.replies import Figures, Renderer, Seller, make_renderer

if TYPE_CHECKING:
    from mailbot.replies.signing import Signer


def desk_renderer(
    installation: Installation, desk: Desk, *, documents: bool = True, signer: "Signer | None" = None
) -> Renderer:
    """Return the renderer; without `documents` quotes come without PDF and JSON, without `signer` without the JSON.

    Raises SetupError naming a bad template file.
    """
    seller, figures = _seller(installation), _figures(installation.policy_pack)
    return make_renderer(installation.files, desk, seller, figures, documents=documents, signer=signer)


def _seller(installation: Installation) -> Seller:
    seller = installation.settings.seller
    return Seller(
        name=seller.name,
        team=installation.settings.desk.display_name,
        email=seller.email,
        address=seller.address,
        country=seller.country,
        phone=seller.phone,
        website=seller.website,
        tax_id=seller.tax_id,
        bank=seller.bank,
        logo=seller.logo,
        form_url=seller.form_url,
        payment_url=seller.payment_url,
        trial_url=seller.trial_url,
        support_url=seller.support_url,
    )


def _figures(pack: PolicyPack) -> Figures:
    currency, minimum = next(iter(pack.net_30_minimum.items()))
    bank_only = (code for code, methods in pack.payment_methods.items() if methods == ("bank_transfer",))
    return Figures(
        net_minimum=Money(minimum, currency),
        bank_only_currencies=frozenset(bank_only),
    )


def reply_domain(installation: Installation) -> str:
    """Return the right side of our Message-IDs."""
    return installation.settings.desk.address.rpartition("@")[2]
