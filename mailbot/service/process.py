"""One mail from the inbox to its end: read, understood, decided, recorded and answered in one commit."""

import datetime as dt
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from mailbot.domain.case import Case, InboxEntry, InboxState
from mailbot.domain.decision import Action, Decision
from mailbot.domain.errors import InputError, LeaseLost, StaleCase, TransientError
from mailbot.domain.file import Records
from mailbot.domain.message import Automatic, InboundMessage
from mailbot.domain.outgoing import STUCK
from mailbot.domain.revision import is_expired
from mailbot.fail_points import fail_point
from mailbot.ports import Clock, RecordsFor, ReplyRenderer, Store, Understanding, UnitOfWork
from mailbot.service.budget import BUDGET_ALARM, DAY, ReplyBudget, amount_reached, limit_reached, within_limits
from mailbot.service.changes import gist_of, says_the_same
from mailbot.service.parking import park
from mailbot.service.replying import REPLY_TO_ACTION, Reply, new_message_id, others, post, write
from mailbot.service.reports import take_report
from mailbot.service.switches import held_by_switch
from mailbot.service.trail import corrections_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessOptions:
    """`domain` is the right side of our Message-IDs. A mail is tried `attempts` times in its life.

    Replies leave after `hold`, so that staff can still withdraw them. `archives`: copies of what is sent are kept.
    """

    domain: str
    attempts: int = 3
    lease_seconds: float = 120.0
    budget: ReplyBudget = field(default_factory=ReplyBudget)
    hold: dt.timedelta = dt.timedelta()
    archives: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessReport:
    """How a mail ended: the action, `copy`, `parked`, or `again` when it goes back to be tried once more.

    `following` is the next mail when it was claimed in the same commit.
    """

    entry_id: int
    outcome: str
    case_number: str | None = None
    following: InboxEntry | None = None


def process_next(
    store: Store,
    understanding: Understanding,
    render: ReplyRenderer,
    clock: Clock,
    options: ProcessOptions,
    claimed: InboxEntry | None = None,
    *,
    go_on: bool = False,
) -> ProcessReport | None:
    """The oldest waiting mail, or the one `claimed`, is processed; None when none waits.

    To `go_on` the next one may be claimed in the commit that ends this one, and is then due to be passed to the next
    call: one commit less for each mail of a backlog.

    What cannot be processed is parked and shown to staff, never lost. Raises TransientError when the database is
    away; the mail is taken up again when its claim has run out.
    """
    entry = claimed or _claim(store, options)
    if entry is None:
        return None
    fail_point("claimed")
    try:
        if entry.attempts > options.attempts:
            return _park(
                entry, store, clock, f"not finished in {options.attempts} attempts: the program ended each time"
            )
        return _process(entry, store, understanding, render, clock, options, go_on=go_on)
    except LeaseLost:
        return ProcessReport(entry_id=entry.id, outcome="again")
    except StaleCase:
        return _give_back(entry, store)
    except InputError as error:
        return _park(entry, store, clock, str(error))
    except TransientError:
        raise
    except Exception as error:
        log.error("mail_not_processed", entry=entry.id, attempt=entry.attempts, error=type(error).__name__)
        if entry.attempts < options.attempts:
            return _give_back(entry, store)
        return _park(entry, store, clock, "".join(traceback.format_exception(error, limit=-8)))


def _claim(store: Store, options: ProcessOptions) -> InboxEntry | None:
    with store.begin() as uow:
        entry = uow.inbox.claim_next(lease_seconds=options.lease_seconds)
        uow.commit()
        return entry


