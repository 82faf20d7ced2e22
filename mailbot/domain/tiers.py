"""User tiers: the steps of a price list, each named by the largest number that it covers (policy section 1)."""

from collections.abc import Sequence

from mailbot.domain.file import PriceBook


def tiers_of(
    book: PriceBook, product: str | None, plan: str | None = None, currency: str | None = None
) -> tuple[int, ...]:
    """Return the tiers, ascending, in which the book sells; None stands for every product, plan or currency."""
    lists = (
        prices
        for (priced_product, priced_plan, priced_currency), prices in book.prices.items()
        if product in (None, priced_product) and plan in (None, priced_plan) and currency in (None, priced_currency)
    )
    return tuple(sorted({tier for prices in lists for tier in prices}))


def tier_covering(tiers: Sequence[int], users: int) -> int | None:
    """Return the smallest tier >= users, or None when there is none or users is less than 1."""
    if users < 1:
        return None
    return next((tier for tier in tiers if tier >= users), None)


def is_tier(tiers: Sequence[int], low: int, high: int) -> bool:
    """Whether "`low` to `high` users" is exactly one tier, the first one beginning with 1 user."""
    if high not in tiers:
        return False
    below = max((tier for tier in tiers if tier < high), default=0)
    return low == below + 1
