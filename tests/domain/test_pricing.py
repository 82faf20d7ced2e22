"""Prices equal what the policy's table of section 5 says, worked out here a second time in whole cents."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.file import Entitlement, PriceBook
from mailbot.domain.pricing import (
    Item,
    PriceList,
    price_co_term,
    price_new,
    price_new_to,
    price_renewal,
    price_upgrade,
    subtotal_of,
)
from mailbot.domain.quote import Formula, QuoteLine
from mailbot.domain.request import Kind

RANDOM_CASES = 100_000
TIERS = (10, 25, 50, 100, 500)
PLANS = ("standard", "premium")


def cents_half_up(numerator: int, denominator: int) -> int:
    """Round a fraction of cents to whole cents, halves away from zero."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def day_before_one_year_later(start: dt.date) -> dt.date:
    if start.month == 2 and start.day == 29:
        return dt.date(start.year + 1, 2, 28)
    return dt.date.fromordinal(dt.date(start.year + 1, start.month, start.day).toordinal() - 1)


class Case:
    """A random price list in cents, a subscription on file and a product that is asked for."""

    def __init__(self, rng: random.Random) -> None:
        self.cents = {(plan, tier): rng.randint(1, 40_000_000) for plan in PLANS for tier in TIERS}
        prices = {
            ("jira", plan, "USD"): {tier: Decimal(self.cents[plan, tier]) / 100 for tier in TIERS} for plan in PLANS
        }
        self.prices = PriceList(book=PriceBook(version="r", prices=prices), currency="USD", days_in_year=365)
        self.today = dt.date(2024, 1, 1) + dt.timedelta(days=rng.randrange(2000))
        self.end = self.today + dt.timedelta(days=rng.randrange(0, 800))
        self.target = self.end + dt.timedelta(days=rng.randrange(0, 1100))
        plan, tier = rng.choice(PLANS), rng.choice(TIERS)
        self.old, self.new = self.cents[plan, tier], 0
        self.held = Entitlement(
            sen="SEN-1234567",
            site="a.example.net",
            customer="A",
            product="jira",
            plan=plan,
            tier=tier,
            currency="USD",
            end_date=self.end,
        )
        plan, tier = rng.choice(PLANS), rng.choice(TIERS)
        self.new = self.cents[plan, tier]
        self.grows = (plan, tier) != (self.held.plan, self.held.tier)
        self.item = Item(product="jira", plan=plan, users=tier, tier=tier)


def days(first: dt.date, last: dt.date) -> int:
    return last.toordinal() - first.toordinal()


def cents(line: QuoteLine) -> int:
    assert line.amount == line.amount.quantize(Decimal("0.01"))
    return int(line.amount * 100)


