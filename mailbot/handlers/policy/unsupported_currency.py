"""A currency that the price book has not (policy section 4)."""

from collections.abc import Iterator

from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a currency, asked for or on file, without prices at all or for a product that is asked for."""
    book = view.records.price_book
    for request in view.requests:
        asked, resolved = request.asked.currency, request.resolved.currency
        if asked is not None and asked.value not in book.currencies:
            yield Notice(f"the price book has no {asked.value}", "currency", asked.evidence)
        elif resolved is not None and resolved not in book.currencies:
            yield Notice(f"the price book has no {resolved}", "currency")
        elif resolved is not None:
            for line in request.lines:
                plan = line.plan
                if (
                    line.product
                    and plan in book.plans(line.product)
                    and not _is_sold(line.product, plan, resolved, view)
                ):
                    yield Notice(f"{line.product} {plan} has no price in {resolved}", "currency")


def _is_sold(product: str, plan: str | None, currency: str, view: View) -> bool:
    return (product, plan, currency) in view.records.price_book.prices
