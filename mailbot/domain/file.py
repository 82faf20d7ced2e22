"""What the vendor has on file: price book, entitlements, contacts, taxes (contract, data files)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """A subscription on file."""

    sen: str
    site: str
    customer: str
    product: str
    plan: str
    tier: int
    currency: str
    end_date: dt.date

    def is_active(self, today: dt.date) -> bool:
        """Whether the paid term still runs on that day (its last day included)."""
        return self.end_date >= today


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """An authorized contact of a site; `role` is `billing`, `technical` or `site_admin`."""

    site: str
    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """All that is on file for one site."""

    site: str
    entitlements: tuple[Entitlement, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """Annual list prices: (product, plan, currency) -> {tier: annual price}, tiers ascending.

    A tier is named by the largest number of users it covers.
    """

    version: str
    prices: Mapping[tuple[str, str, str], Mapping[int, Decimal]]

    @property
    def products(self) -> frozenset[str]:
        """The products that have a price."""
        return frozenset(product for product, _, _ in self.prices)

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies that have a price."""
        return frozenset(currency for _, _, currency in self.prices)

    def plans(self, product: str) -> tuple[str, ...]:
        """Return the product's plans that have a price, sorted."""
        return tuple(sorted({plan for p, plan, _ in self.prices if p == product}))


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """A tax on quotes billed to a country (and region); `rate` is a decimal fraction."""

    country: str
    region: str
    rate: Decimal
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The vendor's records that a decision looks at, whole or only the part it needs.

    `sites` maps a host name to its file, `sens` a SEN to its entitlement, `contact_sites` an e-mail address
    (lower case) to the sites it is a contact of.
    """

    price_book: PriceBook
    sites: Mapping[str, SiteFile] = field(default_factory=dict)
    sens: Mapping[str, Entitlement] = field(default_factory=dict)
    contact_sites: Mapping[str, frozenset[str]] = field(default_factory=dict)
    taxes: tuple[TaxRate, ...] = ()
