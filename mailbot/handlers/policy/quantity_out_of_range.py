"""More users than the largest tier, or fewer than 1 (policy section 4)."""

from collections.abc import Iterator

from mailbot.domain.file import PriceBook
from mailbot.domain.tiers import tiers_of
from mailbot.handlers.completed import CompletedLine
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a number of users that no tier covers."""
    for request in view.requests:
        for index, line in enumerate(request.lines):
            users = line.resolved.users
            tiers = _tiers(line, request.resolved.currency, view.records.price_book)
            if users is not None and (users.value < 1 or (tiers and users.value > tiers[-1])):
                yield Notice(f"no tier covers {users.value} users", f"lines[{index}].users", users.evidence)


def _tiers(line: CompletedLine, currency: str | None, book: PriceBook) -> tuple[int, ...]:
    if line.product is None:
        return ()
    return tiers_of(book, line.product, line.plan, currency) or tiers_of(book, line.product)