def test_amounts_and_terms_equal_the_policy_over_many_random_cases() -> None:
    rng = random.Random(20261120)
    for _ in range(RANDOM_CASES // 5):
        case = Case(rng)

        new = price_new(Kind.NEW_SITE, case.item, case.prices, case.today)
        assert (cents(new), new.start, new.end) == (case.new, case.today, day_before_one_year_later(case.today))

        ended = Entitlement(
            **{**_fields(case.held), "end_date": case.today - dt.timedelta(days=rng.randrange(-300, 60))}
        )
        renewal = price_renewal(case.item, ended, case.prices, case.today)
        start = max(dt.date.fromordinal(ended.end_date.toordinal() + 1), case.today)
        assert (cents(renewal), renewal.start, renewal.end) == (case.new, start, day_before_one_year_later(start))

        upgrade = price_upgrade(case.item, case.held, case.prices, case.today)
        difference = (case.new - case.old) * days(case.today, case.end)
        assert (cents(upgrade), upgrade.start, upgrade.end) == (cents_half_up(difference, 365), case.today, case.end)

        co_term = price_co_term(case.item, case.held, case.prices, case.today, case.target)
        extension = case.new * days(case.end, case.target)
        whole = extension + difference if case.grows else extension
        assert cents(co_term) == cents_half_up(whole, 365)
        assert (days(case.end, co_term.start), co_term.end) == (1, case.target)

        joined = price_new_to(case.item, case.prices, case.today, case.target)
        prorated = case.new * days(case.today, case.target)
        assert cents(joined) == cents_half_up(prorated, 365)
        assert (joined.start, joined.end) == (case.today, case.target)

        lines = (new, renewal, upgrade, co_term, joined)
        assert int(subtotal_of(lines) * 100) == sum(cents(line) for line in lines)


def _fields(held: Entitlement) -> dict[str, object]:
    return {name: getattr(held, name) for name in Entitlement.__slots__}


HELD = Entitlement(
    sen="SEN-1234567",
    site="a.example.net",
    customer="A",
    product="jira",
    plan="standard",
    tier=100,
    currency="USD",
    end_date=dt.date(2027, 3, 31),
)
BOOK = PriceBook(
    version="t",
    prices={
        ("jira", "standard", "USD"): {100: Decimal("8150.00"), 200: Decimal("14700.00")},
        ("jira", "premium", "USD"): {100: Decimal("16000.00")},
    },
)
PRICES = PriceList(book=BOOK, currency="USD", days_in_year=365)
TO_200 = Item(product="jira", plan="standard", users=150, tier=200)
AS_IS = Item(product="jira", plan="standard", users=100, tier=100)


def test_an_upgrade_pays_the_difference_for_the_rest_of_the_term() -> None:
    line = price_upgrade(TO_200, HELD, PRICES, dt.date(2026, 11, 5))
    assert line.amount == Decimal("2620.00")  # (14,700.00 - 8,150.00) * 146 / 365
    assert (line.users, line.tier, line.tier_before, line.plan_before, line.sen) == (
        150,
        200,
        100,
        "standard",
        "SEN-1234567",
    )
    [step] = line.steps
    assert (step.formula, step.annual, step.annual_before, step.days) == (
        Formula.DIFFERENCE,
        Decimal("14700.00"),
        Decimal("8150.00"),
        146,
    )


def test_an_upgrade_on_the_last_day_of_the_term_costs_nothing() -> None:
    assert price_upgrade(TO_200, HELD, PRICES, HELD.end_date).amount == 0


def test_a_co_term_that_grows_shows_both_charges_and_rounds_their_sum_once() -> None:
    prices = {("jira", "standard", "USD"): {100: Decimal("0.00"), 200: Decimal("1.00")}}
    cheap = PriceList(book=PriceBook(version="t", prices=prices), currency="USD", days_in_year=1000)
    line = price_co_term(
        TO_200, HELD, cheap, HELD.end_date - dt.timedelta(days=4), HELD.end_date + dt.timedelta(days=4)
    )
    assert [step.formula for step in line.steps] == [Formula.PRORATED, Formula.DIFFERENCE]
    assert [step.amount for step in line.steps] == [Decimal("0.00"), Decimal("0.00")]
    assert line.amount == Decimal("0.01")


def test_a_co_term_that_does_not_grow_is_prorated_alone() -> None:
    line = price_co_term(AS_IS, HELD, PRICES, dt.date(2026, 11, 5), dt.date(2027, 12, 31))
    assert [step.formula for step in line.steps] == [Formula.PRORATED]
    assert line.amount == Decimal("6140.41")  # 8,150.00 * 275 / 365 = 6,140.4109


def test_a_higher_plan_of_the_same_tier_is_an_upgrade_too() -> None:
    premium = Item(product="jira", plan="premium", users=100, tier=100)
    line = price_upgrade(premium, HELD, PRICES, HELD.end_date - dt.timedelta(days=73))
    assert line.amount == Decimal("1570.00")  # (16,000.00 - 8,150.00) / 5


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (dt.date(2026, 11, 20), dt.date(2027, 11, 19)),
        (dt.date(2028, 2, 29), dt.date(2029, 2, 28)),
        (dt.date(2027, 3, 1), dt.date(2028, 2, 29)),
        (dt.date(2028, 3, 1), dt.date(2029, 2, 28)),
        (dt.date(2027, 1, 1), dt.date(2027, 12, 31)),
    ],
)
def test_a_year_ends_one_day_before_its_anniversary(start: dt.date, end: dt.date) -> None:
    assert price_new(Kind.EXISTING_SITE, AS_IS, PRICES, start).end == end


def test_a_price_that_the_book_has_not_is_an_error_and_not_a_guess() -> None:
    enterprise = Item(product="jira", plan="enterprise", users=100, tier=100)
    with pytest.raises(KeyError):
        price_new(Kind.NEW_SITE, enterprise, PRICES, dt.date(2026, 11, 20))


amounts = st.integers(min_value=0, max_value=10**11).map(lambda cents: Decimal(cents) / 100)


@given(low=amounts, more=amounts, left=st.integers(0, 400), extra=st.integers(0, 1100))
def test_a_growing_co_term_costs_at_least_what_extending_alone_costs(
    low: Decimal, more: Decimal, left: int, extra: int
) -> None:
    book = PriceBook(version="t", prices={("jira", "standard", "USD"): {100: low, 200: low + more}})
    prices = PriceList(book=book, currency="USD", days_in_year=365)
    today, target = HELD.end_date - dt.timedelta(days=left), HELD.end_date + dt.timedelta(days=extra)
    as_is = price_co_term(AS_IS, HELD, prices, today, target)
    grown = price_co_term(TO_200, HELD, prices, today, target)
    assert 0 <= as_is.amount <= grown.amount


@given(annual=amounts, whole=st.integers(0, 1000), part=st.integers(0, 1000))
def test_proration_is_additive_to_the_cent(annual: Decimal, whole: int, part: int) -> None:
    book = PriceBook(version="t", prices={("jira", "standard", "USD"): {100: annual}})
    prices = PriceList(book=book, currency="USD", days_in_year=365)
    today = dt.date(2026, 11, 20)
    middle, end = today + dt.timedelta(days=part), today + dt.timedelta(days=part + whole)
    first = price_new_to(AS_IS, prices, today, middle).amount
    second = price_new_to(AS_IS, prices, middle, end).amount
    assert abs(price_new_to(AS_IS, prices, today, end).amount - first - second) <= Decimal("0.01")
