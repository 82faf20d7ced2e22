"""A common end date that cannot be (policy section 4)."""

from collections.abc import Iterator

from mailbot.domain.request import Kind
from mailbot.domain.term import add_years
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a date not after today, before the end of a running term that it covers, or too far away."""
    for request in view.requests:
        target = request.resolved.target_end_date
        if request.kind is not Kind.CO_TERM or target is None:
            continue
        shortened = [line.held for line in request.lines if line.held and target.value < line.held.end_date]
        if target.value <= view.today:
            yield Notice(f"{target.value} is not after today", "target_end_date", target.evidence)
        elif shortened:
            sens = ", ".join(held.sen for held in shortened)
            yield Notice(f"{target.value} is before the end of {sens}", "target_end_date", target.evidence)
        elif target.value > add_years(view.today, view.pack.co_term_max_years):
            years = view.pack.co_term_max_years
            yield Notice(f"{target.value} is more than {years} years away", "target_end_date", target.evidence)
