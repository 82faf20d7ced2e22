"""The revisions of a quote: which one holds, and what changed from one to the next. An issued quote never changes."""

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from mailbot.domain.case import CaseEvent
from mailbot.domain.quote import Quote, QuoteLine, ReplacedLine, ReplacedQuote

QUOTE_ACCEPTED = "QuoteAccepted"
"""Kind of the event by which staff say that the order has come."""

ACCEPTANCE_TAKEN_BACK = "AcceptanceTakenBack"
"""Kind of the event by which staff say that it has not."""


class QuoteStatus(enum.Enum):
    """Whether an issued quote can be accepted, or was."""

    VALID = "valid"
    ACCEPTED = "accepted"  # the order has come
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"  # taken back before it left


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A product of which something is no longer as it was; None before for an added one, after for one left out."""

    product: str
    before: ReplacedLine | None
    after: QuoteLine | None


def as_revision(quote: Quote, number: str, revision: int, latest: Quote | None) -> Quote:
    """Return the quote as this revision, in the place of the one issued last."""
    return replace(
        quote,
        number=number,
        revision=revision,
        replaces=f"{latest.number}/{latest.revision}" if latest else None,
        replaced=_replaced(latest) if latest else None,
    )


def status_of(
    quote: Quote, today: dt.date, *, superseded: bool = False, withdrawn: bool = False, accepted: bool = False
) -> QuoteStatus:
    """Return the status on a day; the last day of validity counts."""
    if withdrawn:
        return QuoteStatus.WITHDRAWN
    if accepted:
        return QuoteStatus.ACCEPTED
    if superseded:
        return QuoteStatus.SUPERSEDED
    return QuoteStatus.EXPIRED if is_expired(quote, today) else QuoteStatus.VALID


def accepted_revisions(events: Iterable[CaseEvent]) -> frozenset[int]:
    """Return the revisions of a case's quote that staff say were accepted."""
    accepted: set[int] = set()
    for event in events:
        revision = event.data.get("revision")
        if event.kind == QUOTE_ACCEPTED and isinstance(revision, int):
            accepted.add(revision)
        elif event.kind == ACCEPTANCE_TAKEN_BACK and isinstance(revision, int):
            accepted.discard(revision)
    return frozenset(accepted)


def is_expired(quote: Quote | ReplacedQuote, today: dt.date) -> bool:
    """Whether the quote can no longer be accepted on that day."""
    return quote.valid_until < today


def changes(quote: Quote) -> tuple[Change, ...]:
    """Return what changed in plan, users or amount since the replaced quote, in the order of the lines."""
    if quote.replaced is None:
        return ()
    pairs = _pairs(quote.lines, quote.replaced.lines)
    return tuple(change for change in pairs if _seen(change.before) != _seen(change.after))


def _replaced(quote: Quote) -> ReplacedQuote:
    return ReplacedQuote(
        currency=quote.currency,
        lines=tuple(
            ReplacedLine(product=line.product, plan=line.plan, users=line.users, amount=line.amount)
            for line in quote.lines
        ),
        total=quote.total,
        valid_until=quote.valid_until,
    )


def _pairs(new: Sequence[QuoteLine], old: Sequence[ReplacedLine]) -> Iterator[Change]:
    """Yield the lines of both quotes, those of one product side by side."""
    for product in dict.fromkeys([*(line.product for line in new), *(line.product for line in old)]):
        before = (line for line in old if line.product == product)
        after = (line for line in new if line.product == product)
        for one, other in zip_longest(before, after):
            yield Change(product=product, before=one, after=other)


def _seen(line: ReplacedLine | QuoteLine | None) -> object:
    return line and (line.plan, line.users, line.amount)
