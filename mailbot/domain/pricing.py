"""What a line of a quote costs (policy section 5). Amounts are exact until they are rounded half up, line by line."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from mailbot.domain.file import Entitlement, PriceBook
from mailbot.domain.money import to_cents
from mailbot.domain.quote import Formula, QuoteLine, Step
from mailbot.domain.request import Kind
from mailbot.domain.term import ONE_DAY, last_day_of_year_from, renewal_start


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is to be priced: a product in a plan, for `users`, billed as `tier`."""

    product: str
    plan: str
    users: int
    tier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """The annual list prices of one currency, and the days of a year in a prorated amount."""

    book: PriceBook
    currency: str
    days_in_year: int

    def annual(self, product: str, plan: str, tier: int) -> Decimal:
        """Return the annual price of exactly this tier; KeyError when the book has none."""
        return self.book.prices[product, plan, self.currency][tier]

    def has(self, product: str, plan: str, tier: int) -> bool:
        """Whether the book has a price of exactly this tier."""
        return tier in self.book.prices.get((product, plan, self.currency), {})


def price_new(kind: Kind, item: Item, prices: PriceList, today: dt.date) -> QuoteLine:
    """Price a subscription, on a new or an existing site as `kind` says, that begins today and runs a year."""
    charge = _whole_year(item, prices)
    return _line(kind, item, None, today, last_day_of_year_from(today), [charge])


def price_renewal(item: Item, held: Entitlement, prices: PriceList, today: dt.date) -> QuoteLine:
    """Price a further year of a subscription, from the day after its end or, if it has ended, from today."""
    charge = _whole_year(item, prices)
    start = renewal_start(held.end_date, today)
    return _line(Kind.RENEWAL, item, held, start, last_day_of_year_from(start), [charge])


def price_upgrade(item: Item, held: Entitlement, prices: PriceList, today: dt.date) -> QuoteLine:
    """Price the difference to a higher tier or plan for the rest of a running term."""
    charge = _difference(item, held, prices, today)
    return _line(Kind.UPGRADE, item, held, today, held.end_date, [charge])


def price_co_term(item: Item, held: Entitlement, prices: PriceList, today: dt.date, target: dt.date) -> QuoteLine:
    """Price a running subscription from its end to the common date, and a growth of it for the rest of its term."""
    charges = [_prorated(item, prices, (target - held.end_date).days)]
    if (item.tier, item.plan) != (held.tier, held.plan):
        charges.append(_difference(item, held, prices, today))
    return _line(Kind.CO_TERM, item, held, held.end_date + ONE_DAY, target, charges)


def price_new_to(item: Item, prices: PriceList, today: dt.date, target: dt.date) -> QuoteLine:
    """Price a subscription that begins today and ends on the common date."""
    charge = _prorated(item, prices, (target - today).days)
    return _line(Kind.CO_TERM, item, None, today, target, [charge])


def subtotal_of(lines: Iterable[QuoteLine]) -> Decimal:
    """Return the sum of the lines' rounded amounts."""
    return to_cents(sum((line.amount for line in lines), Decimal(0)))


@dataclass(frozen=True, slots=True)
class _Charge:
    """One term of a line's sum, exact: `numerator` / `denominator`."""

    formula: Formula
    annual: Decimal
    annual_before: Decimal | None
    days: int | None
    numerator: Decimal
    denominator: int


def _whole_year(item: Item, prices: PriceList) -> _Charge:
    annual = prices.annual(item.product, item.plan, item.tier)
    return _Charge(Formula.ANNUAL, annual, None, None, annual, 1)


def _prorated(item: Item, prices: PriceList, days: int) -> _Charge:
    annual = prices.annual(item.product, item.plan, item.tier)
    return _Charge(Formula.PRORATED, annual, None, days, annual * days, prices.days_in_year)


def _difference(item: Item, held: Entitlement, prices: PriceList, today: dt.date) -> _Charge:
    annual = prices.annual(item.product, item.plan, item.tier)
    before = prices.annual(held.product, held.plan, held.tier)
    days = (held.end_date - today).days
    return _Charge(Formula.DIFFERENCE, annual, before, days, (annual - before) * days, prices.days_in_year)


def _line(
    kind: Kind, item: Item, held: Entitlement | None, start: dt.date, end: dt.date, charges: list[_Charge]
) -> QuoteLine:
    # The policy rounds a line once. All charges of a line have one denominator, so their sum is divided once; the
    # steps are rounded for print only and may differ from the line by a cent.
    exact = sum((charge.numerator for charge in charges), Decimal(0)) / charges[0].denominator
    return QuoteLine(
        kind=kind,
        product=item.product,
        plan=item.plan,
        users=item.users,
        tier=item.tier,
        sen=held.sen if held else None,
        tier_before=held.tier if held else None,
        plan_before=held.plan if held else None,
        start=start,
        end=end,
        steps=tuple(_step(charge) for charge in charges),
        amount=to_cents(exact),
    )


def _step(charge: _Charge) -> Step:
    return Step(
        formula=charge.formula,
        annual=charge.annual,
        annual_before=charge.annual_before,
        days=charge.days,
        amount=to_cents(charge.numerator / charge.denominator),
    )
