"""Common end dates that can be offered where none was named, or an impossible one. A paid term is never shortened."""

import datetime as dt
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mailbot.domain.file import Entitlement
from mailbot.domain.term import add_years


class CommonEnd(enum.Enum):
    """Whose day of the year the subscriptions come to share."""

    EARLIEST = "earliest"  # of the one that ends first
    LATEST = "latest"  # of the one that ends last
    LARGEST = "largest"  # of the one with the highest annual price


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionLine:
    """What a subscription costs up to the common date."""

    product: str
    plan: str
    sen: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CoTermOption:
    """A common end date with its price before tax; without `lines` where it cannot be priced yet."""

    end_date: dt.date
    ends: tuple[CommonEnd, ...]  # that fall on this date
    currency: str | None = None
    lines: tuple[OptionLine, ...] = ()
    subtotal: Decimal | None = None


def common_ends(
    held: Sequence[Entitlement], annual: Mapping[str, Decimal], today: dt.date, max_years: int
) -> tuple[CoTermOption, ...]:
    """Return the dates, soonest first, each once; `annual` gives the annual list price by SEN.

    Each is the first anniversary of a subscription's end on which every running term is over, today being over, and
    not more than `max_years` away.
    """
    running = sorted((one for one in held if one.is_active(today)), key=lambda one: one.end_date)
    if not running:
        return ()
    largest = max(running, key=lambda one: (annual.get(one.sen, Decimal(0)), one.end_date))
    whose = {CommonEnd.EARLIEST: running[0], CommonEnd.LATEST: running[-1], CommonEnd.LARGEST: largest}
    dates: dict[dt.date, list[CommonEnd]] = {}
    for end, one in whose.items():
        date = next(day for day in _anniversaries(one.end_date) if day >= running[-1].end_date and day > today)
        if date <= add_years(today, max_years):
            dates.setdefault(date, []).append(end)
    return tuple(CoTermOption(end_date=date, ends=tuple(dates[date])) for date in sorted(dates))


def _anniversaries(day: dt.date) -> Iterator[dt.date]:
    years = 0
    while True:
        yield add_years(day, years)
        years += 1
