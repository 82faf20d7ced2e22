"""A quantity that can be read two ways (policy section 4)."""

from collections.abc import Iterator

from mailbot.domain.request import Kind, MoreUsers, OneOf, Quantity, UserRange, Users
from mailbot.domain.tiers import is_tier, tier_covering, tiers_of
from mailbot.handlers.completed import CompletedLine
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a range that is no tier, "50 or 100", and "30 now, 20 more" where the file has another number."""
    for request in view.requests:
        for index, line in enumerate(request.lines):
            quantity = line.asked.quantity if line.asked else None
            if quantity is not None and line.users is None and (line.held or not isinstance(quantity.value, MoreUsers)):
                yield Notice("the number of users can be read two ways", f"lines[{index}].users", quantity.evidence)
            said = line.asked.from_users if line.asked else None
            if said is not None and _is_doubtful(line, said.value, request.kind, view):
                yield Notice("what the number counts can be read two ways", f"lines[{index}].users", said.evidence)
        for index, asked in enumerate(() if request.lines else request.asked.lines):
            if asked.quantity is not None and _is_open(asked.quantity.value, view):
                yield Notice(
                    "the number of users can be read two ways", f"lines[{index}].users", asked.quantity.evidence
                )


def _is_doubtful(line: CompletedLine, said: int, kind: Kind, view: View) -> bool:
    """Whether the number that is told as the present one may be the one that is wanted.

    So where nothing else is wanted and the file has another tier, and where something is bought anew for fewer.
    """
    asked = line.asked.quantity if line.asked else None
    if asked is None:
        held = line.held
        tiers = tiers_of(view.records.price_book, held.product, held.plan, held.currency) if held else ()
        return held is not None and line.users is not None and tier_covering(tiers, said) != held.tier
    return kind in (Kind.NEW_SITE, Kind.EXISTING_SITE) and line.users is not None and line.users < said


def _is_open(quantity: Quantity, view: View) -> bool:
    """Whether the quantity stays ambiguous whatever the product is."""
    match quantity:
        case OneOf():
            return True
        case UserRange(low, high):
            return not is_tier(tiers_of(view.records.price_book, None), low, high)
        case Users() | MoreUsers():
            return False
