"""A quote adds up when it was priced by the rules, and no longer when any of its figures is another."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.file import Entitlement, PriceBook
from mailbot.domain.money import to_cents
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
from mailbot.domain.quote import Party, Quote, QuoteLine, Tax
from mailbot.domain.recomputing import amounts_of, mistakes
from mailbot.domain.request import Kind

TODAY = dt.date(2026, 11, 5)
NOBODY = Party(name=None, email=None, company=None, billing_address=None)
ANNUAL = st.decimals(min_value=1, max_value=400_000, places=2)
CENT = Decimal("0.01")


@st.composite
def lines(draw: st.DrawFn) -> QuoteLine:
    """A line of any kind, priced by the rules."""
    low, high = sorted([draw(ANNUAL), draw(ANNUAL)])
    book = PriceBook(version="1", prices={("jira", "standard", "USD"): {50: low, 100: high}})
    prices = PriceList(book=book, currency="USD", days_in_year=365)
    item = Item(product="jira", plan="standard", users=80, tier=100)
    end = TODAY + dt.timedelta(days=draw(st.integers(0, 800)))
    target = end + dt.timedelta(days=draw(st.integers(0, 1000)))
    held = Entitlement(
        sen="SEN-1234567", site="a.example.net", customer="A", product="jira", plan="standard",
        tier=draw(st.sampled_from([50, 100])), currency="USD", end_date=end,
    )  # fmt: skip
    return draw(
        st.sampled_from(
            [
                price_new(Kind.EXISTING_SITE, item, prices, TODAY),
                price_renewal(item, held, prices, TODAY),
                price_upgrade(item, held, prices, TODAY),
                price_co_term(item, held, prices, TODAY, target),
                price_new_to(item, prices, TODAY, target),
            ]
        )
    )


def quote_of(*priced: QuoteLine, rate: Decimal | None = Decimal("0.19")) -> Quote:
    subtotal = subtotal_of(priced)
    tax = Tax(name="VAT", rate=rate, amount=to_cents(subtotal * rate), country="DE", region="") if rate else None
    return Quote(
        number="Q-2026-00001", revision=1, kind=Kind.RENEWAL, currency="USD", lines=priced, subtotal=subtotal, tax=tax,
        total=subtotal + (tax.amount if tax else 0), issued_on=TODAY, valid_until=TODAY, payment_methods=(),
        reseller=NOBODY, customer=NOBODY, contact_name=None, contact_email=None, site=None, sens=(), price_book="1",
        policy="1",
    )  # fmt: skip


@given(st.lists(lines(), min_size=1, max_size=4), st.sampled_from([None, Decimal("0.19"), Decimal("0.0825")]))
def test_what_was_priced_by_the_rules_adds_up(priced: list[QuoteLine], rate: Decimal | None) -> None:
    assert mistakes(quote_of(*priced, rate=rate)) == ()


@given(lines(), st.sampled_from(["annual", "amount"]))
def test_another_price_or_amount_in_a_step_is_found(line: QuoteLine, name: str) -> None:
    step = line.steps[0]
    if step.days == 0 and name == "annual":  # a price for no days is no amount
        return
    other = replace(step, **{name: getattr(step, name) + 1000})
    (first, *_) = mistakes(quote_of(replace(line, steps=(other, *line.steps[1:]))))
    assert first.startswith("line 1 (jira standard): ")


@given(lines())
def test_another_number_of_days_is_found(line: QuoteLine) -> None:
    step = line.steps[0]
    days = 10 if step.days is None else step.days + 1
    assert mistakes(quote_of(replace(line, steps=(replace(step, days=days), *line.steps[1:]))))


@given(lines())
def test_another_amount_of_the_line_or_in_all_is_found(line: QuoteLine) -> None:
    quote = quote_of(line)
    assert quote.tax is not None
    assert mistakes(quote_of(replace(line, amount=line.amount + CENT)))
    assert mistakes(replace(quote, subtotal=quote.subtotal + CENT))
    assert mistakes(replace(quote, tax=replace(quote.tax, amount=quote.tax.amount + CENT)))
    assert mistakes(replace(quote, total=quote.total - CENT)) == (f"total is {quote.total}, not {quote.total - CENT}",)


@pytest.mark.parametrize("change", [{"lines": ()}, {"days_in_year": 360}])
def test_no_lines_and_another_year_are_found(change: dict[str, object]) -> None:
    book = PriceBook(version="1", prices={("jira", "standard", "USD"): {100: Decimal(14700)}})
    prices = PriceList(book=book, currency="USD", days_in_year=365)
    item = Item(product="jira", plan="standard", users=80, tier=100)
    quote = quote_of(price_new_to(item, prices, TODAY, dt.date(2027, 3, 31)))

    assert amounts_of(quote) == 5
    assert mistakes(quote) == ()
    assert mistakes(replace(quote, **change))
