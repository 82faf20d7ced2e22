"""Tax on a quote, from the reseller's billing address (policy section 5)."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from mailbot.domain.file import TaxRate
from mailbot.domain.money import to_cents
from mailbot.domain.quote import Tax


def tax_on(
    subtotal: Decimal,
    rates: Iterable[TaxRate],
    *,
    country: str | None,
    region: str | None,
    regional: Collection[str],
) -> Tax | None:
    """Return the tax of the billing address, or None when it is not known or the table has none for it.

    In a country of `regional` (US, CA) only the rate of the region itself counts; elsewhere the country's rate
    holds where the region has none of its own.
    """
    regions = (region,) if country in regional else (region, "")
    by_place: dict[tuple[str | None, str | None], TaxRate] = {(rate.country, rate.region): rate for rate in rates}
    rate = next((by_place[country, place] for place in regions if (country, place) in by_place), None)
    if rate is None:
        return None
    amount = to_cents(subtotal * rate.rate)
    return Tax(name=rate.name, rate=rate.rate, amount=amount, country=rate.country, region=rate.region)
