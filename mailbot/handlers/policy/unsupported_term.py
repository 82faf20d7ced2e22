"""A term other than one year (policy section 4)."""

import datetime as dt
from collections.abc import Iterator

from mailbot.domain.request import Kind
from mailbot.handlers.completed import Completed
from mailbot.handlers.view import Notice, View

MONTHS = 12


def notices(view: View) -> Iterator[Notice]:
    """Notice a term in months other than a year, and outside of a co-term an end date that is none on file."""
    for request in view.requests:
        months, end = request.asked.months, request.asked.target_end_date
        is_co_term = request.kind is Kind.CO_TERM
        if months is not None and months.value != MONTHS and not (is_co_term and end):
            yield Notice(f"a term of {months.value} months", evidence=months.evidence)
        elif end is not None and not is_co_term and end.value not in _ends_on_file(request):
            yield Notice(f"an end on {end.value.isoformat()}", "target_end_date", end.evidence)


def _ends_on_file(request: Completed) -> set[dt.date]:
    """Return the present ends of what the request is about; a mail that says one asks for nothing by it."""
    return {line.held.end_date for line in request.lines if line.held}
