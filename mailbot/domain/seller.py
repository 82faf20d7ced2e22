"""Who sells: what replies and quotes say about ourselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The selling company as letterheads name it; empty values are left out.

    `bank` is printed as it is, line by line. `logo` is the name of an SVG, PNG or JPEG file under `templates/quote/`.
    `form_url` and the following are named in replies; one that is empty is replaced by the website.
    """

    name: str
    address: tuple[str, ...] = ()
    country: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    tax_id: str = ""
    bank: tuple[str, ...] = ()
    logo: str = ""
    form_url: str = ""
    payment_url: str = ""
    trial_url: str = ""
    support_url: str = ""
