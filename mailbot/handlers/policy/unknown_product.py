"""A product, or a plan or tier of it, that the price book has not (policy section 4)."""

from collections.abc import Iterator

from mailbot.domain.tiers import tiers_of
from mailbot.handlers.completed import CompletedLine
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice names that are none of ours, products and plans without a price, and tiers on file that are not sold."""
    for request in view.requests:
        for index, line in enumerate(request.lines):
            yield from _of_line(line, f"lines[{index}]", request.resolved.currency, view)


def _of_line(line: CompletedLine, path: str, currency: str | None, view: View) -> Iterator[Notice]:
    book = view.records.price_book
    unknown, product, plan = line.asked.unknown if line.asked else None, line.resolved.product, line.resolved.plan
    if unknown is not None:
        yield Notice(f"{unknown.value} is not in the price book", f"{path}.product", unknown.evidence)
    elif product is not None and product.value not in book.products:
        yield Notice(f"{product.value} is not in the price book", f"{path}.product", product.evidence)
    elif product is not None and plan is not None and plan.value not in book.plans(product.value):
        yield Notice(f"{product.value} has no plan {plan.value}", f"{path}.plan", plan.evidence)
    elif product is not None and line.held is not None and currency is not None:
        tier = line.held.tier
        if tier not in tiers_of(book, product.value, line.held.plan, currency):
            yield Notice(f"{line.held.sen} has tier {tier}, which the price book has not", f"{path}.users")
