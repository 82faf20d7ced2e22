"""Figures: the ledger of all mail, how the desk does, how the installation is."""

import datetime as dt
from collections.abc import Iterator

from starlette.responses import Response

from mailbot.console.desk import Console, Visit
from mailbot.console.export import csv_text
from mailbot.domain.case import InboxState
from mailbot.service.upkeep import state_of
from mailbot.store.figures import Insight, Share, insight, ledger_lines
from mailbot.store.queries import ledger

PAGE = 100
PERIODS = (7, 30, 90, 365)
STANDARD_PERIOD = 30


def ledger_page(console: Console, visit: Visit) -> Response:
    """Every mail ever fetched, with its end; and the number that must be 0."""
    state, outcome = visit.asked("state"), visit.asked("outcome")
    number = visit.asked("page")
    page = max(int(number), 1) if number.isdecimal() and len(number) < 6 else 1
    with console.read() as connection:
        folders = ledger(connection)
        lines = ledger_lines(connection, state=state, outcome=outcome, limit=PAGE + 1, offset=PAGE * (page - 1))
    outcomes = sorted({name for folder in folders for name in folder.by_outcome})
    return visit.page(
        "ledger.html",
        folders=folders,
        lines=lines[:PAGE],
        more=len(lines) > PAGE,
        page_number=page,
        state=state,
        outcome=outcome,
        states=[found.value for found in InboxState],
        outcomes=outcomes,
        unaccounted=sum(folder.unaccounted for folder in folders),
    )


def insight_page(console: Console, visit: Visit) -> Response:
    """How many cases no person touched, how long an answer took, what was missing."""
    days = _days(visit)
    with console.read() as connection:
        figures = insight(connection, visit.now - dt.timedelta(days=days), visit.now)
    return visit.page("insight.html", figures=figures, days=days, periods=PERIODS)


def insight_csv(console: Console, visit: Visit) -> Response:
    """The same figures as a file."""
    with console.read() as connection:
        figures = insight(connection, visit.now - dt.timedelta(days=_days(visit)), visit.now)
    text = csv_text(("figure", "name", "cases", "untouched"), _rows(figures))
    headers = {"Content-Disposition": 'attachment; filename="insight.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def health_page(console: Console, visit: Visit) -> Response:
    """What waits and for how long, the mailboxes, the policy in force."""
    with console.read() as connection:
        folders = ledger(connection)
    with console.bench.store.begin() as uow:
        health = state_of(uow, visit.now, console.options.upkeep)
        book = uow.records.for_requests((), (), ()).price_book
        on = uow.switches.on()
    return visit.page(
        "health.html",
        health=health,
        folders=folders,
        polls={(key.account, key.folder): at for key, at in health.polls.items()},
        facts=console.options.facts,
        price_book=book,
        on=on,
        minutes=int(health.oldest_wait / dt.timedelta(minutes=1)),
    )


def _days(visit: Visit) -> int:
    days = visit.asked("days")
    return int(days) if days in map(str, PERIODS) else STANDARD_PERIOD


def _rows(figures: Insight) -> Iterator[tuple[object, ...]]:
    yield _row("cases", "all", figures.whole)
    for name, share in figures.by_kind.items():
        yield _row("kind", name, share)
    for name, share in figures.by_language.items():
        yield _row("language", name, share)
    for figure, counts in (("reason", figures.reasons), ("missing", figures.missing), ("corrected", figures.corrected)):
        for name, count in counts.items():
            yield figure, name, count, ""
    values = (("quoted", figures.quoted), ("accepted", figures.accepted), ("expired", figures.expired))
    for figure, totals in values:
        for currency, total in totals.items():
            yield figure, currency, total, ""


def _row(figure: str, name: str, share: Share) -> tuple[object, ...]:
    return figure, name, share.cases, share.untouched
