"""A quantity that can be read two ways (policy section 4)."""

from collections.abc import Iterator

from mailbot.domain.request import OneOf, UserRange
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a range that is no tier, and "50 or 100"."""
    for request in view.requests:
        for index, line in enumerate(request.lines):
            quantity = line.asked.quantity if line.asked else None
            if quantity is not None and isinstance(quantity.value, UserRange | OneOf) and line.users is None:
                yield Notice("a range that is no tier, or alternatives", f"lines[{index}].users", quantity.evidence)
