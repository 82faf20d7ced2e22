"""What a case asks for, drawn at random, and what is on file for it; the decision follows from this alone."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from mailbot.domain.catalogue import PLANS
from mailbot.domain.decision import Decision
from mailbot.domain.evidence import Extracted
from mailbot.domain.file import Contact, Entitlement, PriceBook, Records, SiteFile, TaxRate
from mailbot.domain.message import Address, InboundMessage, TextPart
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import (
    AuthorizedContact,
    Customer,
    Inquiry,
    Kind,
    MoreUsers,
    Quantity,
    Request,
    RequestLine,
    Reseller,
    UserRange,
    Users,
)
from mailbot.handlers import decide
from tests.metamorphic.people import Cast, Person, Place

TODAY = dt.date(2026, 11, 24)
TIERS = (10, 25, 50, 100, 200, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000, 3000, 5000, 10000)
PLANS_SOLD: Mapping[str, tuple[str, ...]] = {
    "jira": PLANS,
    "confluence": PLANS,
    "jira-service-management": PLANS,
    "jira-product-discovery": ("standard", "premium"),
    "bitbucket": ("standard", "premium"),
    "trello": PLANS,
    "guard": ("standard", "premium"),
    "statuspage": ("standard",),
    "opsgenie": ("standard", "enterprise"),
    "compass": ("standard", "premium"),
    "loom": ("standard",),
}
OMISSIONS = ("contact_name", "contact_email", "plan", "users", "site", "target", "customer_address", "reseller_address")

_USUAL = ("jira", "jira", "confluence", "confluence", "jira-service-management", *PLANS_SOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A product asked for. `before` is the number said to be there now."""

    product: str
    plan: str | None
    quantity: Quantity | None
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as a person has it in mind. `person` is the contact, for a new site the customer's person."""

    kind: Kind
    unchanged: bool = False
    reseller: Person
    reseller_company: str
    reseller_place: Place | None = None
    customer_company: str
    customer_place: Place | None = None
    person_name: str | None
    person_email: str | None
    site: str | None = None
    sens: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    target: dt.date | None = None
    records: Records = field(repr=False)

    @property
    def form(self) -> str:
        """The kind, with a renewal without lines told apart; names the phrases that ask for it."""
        return "renewal_as_it_is" if self.kind is Kind.RENEWAL and not self.lines else self.kind.value


def draw(cast: Cast, rng: random.Random) -> Asked:
    """Return a complete request whose people come from one language's cast."""
    customer, site = cast.customer(rng), cast.site(rng)
    reseller_company, domain = cast.reseller(rng)
    contact, reseller = cast.person(rng, f"{site}.example"), cast.person(rng, domain)
    while reseller.name == contact.name:
        reseller = cast.person(rng, domain)
    host = f"{site}.atlassian.net"
    held = _subscriptions(host, customer, rng)
    asked = Asked(
        kind=rng.choice([Kind.EXISTING_SITE, Kind.NEW_SITE, Kind.RENEWAL, Kind.RENEWAL, Kind.UPGRADE, Kind.CO_TERM]),
        reseller=reseller,
        reseller_company=reseller_company,
        customer_company=customer,
        person_name=contact.name,
        person_email=contact.email,
        records=_records(host, held, contact, rng),
    )
    if asked.kind is Kind.NEW_SITE:
        lines = tuple(_new_line(product, rng) for product in _some(PLANS_SOLD, rng))
        customer_place, reseller_place = cast.places_apart(rng)
        return replace(asked, lines=lines, customer_place=customer_place, reseller_place=reseller_place)
    asked = replace(asked, site=host, **_parts_of_kind(asked.kind, held, rng))
    if rng.random() < 0.25:
        products = [line.product for line in asked.lines]
        sens = [h.sen for h in held if h.product in products or asked.form == "renewal_as_it_is"]
        if asked.kind is not Kind.EXISTING_SITE and asked.kind is not Kind.CO_TERM:
            asked = replace(asked, sens=tuple(sens))
    if rng.random() < 0.06:
        asked = replace(asked, records=replace(asked.records, sites={}, sens={}))
    elif rng.random() < 0.06:
        asked = replace(asked, person_email=f"office@{site}.example")
    return asked