def _process(
    entry: InboxEntry,
    store: Store,
    understanding: Understanding,
    render: ReplyRenderer,
    clock: Clock,
    options: ProcessOptions,
    *,
    go_on: bool,
) -> ProcessReport:
    message = understanding.read(entry.raw)
    fail_point("read")
    history = _find_history(entry, message, store, understanding, clock().date())
    if history.twin is not None:
        return _finish_copy(entry, history.twin, store)

    decision = understanding.decide([*history.thread, message], records_for(store))
    if decision.action is Action.IGNORE:
        return _finish_ignored(entry, history.case, decision, store, clock, archives=options.archives)
    fail_point("decided")
    hold = _reason_to_hold(message, history, decision, understanding, store)

    with store.begin() as uow:
        now = clock()
        case = history.case or _open_case(message, uow, now)
        case = uow.cases.record(case, decision, message, now)
        switched = None if hold else held_by_switch(uow.switches.on(), decision)
        gist = gist_of(decision)
        hold = hold or switched or _over_amount(message, case, decision, uow, options.budget, now)
        hold = hold or _over_budget(message, case, uow, options.budget, now, gist)
        if hold is None and decision.acknowledge:
            kind = REPLY_TO_ACTION[decision.action]
            reply = Reply(
                kind=kind,
                case=case,
                decision=decision,
                newest=message,
                message_id=new_message_id(case, kind, options.domain),
                cc=within_limits(uow.outbox, others(case, message), options.budget, now, gist),
            )
            post(*write(reply, uow, render, now), case, uow, now + options.hold, gist=gist)
        if decision.action is Action.REVIEW or switched is not None:
            uow.reviews.open(case, decision, entry.id, now, note=switched or "")
        elif hold is not None:
            uow.reviews.open_for_case(case, hold, entry.id, now)
        elif history.case is not None and not _still_stuck(decision, case, uow, now):
            uow.reviews.close_for(case, now)
        uow.inbox.finish(entry, InboxState.DONE, case_id=case.id, outcome=decision.action.value, cause=hold or "")
        following = uow.inbox.claim_next(lease_seconds=options.lease_seconds) if go_on else None
        fail_point("recorded")
        uow.commit()
    fail_point("processed")
    outcome = decision.action.value
    return ProcessReport(entry_id=entry.id, outcome=outcome, case_number=case.number, following=following)


def records_for(store: Store) -> RecordsFor:
    """Return a look-up of records that opens a short transaction of its own for each question."""

    def look_up(sites: Iterable[str], sens: Iterable[str], emails: Iterable[str]) -> Records:
        with store.look() as uow:
            return uow.records.for_requests(sites, sens, emails)

    return look_up


