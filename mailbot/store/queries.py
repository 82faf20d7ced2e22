"""Read models for people: the ledger and a case's page. They change nothing and wait for no writer."""

import datetime as dt
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from mailbot.domain.case import CaseEvent, InboxState
from mailbot.domain.decision import Action, Decision
from mailbot.domain.outgoing import OutboxState, ReplyKind
from mailbot.domain.quote import Quote
from mailbot.domain.revision import QuoteStatus, accepted_revisions, status_of
from mailbot.store.cases import EVENTS_OF_CASE, PARTICIPANTS_OF_CASE, event_of_row
from mailbot.store.columns import AnyRow
from mailbot.store.convert import addresses_from_json, decision_from_json, quote_from_json
from mailbot.store.tables import (
    OPEN_ITEM,
    cases,
    inbox,
    outbox,
    outbox_bytes,
    quotes,
    review_items,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxLedger:
    """Where the mails of one folder are. `unaccounted` must be 0: mails that ended and that nobody was told of."""

    account: str
    folder: str
    by_state: Mapping[InboxState, int]
    by_outcome: Mapping[str, int]
    unaccounted: int

    @property
    def total(self) -> int:
        """How many mails the folder ever had."""
        return sum(self.by_state.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A mail of a case, without its bytes."""

    inbox_id: int
    message_id: str | None
    sender: str | None
    received_at: dt.datetime
    size: int
    state: InboxState
    outcome: str | None
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    """A reply of a case, with its text and without its bytes."""

    outbox_id: int
    kind: ReplyKind
    revision: int
    recipients: tuple[str, ...]
    subject: str
    text: str
    state: OutboxState
    attempts: int
    due_at: dt.datetime
    finished_at: dt.datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRow:
    """An issued quote; `superseded` when the case has a newer revision, `withdrawn` when it never left.

    `accepted` when staff say that the order has come.
    """

    quote: Quote
    issued_at: dt.datetime
    superseded: bool
    withdrawn: bool
    accepted: bool

    def status(self, today: dt.date) -> QuoteStatus:
        """Return whether the quote can still be accepted on that day, or was."""
        return status_of(
            self.quote, today, superseded=self.superseded, withdrawn=self.withdrawn, accepted=self.accepted
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """All that is known of a case, each list oldest first."""

    case_id: int
    number: str
    version: int
    opened_at: dt.datetime
    changed_at: dt.datetime
    subject: str
    language: str
    last_action: Action | None
    decision: Decision | None
    participants: tuple[str, ...]
    mails: tuple[MailRow, ...]
    replies: tuple[ReplyRow, ...]
    quotes: tuple[QuoteRow, ...]
    events: tuple[CaseEvent, ...]
    open_item: int | None


def ledger(connection: sa.Connection) -> Sequence[MailboxLedger]:
    """Return the counts of every folder, by account and folder."""
    states: dict[tuple[str, str], dict[InboxState, int]] = {}
    outcomes: dict[tuple[str, str], dict[str, int]] = {}
    lost: dict[tuple[str, str], int] = {}
    for row in connection.execute(_LEDGER):
        folder, state = (row.account, row.folder), InboxState(row.state)
        by_state, by_outcome = states.setdefault(folder, {}), outcomes.setdefault(folder, {})
        by_state[state] = by_state.get(state, 0) + row.mails
        if row.outcome is not None:
            by_outcome[row.outcome] = by_outcome.get(row.outcome, 0) + row.mails
        lost[folder] = lost.get(folder, 0) + row.unaccounted
    return [
        MailboxLedger(
            account=folder[0],
            folder=folder[1],
            by_state=by_state,
            by_outcome=outcomes[folder],
            unaccounted=lost[folder],
        )
        for folder, by_state in states.items()
    ]


def case_page(connection: sa.Connection, number: str) -> CasePage | None:
    """Return the case of this number (`Q-2026-00318`), None when there is none."""
    case = connection.execute(_CASE, {"number": number}).first()
    if case is None:
        return None
    key = {"case_id": case.id}
    events = tuple(event_of_row(row) for row in connection.execute(EVENTS_OF_CASE, key))
    accepted = accepted_revisions(events)
    return CasePage(
        case_id=case.id,
        number=case.number,
        version=case.version,
        opened_at=case.opened_at,
        changed_at=case.changed_at,
        subject=case.subject,
        language=case.language,
        last_action=None if case.last_action is None else Action(case.last_action),
        decision=None if case.decision is None else decision_from_json(case.decision),
        participants=tuple(connection.scalars(PARTICIPANTS_OF_CASE, key)),
        mails=tuple(_mail(row) for row in connection.execute(_MAILS, key)),
        replies=tuple(_reply(row) for row in connection.execute(_REPLIES, key)),
        quotes=tuple(_quote(row, accepted) for row in connection.execute(_QUOTES, key)),
        events=events,
        open_item=connection.scalar(_OPEN_ITEM, key),
    )


def _mail(row: AnyRow) -> MailRow:
    return MailRow(
        inbox_id=row.id,
        message_id=row.message_id,
        sender=row.sender,
        received_at=row.received_at,
        size=row.size,
        state=InboxState(row.state),
        outcome=row.outcome,
        cause=row.cause,
    )


def _reply(row: AnyRow) -> ReplyRow:
    return ReplyRow(
        outbox_id=row.id,
        kind=ReplyKind(row.kind),
        revision=row.revision,
        recipients=addresses_from_json(row.recipients),
        subject=row.subject,
        text=row.text,
        state=OutboxState(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        finished_at=row.finished_at,
        last_error=row.last_error,
    )


def _quote(row: AnyRow, accepted: Container[int]) -> QuoteRow:
    return QuoteRow(
        quote=quote_from_json(row.snapshot),
        issued_at=row.issued_at,
        superseded=row.superseded,
        withdrawn=row.withdrawn,
        accepted=row.revision in accepted,
    )


_shown_to_staff = (
    sa.exists()
    .where(sa.or_(review_items.c.inbox_id == inbox.c.id, review_items.c.case_id == inbox.c.case_id))
    .correlate(inbox)
)
_answered = sa.exists().where(outbox.c.case_id == inbox.c.case_id).correlate(inbox)
_lost = sa.or_(
    sa.and_(inbox.c.state == InboxState.DONE.value, inbox.c.outcome.is_(None)),
    sa.and_(
        inbox.c.state == InboxState.DONE.value,
        inbox.c.outcome != Action.IGNORE.value,
        ~_shown_to_staff,
        ~_answered,
    ),
    sa.and_(inbox.c.state.in_([InboxState.PARKED.value, InboxState.TOO_LARGE.value]), ~_shown_to_staff),
)
_LEDGER = (
    sa.select(
        inbox.c.account,
        inbox.c.folder,
        inbox.c.state,
        inbox.c.outcome,
        sa.func.count().label("mails"),
        sa.func.sum(sa.case((_lost, 1), else_=0)).label("unaccounted"),
    )
    .group_by(inbox.c.account, inbox.c.folder, inbox.c.state, inbox.c.outcome)
    .order_by(inbox.c.account, inbox.c.folder)
)

_CASE = sa.select(cases).where(cases.c.number == sa.bindparam("number"))

_MAILS = sa.select(inbox).where(inbox.c.case_id == sa.bindparam("case_id")).order_by(inbox.c.id)

_REPLIES = (
    sa.select(outbox, outbox_bytes.c.subject, outbox_bytes.c.text)
    .join(outbox_bytes, outbox_bytes.c.outbox_id == outbox.c.id)
    .where(outbox.c.case_id == sa.bindparam("case_id"))
    .order_by(outbox.c.id)
)

_QUOTES = sa.select(quotes).where(quotes.c.case_id == sa.bindparam("case_id")).order_by(quotes.c.revision)

_OPEN_ITEM = sa.select(review_items.c.id).where(review_items.c.case_id == sa.bindparam("case_id"), OPEN_ITEM)
