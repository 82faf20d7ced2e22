"""Quotes drawn up from whole requests equal the policy's table, worked out here a second time (section 5)."""

import datetime as dt
import random
from decimal import Decimal
from fractions import Fraction

import pytest

from mailbot.domain.decision import Action
from mailbot.domain.file import Entitlement, PriceBook, TaxRate
from mailbot.domain.quote import Quote
from mailbot.domain.request import Kind, Request
from mailbot.handlers import decide
from tests.handlers.making import (
    ACME,
    BOOK,
    JIRA,
    PACK,
    RECORDS,
    TODAY,
    inquiry,
    line,
    mail,
    new_site,
    records_of,
    request,
)

RANDOM_REQUESTS = 5_000
PRODUCTS = ("jira", "confluence", "guard")
PLANS = ("standard", "premium")
TIERS = (10, 25, 50, 100, 200)


def expected_amount(
    kind: Kind,
    book: PriceBook,
    held: Entitlement | None,
    plan: str,
    tier: int,
    product: str,
    today: dt.date,
    target: dt.date,
) -> Fraction | None:
    """Return the exact amount of the policy's table; None when the line is covered or held back."""
    annual = Fraction(book.prices[product, plan, "USD"][tier])
    if held is None or held.end_date < today:
        return annual * (target - today).days / 365 if kind is Kind.CO_TERM else annual
    if kind is Kind.RENEWAL:
        return annual
    before = Fraction(book.prices[product, held.plan, "USD"][held.tier])
    upgrade = (annual - before) * (held.end_date - today).days / 365
    same = (plan, tier) == (held.plan, held.tier)
    if tier < held.tier or (plan, held.plan) == ("standard", "premium") or (same and kind is not Kind.CO_TERM):
        return None
    if kind is Kind.CO_TERM:
        return annual * (target - held.end_date).days / 365 + upgrade
    return upgrade


def cents_half_up(amount: Fraction) -> int:
    """Round to whole cents; amounts of a quote are not negative."""
    return (amount * 200 + 1) // 2


def random_book(rng: random.Random) -> PriceBook:
    prices = {}
    for product in PRODUCTS:
        cents = 0
        by_plan: dict[str, dict[int, Decimal]] = {plan: {} for plan in PLANS}
        for tier in TIERS:
            for plan in PLANS:
                cents += rng.randint(1, 500_000)
                by_plan[plan][tier] = Decimal(cents) / 100
        prices.update({(product, plan, "USD"): tiers for plan, tiers in by_plan.items()})
    return PriceBook(version="r", prices=prices)


def test_quotes_of_random_requests_equal_the_policys_table() -> None:
    rng = random.Random(7)
    quoted = 0
    for _ in range(RANDOM_REQUESTS):
        book = random_book(rng)
        held = {
            product: Entitlement(
                sen=f"SEN-100000{index}",
                site=ACME,
                customer="Acme",
                product=product,
                plan=rng.choice(PLANS),
                tier=rng.choice(TIERS),
                currency="USD",
                end_date=TODAY + dt.timedelta(days=rng.randrange(-40, 700)),
            )
            for index, product in enumerate(PRODUCTS)
            if rng.random() < 0.7
        }
        kind = rng.choice((Kind.EXISTING_SITE, Kind.UPGRADE, Kind.RENEWAL, Kind.CO_TERM))
        asked = {
            product: (rng.choice(PLANS), rng.randint(1, 200)) for product in rng.sample(PRODUCTS, rng.randint(1, 3))
        }
        ends = [TODAY, *(held[product].end_date for product in asked if product in held)]
        target = max(ends) + dt.timedelta(days=rng.randrange(1, 300))
        decision = decide(
            inquiry(
                request(
                    kind,
                    *(line(product, plan, users) for product, (plan, users) in asked.items()),
                    target=target if kind is Kind.CO_TERM else None,
                )
            ),
            mail(),
            records_of(*held.values(), book=book),
            PACK,
            TODAY,
        )
        if decision.quote is None:
            continue
        quoted += 1
        wanted = {}
        for product, (plan, users) in asked.items():
            tier = min(tier for tier in TIERS if tier >= users)
            amount = expected_amount(kind, book, held.get(product), plan, tier, product, TODAY, target)
            if amount is not None:
                wanted[product, plan, tier] = cents_half_up(amount)
        got = {(priced.product, priced.plan, priced.tier): int(priced.amount * 100) for priced in decision.quote.lines}
        assert got == wanted
        assert int(decision.quote.subtotal * 100) == sum(wanted.values())
    assert quoted > RANDOM_REQUESTS // 3


