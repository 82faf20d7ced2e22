"""Amounts, dates and lists as a language writes them (CLDR data)."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list

from mailbot.domain.money import Money

NO_BREAK_SPACE = "\u00a0"


class Formats:
    """Writes values in one locale. Made once per language: the locale's data is read at the first use."""

    def __init__(self, locale_name: str) -> None:
        self._locale = Locale.parse(locale_name)
        symbols = self._locale.number_symbols["latn"]
        # French groups by a narrow space that many mail fonts lack; the ordinary no-break space looks right.
        group = symbols["group"].replace("\u202f", NO_BREAK_SPACE)
        self._separators = str.maketrans({",": group, ".": symbols["decimal"]})
        self._currency_first = self._locale.currency_formats["standard"].pattern.startswith("¤")
        self._percent_gap = NO_BREAK_SPACE if "#0\u00a0%" in self._locale.percent_formats[None].pattern else ""
        self.date = lru_cache(maxsize=512)(self._date)

    def amount(self, value: Decimal) -> str:
        """Return the amount with two places and without its currency: `1.234,50`."""
        return f"{value:,.2f}".translate(self._separators)

    def money(self, value: Decimal, currency: str) -> str:
        """Return the amount with its ISO code, which unlike `$` is never ambiguous: `1.234,50 USD`."""
        parts = (currency, self.amount(value)) if self._currency_first else (self.amount(value), currency)
        return NO_BREAK_SPACE.join(parts)

    def round_money(self, money: Money) -> str:
        """Return a limit in whole units: `USD 10,000`."""
        number = self.number(int(money.amount))
        parts = (money.currency, number) if self._currency_first else (number, money.currency)
        return NO_BREAK_SPACE.join(parts)

    def number(self, value: int) -> str:
        """Return a whole number with grouped digits."""
        return f"{value:,}".translate(self._separators)

    def percent(self, rate: Decimal) -> str:
        """Return a decimal fraction as percent, with as many places as it needs: `8,25 %`."""
        percent = (rate * 100).normalize()
        return f"{percent:f}".translate(self._separators) + self._percent_gap + "%"

    def span(self, span: tuple[int, int]) -> str:
        """Return `5–7`."""
        return f"{span[0]}–{span[1]}"

    def listed(self, items: Sequence[str]) -> str:
        """Return the items as a list in running text: `a, b and c`."""
        return format_list(list(items), locale=self._locale)

    def country(self, code: str) -> str:
        """Return the name of a country (ISO 3166-1 alpha-2), or the code itself when there is none."""
        return str(self._locale.territories.get(code.upper(), code))

    def _date(self, day: dt.date, width: str = "long") -> str:
        # `5. Dezember` is not torn apart.
        return format_date(day, width, locale=self._locale).replace(" ", NO_BREAK_SPACE)
