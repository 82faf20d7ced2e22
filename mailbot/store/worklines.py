"""Read models of the console: the queue filtered and sorted, cases found by words, the figures of the insight page."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from mailbot.domain.staff import Assignment
from mailbot.store.columns import AnyRow
from mailbot.store.staff_tables import case_work, queue
from mailbot.store.tables import cases, review_items
from mailbot.store.words import cases_with

SORTS = {
    "age": (queue.c.opened_at.asc(),),
    "amount": (sa.func.coalesce(queue.c.cents, -1).desc(), queue.c.opened_at.asc()),
    "reseller": (sa.func.lower(queue.c.reseller).asc(), queue.c.opened_at.asc()),
    "customer": (sa.func.lower(queue.c.customer).asc(), queue.c.opened_at.asc()),
    "language": (queue.c.language.asc(), queue.c.opened_at.asc()),
}
"""The orders in which the queue can be shown, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which part of the queue is shown; empty fields let everything pass. `assignee` "-" is nobody."""

    words: str = ""
    language: str = ""
    reason: str = ""
    kind: str = ""
    assignee: str = ""
    snoozed: bool = False
    sort: str = "age"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """A line of the queue. `cents` is the draft's amount before tax, None without a draft."""

    item_id: int
    case_id: int
    case_number: str
    opened_at: dt.datetime
    subject: str
    language: str
    kind: str
    reasons: tuple[str, ...]
    reseller: str
    customer: str
    currency: str
    cents: int | None
    note: str
    work: Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """Lines of the queue, how many there are in all with this filter, and what can be filtered by."""

    lines: tuple[QueueLine, ...]
    total: int
    languages: Mapping[str, int]
    kinds: Mapping[str, int]
    reasons: Mapping[str, int]
    snoozed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case that was found."""

    number: str
    subject: str
    language: str
    last_action: str | None
    changed_at: dt.datetime
    open_item: int | None


def queue_page(
    connection: sa.Connection, wanted: QueueFilter, now: dt.datetime, *, limit: int = 50, offset: int = 0
) -> QueuePage:
    """Return a page of the queue."""
    conditions = _conditions(connection, wanted, now)
    order = (*SORTS.get(wanted.sort, SORTS["age"]), queue.c.item_id)
    page = _ITEMS.where(*conditions).order_by(*order).limit(limit).offset(offset)
    lines = connection.execute(_LINES.where(queue.c.item_id.in_(page)).order_by(*order))
    open_now = _conditions(connection, QueueFilter(), now)
    reasons: dict[str, int] = {}
    for row in connection.execute(_counted(queue.c.reasons).where(*open_now)):
        for reason in _names(row.value):
            reasons[reason] = reasons.get(reason, 0) + row.items
    return QueuePage(
        lines=tuple(_line(row) for row in lines),
        total=connection.scalar(_COUNT.where(*conditions)) or 0,
        languages={row.value: row.items for row in connection.execute(_counted(queue.c.language).where(*open_now))},
        kinds={
            row.value: row.items for row in connection.execute(_counted(queue.c.kind).where(*open_now)) if row.value
        },
        reasons=dict(sorted(reasons.items())),
        snoozed=connection.scalar(_COUNT.where(case_work.c.snoozed_until > now)) or 0,
    )


def find_cases(connection: sa.Connection, phrase: str, *, limit: int = 50) -> Sequence[CaseLine]:
    """Return the cases, settled ones too, that hold all words of the phrase, newest first."""
    found = cases_with(connection.dialect.name, phrase)
    if found is None:
        return []
    rows = connection.execute(_FOUND.where(cases.c.id.in_(found)).order_by(cases.c.id.desc()).limit(limit))
    return [CaseLine(**row._asdict()) for row in rows]


def _conditions(connection: sa.Connection, wanted: QueueFilter, now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    asleep = sa.func.coalesce(case_work.c.snoozed_until > now, sa.false())
    conditions = [asleep if wanted.snoozed else sa.not_(asleep)]
    if wanted.language:
        conditions.append(queue.c.language == wanted.language)
    if wanted.kind:
        conditions.append(queue.c.kind == wanted.kind)
    if wanted.reason:
        conditions.append(queue.c.reasons.contains(f",{wanted.reason},", autoescape=True))
    if wanted.assignee:
        nobody = case_work.c.assignee.is_(None)
        conditions.append(nobody if wanted.assignee == "-" else case_work.c.assignee == wanted.assignee)
    if wanted.words and (found := cases_with(connection.dialect.name, wanted.words)) is not None:
        conditions.append(queue.c.case_id.in_(found))
    return conditions


def _line(row: AnyRow) -> QueueLine:
    return QueueLine(
        item_id=row.item_id,
        case_id=row.case_id,
        case_number=row.number,
        opened_at=row.opened_at,
        subject=row.subject,
        language=row.language,
        kind=row.kind,
        reasons=_names(row.reasons),
        reseller=row.reseller,
        customer=row.customer,
        currency=row.currency,
        cents=row.cents,
        note=row.note,
        work=Assignment(assignee=row.assignee, snoozed_until=row.snoozed_until),
    )


def _names(reasons: str) -> tuple[str, ...]:
    return tuple(name for name in reasons.split(",") if name)


def _counted(column: sa.ColumnElement[str]) -> sa.Select[str, int]:
    return (
        sa.select(column.label("value"), sa.func.count().label("items"))
        .select_from(_WORKED_ON)
        .group_by(column)
        .order_by(column)
    )


_WORKED_ON = queue.outerjoin(case_work, case_work.c.case_id == queue.c.case_id)

_ITEMS = sa.select(queue.c.item_id).select_from(_WORKED_ON)

_FROM = (
    queue.join(cases, cases.c.id == queue.c.case_id)
    .join(review_items, review_items.c.id == queue.c.item_id)
    .outerjoin(case_work, case_work.c.case_id == queue.c.case_id)
)
_LINES = sa.select(
    queue, cases.c.number, cases.c.subject, review_items.c.note, case_work.c.assignee, case_work.c.snoozed_until
).select_from(_FROM)

_COUNT = sa.select(sa.func.count()).select_from(_WORKED_ON)

_FOUND = sa.select(
    cases.c.number,
    cases.c.subject,
    cases.c.language,
    cases.c.last_action,
    cases.c.changed_at,
    queue.c.item_id.label("open_item"),
).outerjoin(queue, queue.c.case_id == cases.c.id)
