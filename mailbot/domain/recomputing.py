"""Whether a quote adds up: every amount once more, from the prices, days and formulas that it names itself."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from mailbot.domain.money import to_cents
from mailbot.domain.pricing import subtotal_of
from mailbot.domain.quote import Formula, Quote, QuoteLine, Step
from mailbot.domain.term import ONE_DAY, last_day_of_year_from


def mistakes(quote: Quote) -> tuple[str, ...]:
    """Return what is wrong with the quote's figures (policy section 5), in words for staff; empty when all agree."""
    return tuple(_mistakes(quote))


def amounts_of(quote: Quote) -> int:
    """Return how many amounts `mistakes` recomputes."""
    return sum(1 + len(line.steps) for line in quote.lines) + (3 if quote.tax else 2)


def _mistakes(quote: Quote) -> Iterator[str]:
    if not quote.lines:
        yield "the quote has no lines"
    for number, line in enumerate(quote.lines, 1):
        where = f"line {number} ({line.product} {line.plan})"
        yield from (f"{where}: {mistake}" for mistake in _in_line(line, quote))
    yield from _differs("subtotal", quote.subtotal, subtotal_of(quote.lines))
    tax = Decimal(0)
    if quote.tax:
        tax = to_cents(quote.subtotal * quote.tax.rate)
        yield from _differs(f"tax, {quote.subtotal} × {quote.tax.rate}", quote.tax.amount, tax)
    yield from _differs("total", quote.total, quote.subtotal + tax)


def _in_line(line: QuoteLine, quote: Quote) -> Iterator[str]:
    if not line.steps or any(not _is_whole(step) for step in line.steps):
        yield "the formula and its inputs do not belong together"
        return
    exact = Decimal(0)
    for step in line.steps:
        value = _exact(step, quote.days_in_year)
        yield from _differs(_calculation(step, quote.days_in_year), step.amount, to_cents(value))
        days = _days_between(line, step, quote.issued_on)
        if step.days != days:
            yield f"from its dates the calculation has {days} days, not {step.days}"
        exact += (step.annual - (step.annual_before or 0)) * (1 if step.days is None else step.days)
    divisor = 1 if line.steps[0].days is None else quote.days_in_year
    yield from _differs("amount of the line", line.amount, to_cents(exact / divisor))
    if line.steps[0].formula is Formula.ANNUAL and line.end != last_day_of_year_from(line.start):
        yield f"a year from {line.start} ends on {last_day_of_year_from(line.start)}, not on {line.end}"


def _is_whole(step: Step) -> bool:
    """Whether the step has what its formula needs, and no more."""
    match step.formula:
        case Formula.ANNUAL:
            return step.days is None and step.annual_before is None
        case Formula.PRORATED:
            return step.days is not None and step.annual_before is None
        case Formula.DIFFERENCE:
            return step.days is not None and step.annual_before is not None
        case Formula.PRORATED_AND_DIFFERENCE:  # names a line of two steps, never a step
            return False


def _exact(step: Step, days_in_year: int) -> Decimal:
    difference = step.annual - (step.annual_before or 0)
    return difference if step.days is None else difference * step.days / days_in_year


def _days_between(line: QuoteLine, step: Step, today: dt.date) -> int | None:
    """Return the days that the step's formula counts, from the dates of the line."""
    match step.formula:
        case Formula.PRORATED:
            # A running subscription is paid up to the day before `start`; a new one begins with it.
            paid_until = line.start - ONE_DAY if line.sen else line.start
            return (line.end - paid_until).days
        case Formula.DIFFERENCE:
            held_until = line.start - ONE_DAY if len(line.steps) > 1 else line.end
            return (held_until - today).days
        case _:
            return None


def _calculation(step: Step, days_in_year: int) -> str:
    match step.formula:
        case Formula.ANNUAL:
            return "list price"
        case Formula.PRORATED:
            return f"{step.annual} × {step.days} / {days_in_year}"
        case _:
            return f"({step.annual} - {step.annual_before}) × {step.days} / {days_in_year}"


def _differs(what: str, stated: Decimal, computed: Decimal) -> Iterator[str]:
    if stated != computed:
        yield f"{what} is {computed}, not {stated}"
