"""A product, or a plan or tier of it, that the price book has not (policy section 4)."""

import datetime as dt
from collections.abc import Iterator

from mailbot.domain.file import PriceBook
from mailbot.domain.tiers import tiers_of
from mailbot.handlers.completed import Completed, CompletedLine, Treatment
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice names that are none of ours, products and plans without a price, and tiers on file that are not sold."""
    for request in view.requests:
        for index, line in enumerate(request.lines):
            yield from _names(line, f"lines[{index}]", view.records.price_book)
            yield from _tier_on_file(request, line, f"lines[{index}]", view.records.price_book, view.today)


def _names(line: CompletedLine, path: str, book: PriceBook) -> Iterator[Notice]:
    unknown, product, plan = line.asked.unknown if line.asked else None, line.resolved.product, line.resolved.plan
    if unknown is not None:
        yield Notice(f"{unknown.value} is not in the price book", f"{path}.product", unknown.evidence)
    elif product is not None and product.value not in book.products:
        yield Notice(f"{product.value} is not in the price book", f"{path}.product", product.evidence)
    elif product is not None and plan is not None and plan.value not in book.plans(product.value):
        yield Notice(f"{product.value} has no plan {plan.value}", f"{path}.plan", plan.evidence)


def _tier_on_file(
    request: Completed, line: CompletedLine, path: str, book: PriceBook, today: dt.date
) -> Iterator[Notice]:
    """Notice a tier on file without a price where its price or the tier itself goes into the quote."""
    held, users = line.held, line.resolved.users
    if held is None or users is None:
        return
    goes_in = line.treatment(request.kind, today) in (Treatment.RAISED, Treatment.CO_TERMED) or users.from_file
    if goes_in and held.tier not in tiers_of(book, held.product, held.plan, held.currency):
        yield Notice(f"{held.sen} has tier {held.tier}, which the price book has not", f"{path}.users")
