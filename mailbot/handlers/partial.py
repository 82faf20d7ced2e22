"""What of a request can be quoted at once while some of its lines still lack something (`partial_quotes`)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from mailbot.domain.request import Kind
from mailbot.handlers.completed import Completed

_LINE = re.compile(r"lines\[(\d+)\]\.")


def complete_part(requests: Sequence[Completed]) -> tuple[Completed, ...]:
    """Return the one request with its complete lines alone; nothing when it lacks more than a field of a line.

    A co-term is quoted whole or not at all: its lines share one date.
    """
    if len(requests) != 1 or requests[0].kind is Kind.CO_TERM:
        return ()
    (request,) = requests
    places = [_LINE.match(path) for path in request.resolved.missing]
    lacking = {int(place[1]) for place in places if place}
    lines = tuple(line for index, line in enumerate(request.lines) if index not in lacking)
    if not lacking or not lines or not all(places):
        return ()
    resolved = replace(request.resolved, lines=tuple(line.resolved for line in lines), missing=())
    return (replace(request, lines=lines, resolved=resolved),)
