"""Read models of the figures: every mail with its end, and how the desk has done since a day."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import quantiles

import sqlalchemy as sa

from mailbot.domain.case import InboxState
from mailbot.domain.revision import ACCEPTANCE_TAKEN_BACK, QUOTE_ACCEPTED, QuoteStatus, status_of
from mailbot.store.convert import data_from_json, quote_from_json
from mailbot.store.tables import case_events, cases, inbox, quotes
from mailbot.store.trail import MACHINE

_INDEX = re.compile(r"^requests\[\d+\]\.|\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """A mail and its end."""

    inbox_id: int
    received_at: dt.datetime
    mailbox: str
    sender: str | None
    size: int
    state: InboxState
    outcome: str | None
    cause: str
    case_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many cases, and how many of them no person touched."""

    cases: int
    untouched: int

    @property
    def percent(self) -> int:
        """The untouched share, in whole percent."""
        return round(100 * self.untouched / self.cases) if self.cases else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """How the desk has done. Minutes are from a case's first mail to its first reply: (half, nine of ten) within.

    `quoted` is the value of the newest quotes by currency, `accepted` and `expired` what of it was or can be no more.
    """

    whole: Share
    by_kind: Mapping[str, Share]
    by_language: Mapping[str, Share]
    reasons: Mapping[str, int]
    missing: Mapping[str, int]
    corrected: Mapping[str, int]
    minutes: tuple[float, float] | None
    quoted: Mapping[str, Decimal]
    accepted: Mapping[str, Decimal]
    expired: Mapping[str, Decimal]


@dataclass(slots=True, kw_only=True)
class _Course:
    """What is known of a case while its events are read."""

    language: str
    kind: str = ""
    touched: bool = False
    came: dt.datetime | None = None
    answered: dt.datetime | None = None
    accepted: set[int] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    corrected: set[str] = field(default_factory=set)


def ledger_lines(
    connection: sa.Connection, *, state: str = "", outcome: str = "", limit: int = 100, offset: int = 0
) -> Sequence[LedgerLine]:
    """Return mails, newest first, of a state or an outcome if one is named."""
    statement = _LEDGER.limit(limit).offset(offset)
    if state:
        statement = statement.where(inbox.c.state == state)
    if outcome:
        statement = statement.where(inbox.c.outcome == outcome)
    return [
        LedgerLine(
            inbox_id=row.id,
            received_at=row.received_at,
            mailbox=f"{row.account}/{row.folder}",
            sender=row.sender,
            size=row.size,
            state=InboxState(row.state),
            outcome=row.outcome,
            cause=row.cause,
            case_number=row.number,
        )
        for row in connection.execute(statement)
    ]


def insight(connection: sa.Connection, since: dt.datetime, now: dt.datetime) -> Insight:
    """Return the figures of the cases opened since then, as they are now."""
    courses: dict[int, _Course] = {}
    for row in connection.execute(_EVENTS, {"since": since}):
        course = courses.setdefault(row.case_id, _Course(language=row.language))
        _follow(course, row.kind, row.at, row.actor, data_from_json(row.data))
    ended = list(courses.values())
    waits = [
        (c.answered - c.came) / dt.timedelta(minutes=1) for c in ended if c.came is not None and c.answered is not None
    ]
    values: dict[QuoteStatus, dict[str, Decimal]] = {}
    for row in connection.execute(_QUOTES, {"since": since}):
        quote, told = quote_from_json(row.snapshot), courses.get(row.case_id)
        accepted = told is not None and row.revision in told.accepted
        by_currency = values.setdefault(status_of(quote, now.date(), accepted=accepted), {})
        by_currency[quote.currency] = by_currency.get(quote.currency, Decimal(0)) + quote.total
    return Insight(
        whole=_share(ended),
        by_kind=_shares((c.kind, c) for c in ended if c.kind),
        by_language=_shares((c.language, c) for c in ended),
        reasons=_most(reason for c in ended for reason in c.reasons),
        missing=_most(path for c in ended for path in c.missing),
        corrected=_most(path for c in ended for path in c.corrected),
        minutes=_half_and_most(waits),
        quoted=_summed(values.values()),
        accepted=_summed([values.get(QuoteStatus.ACCEPTED, {})]),
        expired=_summed([values.get(QuoteStatus.EXPIRED, {})]),
    )


def _follow(course: _Course, kind: str, at: dt.datetime, actor: str, data: Mapping[str, object]) -> None:
    course.touched = course.touched or actor != MACHINE
    match kind:
        case "MailReceived":
            course.came = course.came or at
        case "ReplySent":
            course.answered = course.answered or at
        case "Decided":
            kinds = _texts(data.get("kinds"))
            course.kind = kinds[0] if kinds else course.kind
            course.touched = course.touched or data.get("action") == "review"
            course.missing |= {_INDEX.sub("", path) for path in _texts(data.get("missing"))}
            if data.get("action") == "review":
                course.reasons |= set(_texts(data.get("reasons")))
        case "Corrected":
            values = data.get("values")
            course.corrected |= {_INDEX.sub("", str(p)) for p in values} if isinstance(values, Mapping) else set()
        case _ if kind == QUOTE_ACCEPTED and isinstance(revision := data.get("revision"), int):
            course.accepted.add(revision)
        case _ if kind == ACCEPTANCE_TAKEN_BACK and isinstance(revision := data.get("revision"), int):
            course.accepted.discard(revision)


def _summed(parts: Iterable[Mapping[str, Decimal]]) -> Mapping[str, Decimal]:
    summed: dict[str, Decimal] = {}
    for part in parts:
        for currency, amount in part.items():
            summed[currency] = summed.get(currency, Decimal(0)) + amount
    return dict(sorted(summed.items()))


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _share(courses: Iterable[_Course]) -> Share:
    touched = [course.touched for course in courses]
    return Share(cases=len(touched), untouched=touched.count(False))


def _shares(pairs: Iterable[tuple[str, _Course]]) -> Mapping[str, Share]:
    grouped: dict[str, list[_Course]] = {}
    for name, course in pairs:
        grouped.setdefault(name, []).append(course)
    return {name: _share(grouped[name]) for name in sorted(grouped, key=lambda n: (-len(grouped[n]), n))}


def _most(names: Iterable[str]) -> Mapping[str, int]:
    return dict(Counter(names).most_common())


def _half_and_most(minutes: Sequence[float]) -> tuple[float, float] | None:
    if len(minutes) < 2:
        return (minutes[0], minutes[0]) if minutes else None
    tenths = quantiles(minutes, n=10, method="inclusive")
    return tenths[4], tenths[8]


_LEDGER = sa.select(inbox, cases.c.number).outerjoin(cases, cases.c.id == inbox.c.case_id).order_by(inbox.c.id.desc())

_EVENTS = (
    sa.select(case_events, cases.c.language)
    .join(cases, cases.c.id == case_events.c.case_id)
    .where(cases.c.opened_at >= sa.bindparam("since"))
    .order_by(case_events.c.id)
)

_QUOTES = (
    sa.select(quotes.c.case_id, quotes.c.revision, quotes.c.snapshot)
    .join(cases, cases.c.id == quotes.c.case_id)
    .where(cases.c.opened_at >= sa.bindparam("since"), ~quotes.c.superseded, ~quotes.c.withdrawn)
)
