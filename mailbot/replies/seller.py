"""Who sells: what replies and quotes say about ourselves."""

from dataclasses import dataclass

from mailbot.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The selling company as letterheads name it; empty values are left out.

    `team` signs the mails and stands beside their address. `bank` is printed as it is, line by line. `logo` is the
    name of an SVG, PNG or JPEG file under `templates/quote/`. `form_url` and the following are named in replies; one
    that is empty is replaced by the website.
    """

    name: str
    team: str = ""
    email: str = ""
    address: tuple[str, ...] = ()
    country: str = ""
    phone: str = ""
    website: str = ""
    tax_id: str = ""
    bank: tuple[str, ...] = ()
    logo: str = ""
    form_url: str = ""
    payment_url: str = ""
    trial_url: str = ""
    support_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures that the replies' words name (policy sections 5 to 7). Spans are (least, most)."""

    review_days: tuple[int, int] = (1, 3)
    bank_transfer_days: tuple[int, int] = (5, 7)  # business days
    ach_days: tuple[int, int] = (7, 14)  # business days
    check_weeks: int = 2
    net_days: int = 30
    net_minimum: Money
    refund_days: int = 30
    maintenance_months: int = 12
    bank_only_currencies: frozenset[str] = frozenset()
