"""Revisions: numbered one after the other, valid for their time, and honest about what changed."""

import datetime as dt
from decimal import Decimal

import pytest

from mailbot.domain.quote import Formula, Party, Quote, QuoteLine, Step
from mailbot.domain.request import Kind
from mailbot.domain.revision import QuoteStatus, as_revision, changes, status_of

TODAY = dt.date(2026, 11, 5)
NOBODY = Party(name=None, email=None, company=None, billing_address=None)


def line(product: str, users: int, amount: int, plan: str = "standard") -> QuoteLine:
    price = Decimal(amount)
    step = Step(formula=Formula.ANNUAL, annual=price, annual_before=None, days=None, amount=price)
    return QuoteLine(
        kind=Kind.NEW_SITE, product=product, plan=plan, users=users, tier=100, sen=None, tier_before=None,
        plan_before=None, start=TODAY, end=TODAY, steps=(step,), amount=price,
    )  # fmt: skip


def quote(*lines: QuoteLine) -> Quote:
    total = sum((line.amount for line in lines), Decimal(0))
    return Quote(
        number=None, revision=1, kind=Kind.NEW_SITE, currency="USD", lines=lines, subtotal=total, tax=None, total=total,
        issued_on=TODAY, valid_until=TODAY, payment_methods=(), reseller=NOBODY, customer=NOBODY, contact_name=None,
        contact_email=None, site=None, sens=(), price_book="1", policy="1",
    )  # fmt: skip


def revised(old: Quote, new: Quote) -> Quote:
    first = as_revision(old, "Q-2026-00007", 1, None)
    return as_revision(new, "Q-2026-00007", 2, first)


def seen(quote: Quote) -> list[tuple[str, object, object]]:
    return [
        (c.product, c.before and (c.before.plan, c.before.users), c.after and (c.after.plan, c.after.users))
        for c in changes(quote)
    ]


def test_a_first_quote_replaces_nothing() -> None:
    first = as_revision(quote(line("jira", 50, 100)), "Q-2026-00007", 1, None)

    assert (first.number, first.revision, first.replaces, first.replaced) == ("Q-2026-00007", 1, None, None)
    assert changes(first) == ()


def test_a_revision_names_what_it_replaces() -> None:
    second = revised(quote(line("jira", 50, 100)), quote(line("jira", 80, 200)))

    assert (second.revision, second.replaces) == (2, "Q-2026-00007/1")
    assert second.replaced is not None
    assert (second.replaced.total, second.replaced.valid_until) == (Decimal(100), TODAY)


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ([line("jira", 50, 100), line("trello", 10, 20)], []),
        ([line("jira", 80, 200), line("trello", 10, 20)], [("jira", ("standard", 50), ("standard", 80))]),
        ([line("jira", 50, 101), line("trello", 10, 20)], [("jira", ("standard", 50), ("standard", 50))]),
        (
            [line("jira", 50, 300, "premium"), line("trello", 10, 20)],
            [("jira", ("standard", 50), ("premium", 50))],
        ),
        ([line("jira", 50, 100)], [("trello", ("standard", 10), None)]),
        (
            [line("trello", 10, 20), line("jira", 50, 100), line("loom", 5, 9)],
            [("loom", None, ("standard", 5))],
        ),
        (
            [line("jira", 50, 100), line("jira", 60, 110), line("trello", 10, 20)],
            [("jira", None, ("standard", 60))],
        ),
    ],
)
def test_what_changed_is_listed_product_by_product(new: list[QuoteLine], expected: list[object]) -> None:
    old = quote(line("jira", 50, 100), line("trello", 10, 20))

    assert seen(revised(old, quote(*new))) == expected


@pytest.mark.parametrize(
    ("day", "superseded", "status"),
    [
        (TODAY, False, QuoteStatus.VALID),
        (TODAY + dt.timedelta(days=1), False, QuoteStatus.EXPIRED),
        (TODAY, True, QuoteStatus.SUPERSEDED),
        (TODAY + dt.timedelta(days=1), True, QuoteStatus.SUPERSEDED),
    ],
)
def test_a_quote_holds_to_its_last_day_unless_replaced(day: dt.date, superseded: bool, status: QuoteStatus) -> None:
    assert status_of(quote(line("jira", 50, 100)), day, superseded=superseded) is status
