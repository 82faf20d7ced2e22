"""The demo's table: one row for each mail, filled while the desk works."""

from collections.abc import Iterable

from rich import box
from rich.table import Table

from mailbot.demo.record import Course
from mailbot.domain.decision import Action, Decision

_COLOURS = {
    Action.QUOTE: "green",
    Action.ASK: "yellow",
    Action.ANSWER: "cyan",
    Action.REVIEW: "magenta",
    Action.IGNORE: "dim",
}


def courses_table(courses: Iterable[Course]) -> Table:
    """Return the table as it is now."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("mail", "language", "kind", "action"):
        table.add_column(heading, no_wrap=True)
    table.add_column("total or reason", overflow="fold")
    table.add_column("seconds", justify="right")
    for course in courses:
        if course.delivered is not None:
            table.add_row(*_row(course))
    return table


def _row(course: Course) -> tuple[str, ...]:
    decision = course.decision
    if decision is None:
        return course.sample.name, "", "", "[dim]...[/dim]", "", ""
    colour = _COLOURS[decision.action]
    kinds = ", ".join(dict.fromkeys(request.kind.value for request in decision.requests))
    seconds = f"{course.seconds:.2f}" if course.seconds is not None else ""
    action = f"[{colour}]{decision.action.value}[/{colour}]"
    return course.sample.name, course.language, kinds or "-", action, _gist(decision), seconds


def _gist(decision: Decision) -> str:
    """Return what the action is about: the total, the reasons, what is missing, or the topics."""
    total = f"{decision.quote.currency} {decision.quote.total:,.2f}" if decision.quote else ""
    match decision.action:
        case Action.QUOTE:
            return total
        case Action.REVIEW:
            return f"{', '.join(decision.reasons)}{f'; draft {total}' if total else ''}"
        case Action.ASK:
            return ", ".join(path for request in decision.requests for path in request.missing)
        case Action.ANSWER:
            return ", ".join(decision.topics)
        case Action.IGNORE:
            return ", ".join(decision.reasons)
