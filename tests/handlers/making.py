"""Short ways to write requests, records and mails in the tests of handlers."""

import datetime as dt
from decimal import Decimal

from mailbot.domain.evidence import Extracted
from mailbot.domain.file import Contact, Entitlement, PriceBook, Records, SiteFile
from mailbot.domain.message import Address, Automatic, InboundMessage, TextPart
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import (
    AuthorizedContact,
    Customer,
    Inquiry,
    Kind,
    Quantity,
    Request,
    RequestLine,
    Reseller,
    Users,
)

TODAY = dt.date(2026, 11, 20)

PACK = PolicyPack(
    version="test",
    quote_valid_days=30,
    amount_limits={"USD": Decimal(100_000), "AUD": Decimal(150_000)},
    net_30_minimum={"USD": Decimal(10_000)},
    payment_methods={"USD": ("credit_card", "paypal", "bank_transfer", "check", "ach"), "AUD": ("bank_transfer",)},
    default_currency="USD",
    country_currency={"AU": "AUD"},
    renewal_grace_days=60,
    co_term_max_years=3,
    tax_regions=frozenset({"US", "CA"}),
    new_site_needs_addresses=True,
    review_days=(1, 3),
    bank_transfer_days=(5, 7),
    ach_days=(7, 14),
    check_weeks=2,
    net_days=30,
    refund_days=30,
    maintenance_months=12,
)

TIERS = (10, 25, 50, 100, 200)


def price_list(unit: int) -> dict[int, Decimal]:
    """Return prices of `unit` per user, for the tiers of TIERS."""
    return {tier: Decimal(tier * unit) for tier in TIERS}


BOOK = PriceBook(
    version="test",
    prices={
        ("jira", "standard", "USD"): price_list(80),
        ("jira", "premium", "USD"): price_list(160),
        ("jira", "standard", "AUD"): price_list(120),
        ("confluence", "standard", "USD"): price_list(60),
        ("confluence", "premium", "USD"): price_list(110),
        ("confluence", "standard", "AUD"): price_list(90),
        ("guard", "standard", "USD"): price_list(40),
        ("guard", "standard", "AUD"): price_list(60),
    },
)

ACME = "acme.atlassian.net"
OZ = "oz.atlassian.net"


def subscription(
    sen: str, product: str, tier: int, end: dt.date, *, plan: str = "standard", site: str = ACME, currency: str = "USD"
) -> Entitlement:
    """Return a subscription on file."""
    return Entitlement(
        sen=sen, site=site, customer="Acme", product=product, plan=plan, tier=tier, currency=currency, end_date=end
    )


JIRA = subscription("SEN-1000001", "jira", 50, dt.date(2027, 3, 31))
CONFLUENCE = subscription("SEN-1000002", "confluence", 100, dt.date(2027, 6, 30), plan="premium")
OZ_JIRA = subscription("SEN-1000003", "jira", 25, dt.date(2027, 1, 31), site=OZ, currency="AUD")

JANE = Contact(site=ACME, name="Jane Roe", email="jane@acme.example", role="billing")
JOHN = Contact(site=ACME, name="Jürgen Weiß", email="john@acme.example", role="technical")
MATE = Contact(site=OZ, name="Matilda Lee", email="mate@oz.example", role="site_admin")


def records_of(
    *entitlements: Entitlement, contacts: tuple[Contact, ...] = (JANE, JOHN, MATE), book: PriceBook = BOOK
) -> Records:
    """Return records with these subscriptions, by default with JANE and JOHN of ACME and MATE of OZ."""
    sites = dict.fromkeys((*(held.site for held in entitlements), *(contact.site for contact in contacts)))
    return Records(
        price_book=book,
        sites={
            site: SiteFile(
                site=site,
                entitlements=tuple(held for held in entitlements if held.site == site),
                contacts=tuple(contact for contact in contacts if contact.site == site),
            )
            for site in sites
        },
        sens={held.sen: held for held in entitlements},
        contact_sites={contact.email: frozenset({contact.site}) for contact in contacts},
    )


RECORDS = records_of(JIRA, CONFLUENCE, OZ_JIRA)


def said(text: str | None) -> Extracted[str] | None:
    """Return the value as read from a mail."""
    return None if text is None else Extracted(text)


def line(
    product: str | None = None,
    plan: str | None = None,
    users: int | Quantity | None = None,
    *,
    sen: str | None = None,
    from_users: int | None = None,
    unknown: str | None = None,
) -> RequestLine:
    """Return a line; a bare number is a number of users in all."""
    quantity = Users(users) if isinstance(users, int) else users
    return RequestLine(
        product=said(product),
        plan=said(plan),
        quantity=None if quantity is None else Extracted(quantity),
        from_users=None if from_users is None else Extracted(from_users),
        unknown=said(unknown),
        sen=said(sen),
    )


RESELLER = Reseller(name=said("Rita Seller"), email=said("rita@reseller.example"))


def request(
    kind: Kind,
    *lines: RequestLine,
    site: str | None = ACME,
    sens: tuple[str, ...] = (),
    contact: str | None = "Jane Roe",
    email: str | None = "jane@acme.example",
    target: dt.date | None = None,
    currency: str | None = None,
    **more: object,
) -> Request:
    """Return a request for a site on file, complete but for what the arguments leave out."""
    return Request(
        kind=kind,
        site=said(site),
        sens=tuple(Extracted(sen) for sen in sens),
        contact=AuthorizedContact(name=said(contact), email=said(email)),
        lines=lines,
        target_end_date=None if target is None else Extracted(target),
        currency=said(currency),
        **{"reseller": RESELLER, **more},  # type: ignore[arg-type]  # the fields of Request by name
    )


def new_site(*lines: RequestLine, reseller: Reseller | None = None, **more: object) -> Request:
    """Return a complete request for a customer without a site."""
    return Request(
        kind=Kind.NEW_SITE,
        reseller=reseller
        or Reseller(
            name=said("Rita Seller"),
            email=said("rita@reseller.example"),
            billing_address=said("1 Main Street, Austin, TX 78701"),
            country="US",
            region="TX",
        ),
        customer=Customer(
            name=said("Carl Customer"), email=said("carl@customer.example"), billing_address=said("2 Side Road, Leeds")
        ),
        lines=lines,
        **more,  # type: ignore[arg-type]  # the fields of Request by name
    )


def inquiry(*requests: Request, topics: tuple[str, ...] = (), **more: object) -> Inquiry:
    """Return what a thread asks, in English."""
    return Inquiry(
        language="en",
        requests=requests,
        topics=tuple(Extracted(topic) for topic in topics),
        **more,  # type: ignore[arg-type]  # the flags of Inquiry by name
    )


def mail(sender: str | None = "rita@reseller.example", automatic: Automatic | None = None) -> InboundMessage:
    """Return a newest message; what it says is in the inquiry."""
    return InboundMessage(
        message_id="<1@reseller.example>",
        date=None,
        sender=None if sender is None else Address(name=None, email=sender),
        subject=TextPart(name="subject", text=""),
        body=TextPart(name="body", text=""),
        language="en",
        automatic=automatic,
    )
