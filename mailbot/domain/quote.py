"""A quote: immutable once issued, complete enough to print, sign and recompute."""

import datetime as dt
import enum
from dataclasses import dataclass
from decimal import Decimal

from mailbot.domain.request import Kind


class Formula(enum.Enum):
    """How a line's amount comes about (policy section 5); names the words of the explanation."""

    ANNUAL = "annual"  # annual(tier)
    DIFFERENCE = "difference"  # (annual(new) - annual(old)) * days / 365
    PRORATED = "prorated"  # annual(tier) * days / 365
    PRORATED_AND_DIFFERENCE = "prorated_and_difference"  # co-term with a higher tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One term of a line's sum: `amount` = (annual - annual_before) * days / 365, or annual when days is None.

    Amounts are unrounded only inside; `amount` is rounded half up to cents.
    """

    formula: Formula
    annual: Decimal
    annual_before: Decimal | None
    days: int | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """One priced product. `users` is what was asked for, `tier` what is billed; `start` to `end` inclusive."""

    kind: Kind
    product: str
    plan: str
    users: int
    tier: int
    sen: str | None
    tier_before: int | None
    plan_before: str | None
    start: dt.date
    end: dt.date
    steps: tuple[Step, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """The tax of the reseller's billing address on the subtotal."""

    name: str
    rate: Decimal
    amount: Decimal
    country: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whom a quote names: person, company, address; each as the mail said it or None."""

    name: str | None
    email: str | None
    company: str | None
    billing_address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedLine:
    """A line of the quote that a revision replaces."""

    product: str
    plan: str
    users: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedQuote:
    """What a revision must know of the quote before it, to say what has changed."""

    currency: str
    lines: tuple[ReplacedLine, ...]
    total: Decimal
    valid_until: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A priced request. `tax` None means: added according to the billing address, not known yet or none applies.

    `payment_methods` are keys of policy section 6 (`credit_card`, `paypal`, `bank_transfer`, `check`, `ach`,
    `net_30`). `number` is None until the quote is recorded.
    """

    number: str | None
    revision: int
    kind: Kind
    currency: str
    lines: tuple[QuoteLine, ...]
    subtotal: Decimal
    tax: Tax | None
    total: Decimal
    issued_on: dt.date
    valid_until: dt.date
    payment_methods: tuple[str, ...]
    reseller: Party
    customer: Party
    contact_name: str | None
    contact_email: str | None
    site: str | None
    sens: tuple[str, ...]
    price_book: str  # its version
    policy: str  # the policy pack's version
    replaces: str | None = None  # number/revision of the quote that this one supersedes
    days_in_year: int = 365  # of the prorated amounts
    replaced: ReplacedQuote | None = None  # of what `replaces` names