def without(asked: Asked, omissions: Sequence[str]) -> Asked:
    """Return the request with these things left unsaid, as far as it has them."""
    for omission in omissions:
        match omission:
            case "contact_name":
                asked = replace(asked, person_name=None)
            case "contact_email":
                asked = replace(asked, person_email=None)
            case "plan":
                asked = replace(asked, lines=tuple(replace(line, plan=None) for line in asked.lines))
            case "users":
                asked = replace(asked, lines=tuple(replace(line, quantity=None, before=None) for line in asked.lines))
            case "site":
                asked = replace(asked, site=None, sens=())
            case "target":
                asked = replace(asked, target=None)
            case "customer_address":
                asked = replace(asked, customer_place=None)
            case "reseller_address":
                asked = replace(asked, reseller_place=None)
    return asked


def decision_of(asked: Asked, language: str, pack: PolicyPack) -> Decision:
    """Return what the desk decides when it understands the request exactly as meant."""
    sender = Address(name=asked.reseller.name, email=asked.reseller.email)
    empty = TextPart(name="subject", text="")
    newest = InboundMessage(message_id=None, date=None, sender=sender, subject=empty, body=empty, language=language)
    return decide(Inquiry(language=language, requests=(_request(asked),)), newest, asked.records, pack, TODAY)


def _request(asked: Asked) -> Request:
    is_new = asked.kind is Kind.NEW_SITE
    name, email = _said(asked.person_name), _said(asked.person_email)
    place = asked.reseller_place
    return Request(
        kind=asked.kind,
        reseller=Reseller(
            name=Extracted(asked.reseller.name),
            email=Extracted(asked.reseller.email),
            billing_address=_said(place.text if place else None),
            country=place.country if place else None,
            region=place.region if place else None,
        ),
        customer=Customer(
            name=name if is_new else None,
            email=email if is_new else None,
            billing_address=_said(asked.customer_place.text if asked.customer_place else None),
        ),
        contact=AuthorizedContact() if is_new else AuthorizedContact(name=name, email=email),
        site=_said(asked.site),
        sens=tuple(Extracted(sen) for sen in asked.sens),
        lines=tuple(_request_line(line) for line in asked.lines),
        unchanged=asked.unchanged,
        target_end_date=Extracted(asked.target) if asked.target else None,
    )


def _request_line(line: Line) -> RequestLine:
    return RequestLine(
        product=Extracted(line.product),
        plan=_said(line.plan),
        quantity=Extracted(line.quantity) if line.quantity else None,
        from_users=Extracted(line.before) if line.before else None,
    )


def _said(value: str | None) -> Extracted[str] | None:
    return Extracted(value) if value is not None else None


def _parts_of_kind(kind: Kind, held: Sequence[Entitlement], rng: random.Random) -> dict[str, object]:
    """Return the lines and dates that a request of this kind has for a site with these subscriptions."""
    match kind:
        case Kind.EXISTING_SITE:
            others = [product for product in PLANS_SOLD if product not in {h.product for h in held}]
            return {"lines": tuple(_new_line(product, rng) for product in _some(others, rng))}
        case Kind.UPGRADE:
            return {"lines": tuple(_raised_line(h, rng) for h in rng.sample(held, rng.randint(1, min(2, len(held)))))}
        case Kind.RENEWAL if rng.random() < 0.4:
            return {"lines": tuple(_renewed_line(h, rng) for h in held)}
        case Kind.RENEWAL:
            return {"unchanged": True}
        case _:
            return {"target": _date_after(max(h.end_date for h in held), rng)}


def _new_line(product: str, rng: random.Random) -> Line:
    return Line(product=product, plan=rng.choice(PLANS_SOLD[product][:2]), quantity=_quantity(rng))