def read_thread(raws: Iterable[bytes], understanding: Understanding) -> list[InboundMessage]:
    """Return the mails of a case that persons wrote, as read."""
    messages = (understanding.read(raw) for raw in raws)
    return [message for message in messages if message.automatic is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _History:
    """What came before the mail in its case; `corrected` when staff have set values in it by hand.

    `twin` is an earlier entry that is this very mail come by another way. `expired`: the case's quote has run out.
    """

    twin: InboxEntry | None = None
    case: Case | None = None
    thread: Sequence[InboundMessage] = ()
    corrected: bool = False
    expired: bool = False


def _find_history(
    entry: InboxEntry, message: InboundMessage, store: Store, understanding: Understanding, today: dt.date
) -> _History:
    with store.look() as uow:
        known = uow.inbox.find_by_message_id(message.message_id) if message.message_id else ()
        case = uow.cases.find(message)
        raws = uow.cases.messages(case) if case else ()
        events = uow.cases.events(case.id) if case else ()
        quote = uow.quotes.latest(case.id) if case else None
    earlier = [other for other in known if other.id < entry.id and other.raw]
    return _History(
        twin=_twin_among(earlier, message, understanding),
        case=case,
        thread=read_thread(raws, understanding),
        corrected=bool(corrections_of(events)),
        expired=quote is not None and is_expired(quote, today),
    )


def _twin_among(
    earlier: Sequence[InboxEntry], message: InboundMessage, understanding: Understanding
) -> InboxEntry | None:
    """Return the entry with the same content; the same Message-ID alone proves nothing.

    Raises InputError when an earlier, other mail bears the same Message-ID.
    """
    for other in earlier:
        if other.state is InboxState.OLD or _content(understanding.read(other.raw)) == _content(message):
            return other
    if earlier:
        raise InputError(f"another mail, entry {earlier[0].id}, bears the same Message-ID; somebody must look at both")
    return None


def _content(message: InboundMessage) -> tuple[object, ...]:
    files = tuple(attachment.md5 for attachment in message.attachments)
    return (message.sender, message.date, message.subject.text, message.body.text, files)


def _reason_to_hold(
    message: InboundMessage, history: _History, decision: Decision, understanding: Understanding, store: Store
) -> str | None:
    """Return why a person, not the machine, answers this mail; None when the machine may."""
    if message.sender is None:
        return "no address to answer to"
    if history.corrected:
        return "the case was corrected by hand; the machine does not overrule that"
    if history.expired and decision.action is Action.QUOTE:
        return None  # the same request, but the prices of today
    if history.thread and says_the_same(understanding.decide(history.thread, records_for(store)), decision):
        return "this mail changes nothing in the case, and the case has been answered"
    return None


def _open_case(message: InboundMessage, uow: UnitOfWork, now: dt.datetime) -> Case:
    """Return a new case, or raise StaleCase when another worker has just opened the one that the mail continues."""
    if uow.cases.find(message) is not None:
        raise StaleCase("the mail's case was opened meanwhile")
    return uow.cases.open(message, now)


def _over_amount(
    message: InboundMessage, case: Case, decision: Decision, uow: UnitOfWork, budget: ReplyBudget, now: dt.datetime
) -> str | None:
    """Return why the quote waits that is too much for one sender and day; its own case counts once."""
    if decision.action is not Action.QUOTE or decision.quote is None or message.sender is None:
        return None
    quoted = uow.quotes.issued_since(message.sender.email, now - DAY)
    limit = amount_reached(decision.quote, [q for q in quoted if q.number != case.number], budget)
    return None if limit is None else f"no automatic reply: {limit} is the limit"


def _over_budget(
    message: InboundMessage, case: Case, uow: UnitOfWork, budget: ReplyBudget, now: dt.datetime, gist: str
) -> str | None:
    recipients = [message.sender.email] if message.sender else []
    limit = limit_reached(uow.outbox, recipients, budget, now, gist)
    if limit is None:
        return None
    uow.alarms.ring(f"{BUDGET_ALARM}{', '.join(recipients)}", f"no automatic reply any more: {limit} is the limit", now)
    log.error("reply_budget_used_up", limit=limit, case=case.number)
    return f"no automatic reply: {limit} is the limit"


def _still_stuck(decision: Decision, case: Case, uow: UnitOfWork, now: dt.datetime) -> bool:
    """Whether staff still have to look at replies that did not arrive; a new quote or question takes their place."""
    if decision.action is Action.ANSWER:
        return any(entry.state in STUCK for entry in uow.outbox.of_case(case.id))
    uow.outbox.set_aside(case.id, now)
    return False


def _finish_copy(entry: InboxEntry, twin: InboxEntry, store: Store) -> ProcessReport:
    with store.begin() as uow:
        uow.inbox.finish(entry, InboxState.COPY, case_id=twin.case_id, outcome="copy")
        uow.commit()
    return ProcessReport(entry_id=entry.id, outcome="copy")


def _finish_ignored(
    entry: InboxEntry, case: Case | None, decision: Decision, store: Store, clock: Clock, *, archives: bool
) -> ProcessReport:
    case_id, number = (case.id, case.number) if case else (None, None)
    outcome, cause = decision.action.value, decision.ignored_as or ""
    with store.begin() as uow:
        if decision.ignored_as == Automatic.DELIVERY_REPORT.value:
            case_id = take_report(entry, uow, clock(), archives=archives) or case_id
        uow.inbox.finish(entry, InboxState.DONE, case_id=case_id, outcome=outcome, cause=cause)
        uow.commit()
    return ProcessReport(entry_id=entry.id, outcome=outcome, case_number=number)


def _give_back(entry: InboxEntry, store: Store) -> ProcessReport:
    with store.begin() as uow:
        uow.inbox.finish(entry, InboxState.NEW, case_id=None, outcome=None)
        uow.commit()
    return ProcessReport(entry_id=entry.id, outcome="again")


def _park(entry: InboxEntry, store: Store, clock: Clock, cause: str) -> ProcessReport:
    with store.begin() as uow:
        park(entry, uow, cause, clock())
        uow.commit()
    log.warning("mail_parked", entry=entry.id)
    return ProcessReport(entry_id=entry.id, outcome="parked")
