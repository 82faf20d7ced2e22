"""A quantity that can be read two ways (policy section 4)."""

from collections.abc import Iterator

from mailbot.domain.request import MoreUsers, OneOf, Quantity, UserRange, Users
from mailbot.domain.tiers import is_tier, tiers_of
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a range that is no tier, "50 or 100", and "30 now, 20 more" where the file has another number."""
    for request in view.requests:
        for index, line in enumerate(request.lines):
            quantity = line.asked.quantity if line.asked else None
            if quantity is not None and line.users is None and (line.held or not isinstance(quantity.value, MoreUsers)):
                yield Notice("the number of users can be read two ways", f"lines[{index}].users", quantity.evidence)
        for index, asked in enumerate(() if request.lines else request.asked.lines):
            if asked.quantity is not None and _is_open(asked.quantity.value, view):
                yield Notice(
                    "the number of users can be read two ways", f"lines[{index}].users", asked.quantity.evidence
                )


def _is_open(quantity: Quantity, view: View) -> bool:
    """Whether the quantity stays ambiguous whatever the product is."""
    match quantity:
        case OneOf():
            return True
        case UserRange(low, high):
            return not is_tier(tiers_of(view.records.price_book, None), low, high)
        case Users() | MoreUsers():
            return False