def _raised_line(held: Entitlement, rng: random.Random) -> Line:
    above = [tier for tier in TIERS if tier > held.tier][:4]
    users = rng.choice(above) - rng.choice((0, 0, 0, 3, 5))
    how = rng.random()
    if how < 0.2:
        return Line(product=held.product, plan=None, quantity=MoreUsers(rng.choice((10, 20, 25, 50, 100))))
    return Line(
        product=held.product,
        plan=held.plan if how < 0.5 else None,
        quantity=Users(users),
        before=held.tier if how > 0.7 else None,
    )


def _renewed_line(held: Entitlement, rng: random.Random) -> Line:
    users = rng.choice([held.tier, held.tier, *[tier for tier in TIERS if tier > held.tier][:2]])
    return Line(product=held.product, plan=held.plan, quantity=Users(users))


def _quantity(rng: random.Random) -> Quantity:
    if rng.random() < 0.06:
        low = rng.randrange(3, 10)
        return UserRange(TIERS[low] + 1, TIERS[low + 1])
    return Users(rng.choice([*TIERS[:9], *TIERS, 12, 18, 37, 64, 75, 120, 150, 180, 250, 275, 345, 1250]))


def _date_after(end: dt.date, rng: random.Random) -> dt.date:
    """Return a date that nobody reads two ways: a month's end or a day after the twelfth."""
    later = end + dt.timedelta(days=rng.randint(20, 400))
    month_end = (later.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return month_end if rng.random() < 0.5 else later.replace(day=rng.randint(13, 28)) + dt.timedelta(days=0)


def _some(products: Sequence[str] | Mapping[str, object], rng: random.Random) -> list[str]:
    """Return one to three products, the usual ones more often."""
    usual = [product for product in _USUAL if product in products]
    rng.shuffle(usual)
    return list(dict.fromkeys(usual))[: rng.choice((1, 1, 2, 2, 3))]


def _subscriptions(host: str, customer: str, rng: random.Random) -> list[Entitlement]:
    currency = "AUD" if rng.random() < 0.1 else "USD"
    end = TODAY + dt.timedelta(days=rng.randint(5, 330))
    return [
        Entitlement(
            sen=f"SEN-{rng.randint(1_000_000, 99_999_999)}",
            site=host,
            customer=customer,
            product=product,
            plan=rng.choice(PLANS_SOLD[product][:2]),
            tier=rng.choice(TIERS[:10]),
            currency=currency,
            end_date=end + dt.timedelta(days=rng.choice((0, 0, 30, 61))),
        )
        for product in _some(PLANS_SOLD, rng)
    ]


def _records(host: str, held: Sequence[Entitlement], contact: Person, rng: random.Random) -> Records:
    role = rng.choice(("billing", "technical", "site_admin"))
    contacts = (Contact(site=host, name=contact.name, email=contact.email, role=role),)
    return Records(
        price_book=PRICE_BOOK,
        sites={host: SiteFile(site=host, entitlements=tuple(held), contacts=contacts)},
        sens={h.sen: h for h in held},
        contact_sites={contact.email: frozenset({host})},
        taxes=TAXES,
    )


def _prices(product: str, plan: str, currency: str) -> dict[int, Decimal]:
    rate = Decimal(37 + 11 * sorted(PLANS_SOLD).index(product)) * (1 + PLANS.index(plan))
    rate *= Decimal("1.5") if currency == "AUD" else 1
    return {tier: rate * tier for tier in TIERS}


PRICE_BOOK = PriceBook(
    version="invented",
    prices={
        (product, plan, currency): _prices(product, plan, currency)
        for product, plans in PLANS_SOLD.items()
        for plan in plans
        for currency in ("USD", "AUD")
    },
)
TAXES = (
    TaxRate(country="DE", region="", rate=Decimal("0.19"), name="MwSt"),
    TaxRate(country="JP", region="", rate=Decimal("0.10"), name="JCT"),
    TaxRate(country="AU", region="", rate=Decimal("0.10"), name="GST"),
    TaxRate(country="US", region="TX", rate=Decimal("0.0825"), name="Sales tax"),
)
