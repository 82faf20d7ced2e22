"""What a mail asks for, as far as the mail itself says it (policy sections 1, 2)."""

import datetime as dt
import enum
from dataclasses import dataclass, field

from mailbot.domain.evidence import Evidence, Extracted


class Kind(enum.Enum):
    """Kinds of request (policy section 2)."""

    EXISTING_SITE = "existing_site"
    NEW_SITE = "new_site"
    RENEWAL = "renewal"
    UPGRADE = "upgrade"
    CO_TERM = "co_term"
    DATA_CENTER = "data_center"
    SERVER = "server"
    MONTHLY = "monthly"

    @property
    def is_quoted(self) -> bool:
        """Whether requests of this kind are answered with a quote; the others are answered with words."""
        return self not in (Kind.DATA_CENTER, Kind.SERVER, Kind.MONTHLY)

    @property
    def needs_site(self) -> bool:
        """Whether requests of this kind name a site on file."""
        return self.is_quoted and self is not Kind.NEW_SITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reseller:
    """The company that writes and buys for somebody else. `email` is the sender's address."""

    name: Extracted[str] | None = None
    email: Extracted[str] | None = None
    company: Extracted[str] | None = None
    billing_address: Extracted[str] | None = None
    country: str | None = None  # ISO 3166-1 alpha-2 of the billing address
    region: str | None = None  # ISO 3166-2 part of it, for countries where tax needs it


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The end user for whom the reseller buys; `name` and `email` are a person's."""

    name: Extracted[str] | None = None
    email: Extracted[str] | None = None
    company: Extracted[str] | None = None
    billing_address: Extracted[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizedContact:
    """The billing contact, technical contact or site administrator whom the mail names."""

    name: Extracted[str] | None = None
    email: Extracted[str] | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """A number of users (agents) in all."""

    count: int


@dataclass(frozen=True, slots=True)
class MoreUsers:
    """An increment on top of what the site has ("50 more")."""

    by: int


@dataclass(frozen=True, slots=True)
class UserRange:
    """ "401-500 users": a tier if the price book has exactly this one, otherwise ambiguous."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """ "50 or 100": ambiguous."""

    counts: tuple[int, ...]


Quantity = Users | MoreUsers | UserRange | OneOf


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """One product asked for. `product` and `plan` are price book keys (`jira`, `standard`).

    `product` None: a count or a plan without a product (completion gives it the product of the SEN, or of the
    only line). `unknown` is the name as written of a product or plan that is none of ours (a Marketplace app).
    `from_users` is the count that the mail says is there now, `from_plan` the plan ("from Standard to Premium").
    `plan_shared`: the plan stands beside another product of the same list ("Jira and Confluence Premium"). `sen` ties
    the line to a subscription when the mail does.
    """

    product: Extracted[str] | None = None
    plan: Extracted[str] | None = None
    quantity: Extracted[Quantity] | None = None
    from_users: Extracted[int] | None = None
    from_plan: Extracted[str] | None = None
    plan_shared: bool = False
    unknown: Extracted[str] | None = None
    sen: Extracted[str] | None = None


class Reason(enum.Enum):
    """Reasons for review (policy section 4)."""

    SENDER_UNAUTHENTICATED = "sender_unauthenticated"
    REPLY_TO_MISMATCH = "reply_to_mismatch"
    UNKNOWN_SITE = "unknown_site"
    CONTACT_NOT_ON_FILE = "contact_not_on_file"
    CONFLICTING_VALUES = "conflicting_values"
    AMBIGUOUS_QUANTITY = "ambiguous_quantity"
    AMBIGUOUS_PRODUCT = "ambiguous_product"
    UNKNOWN_PRODUCT = "unknown_product"
    AMBIGUOUS_DATE = "ambiguous_date"
    MULTIPLE_CUSTOMERS = "multiple_customers"
    QUANTITY_OUT_OF_RANGE = "quantity_out_of_range"
    DOWNGRADE = "downgrade"
    DIRECT_CUSTOMER = "direct_customer"
    TWO_TIER_RESALE = "two_tier_resale"
    UNSUPPORTED_CURRENCY = "unsupported_currency"
    UNSUPPORTED_TERM = "unsupported_term"
    INVALID_DATE = "invalid_date"
    UNREADABLE_ATTACHMENT = "unreadable_attachment"
    CO_TERM_REVIEW = "co_term_review"
    DISCOUNT_CLAIM = "discount_claim"
    AMOUNT_LIMIT = "amount_limit"
    UNRECOGNISED = "unrecognised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Something that reading alone could not settle; it becomes a finding. `path` names the field (contract)."""

    reason: Reason
    path: str = ""
    evidence: tuple[Evidence, ...] = ()
    note: str = ""  # for staff, in English


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, as the mails of a thread state it; nothing from the vendor's records yet.

    `kind` is what the words say; completion may correct it with the file (existing_site <-> upgrade).
    `excluded` are products that the mail refuses; lines taken from the file leave them out.
    `with_rest`: the lines change some of all that is renewed; the file's other subscriptions go along as they are.
    `unchanged`: "as it is", "all products": lines come from the file. `sens` as `SEN-1234567`, sites as host names.
    `months` is a term that the mail names (12 is a year). `currency` is an ISO 4217 code that the mail asks for.
    A field that the mail contradicts or leaves open two ways is None and has a doubt with its path.
    """

    kind: Kind
    reseller: Reseller = field(default_factory=Reseller)
    customer: Customer = field(default_factory=Customer)
    contact: AuthorizedContact = field(default_factory=AuthorizedContact)
    site: Extracted[str] | None = None
    sens: tuple[Extracted[str], ...] = ()
    lines: tuple[RequestLine, ...] = ()
    with_rest: bool = False
    unchanged: bool = False
    excluded: frozenset[str] = frozenset()
    target_end_date: Extracted[dt.date] | None = None
    currency: Extracted[str] | None = None
    months: Extracted[int] | None = None
    discount_claim: Extracted[str] | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """All that a thread asks, after its last message.

    `topics` are keys of policy section 7 that the newest mail asks about. `wants_quote` is False when the
    newest mail only asks questions (after a quote, or without any request).
    """

    language: str
    requests: tuple[Request, ...] = ()
    topics: tuple[Extracted[str], ...] = ()
    wants_quote: bool = True
    sender_unauthenticated: bool = False
    reply_to_mismatch: bool = False