def quote_of(asked: Request, taxes: tuple[TaxRate, ...] = ()) -> Quote:
    records = RECORDS if not taxes else type(RECORDS)(price_book=BOOK, taxes=taxes)
    quote = decide(inquiry(asked), mail(), records, PACK, TODAY).quote
    assert quote is not None
    return quote


def test_a_quote_is_complete_enough_to_print() -> None:
    quote = quote_of(request(Kind.RENEWAL, sens=(JIRA.sen,)))
    assert (quote.kind, quote.currency, quote.number, quote.revision) == (Kind.RENEWAL, "USD", None, 1)
    assert (quote.issued_on, quote.valid_until) == (TODAY, TODAY + dt.timedelta(days=30))
    assert (quote.site, quote.sens) == (ACME, (JIRA.sen,))
    assert (quote.reseller.name, quote.reseller.email) == ("Rita Seller", "rita@reseller.example")
    assert (quote.contact_name, quote.contact_email) == ("Jane Roe", "jane@acme.example")
    assert (quote.price_book, quote.policy) == ("test", "test")
    [priced] = quote.lines
    assert (priced.users, priced.tier, priced.sen) == (50, 50, JIRA.sen)
    assert (priced.start, priced.end) == (dt.date(2027, 4, 1), dt.date(2028, 3, 31))
    assert (quote.subtotal, quote.tax, quote.total) == (Decimal("4000.00"), None, Decimal("4000.00"))


def test_a_line_bills_the_tier_and_keeps_the_number_asked_for() -> None:
    [priced] = quote_of(new_site(line("guard", users=60))).lines
    assert (priced.kind, priced.users, priced.tier, priced.amount) == (Kind.NEW_SITE, 60, 100, Decimal("4000.00"))


def test_tax_of_the_billing_address_is_added() -> None:
    texas = TaxRate(country="US", region="TX", rate=Decimal("0.0825"), name="Sales tax")
    quote = quote_of(new_site(line("guard", users=10)), taxes=(texas,))
    assert quote.tax is not None
    assert (quote.subtotal, quote.tax.amount, quote.total) == (Decimal("400.00"), Decimal("33.00"), Decimal("433.00"))


def test_net_30_is_offered_on_the_total_with_tax() -> None:
    texas = TaxRate(country="US", region="TX", rate=Decimal("0.25"), name="Sales tax")
    asked = new_site(line("guard", users=200))
    assert "net_30" not in quote_of(asked).payment_methods
    assert "net_30" in quote_of(asked, taxes=(texas,)).payment_methods


@pytest.mark.parametrize("ended", [1, 60])
def test_an_ended_subscription_is_renewed_from_today(ended: int) -> None:
    records = records_of(
        Entitlement(
            **{
                **{name: getattr(JIRA, name) for name in Entitlement.__slots__},
                "end_date": TODAY - dt.timedelta(days=ended),
            }
        )
    )
    quote = decide(inquiry(request(Kind.RENEWAL)), mail(), records, PACK, TODAY).quote
    assert quote is not None
    assert (quote.lines[0].start, quote.lines[0].end) == (TODAY, dt.date(2027, 11, 19))


def test_new_and_raised_lines_of_one_request_follow_their_own_rules() -> None:
    decision = decide(
        inquiry(request(Kind.EXISTING_SITE, line("jira", users=80), line("guard", users=80), currency="USD")),
        mail(),
        RECORDS,
        PACK,
        TODAY,
    )
    assert decision.action is Action.QUOTE
    assert decision.quote is not None
    raised, new = decision.quote.lines
    assert (raised.kind, raised.start, raised.end) == (Kind.UPGRADE, TODAY, JIRA.end_date)
    assert (new.kind, new.start, new.end) == (Kind.EXISTING_SITE, TODAY, dt.date(2027, 11, 19))
