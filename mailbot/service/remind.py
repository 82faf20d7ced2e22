"""Reminders of questions and quotes that nobody answered: a few, then the case sleeps. Any reply stops them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from mailbot.domain.business_days import add_business_days
from mailbot.domain.case import CaseEvent
from mailbot.domain.decision import Action, Decision
from mailbot.domain.errors import MailbotError, TransientError
from mailbot.domain.outgoing import ReplyKind
from mailbot.domain.quote import Quote
from mailbot.domain.revision import is_expired
from mailbot.parsers.delivery_report import FAILED
from mailbot.ports import Clock, ReplyRenderer, Store, Understanding
from mailbot.service.budget import ReplyBudget, limit_reached, within_limits
from mailbot.service.changes import gist_of
from mailbot.service.process import read_thread, records_for
from mailbot.service.replying import Reply, new_message_id, others, post, write
from mailbot.service.reports import DELIVERY_REPORTED
from mailbot.service.switches import held_by_switch, is_halted
from mailbot.service.trail import corrections_of

REMINDED = "Reminded"
_REMINDED_OF = (ReplyKind.ASK.value, ReplyKind.QUOTE.value)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindOptions:
    """`after` are the business days from the question or quote to each reminder; empty for none."""

    domain: str
    after: tuple[int, ...] = (3, 7)
    budget: ReplyBudget = field(default_factory=ReplyBudget)


def remind_due(
    store: Store, understanding: Understanding, render: ReplyRenderer, clock: Clock, options: RemindOptions
) -> int:
    """Every reminder that is due lies in the outbox, as far as the budget allows; return how many were added."""
    if not options.after or is_halted(store):
        return 0
    now = clock()
    # A business day takes at least a day, and five of them with their weekend at most seven, once begun.
    earliest = now - dt.timedelta(days=7 * (max(options.after) // 5 + 2))
    with store.begin() as uow:
        quiet = uow.cases.quiet(earliest, now - dt.timedelta(days=1))
    count = 0
    for case_id in quiet:
        try:
            count += _remind(case_id, store, understanding, render, now, options)
        except TransientError:
            raise
        except Exception as error:  # one case must not keep the others from being reminded
            is_bug = not isinstance(error, MailbotError)
            log.warning("not_reminded", case=case_id, error=type(error).__name__, exc_info=is_bug)
    return count


def next_reminder(events: Sequence[CaseEvent], after: Sequence[int]) -> tuple[ReplyKind, dt.datetime] | None:
    """Return what a case is to be reminded of and when; None when it was answered, touched, or reminded enough."""
    later: list[CaseEvent] = []
    for event in reversed(events):
        if event.kind == "ReplySent" and event.data.get("kind") in _REMINDED_OF:
            count = sum(one.kind == REMINDED for one in later)
            kind = ReplyKind(event.data["kind"])
            return (kind, add_business_days(event.at, after[count])) if count < len(after) else None
        if not _is_our_own(event):
            return None
        later.append(event)
    return None


def _is_our_own(event: CaseEvent) -> bool:
    """Whether the event is of the reminding itself, or a mail server's word on the way: nobody has answered by it."""
    if event.kind == DELIVERY_REPORTED:
        return event.data.get("action") != FAILED
    return event.kind == REMINDED or event.data.get("kind") == ReplyKind.REMINDER.value


def _remind(
    case_id: int,
    store: Store,
    understanding: Understanding,
    render: ReplyRenderer,
    now: dt.datetime,
    options: RemindOptions,
) -> bool:
    with store.begin() as uow:
        case, events, quote = uow.cases.get(case_id), uow.cases.events(case_id), uow.quotes.latest(case_id)
        due = next_reminder(events, options.after)
        if due is None or due[1] > now:
            return False
        raws = uow.cases.messages(case)
    thread = read_thread(raws, understanding)
    if not thread or thread[-1].sender is None:
        return False
    decision = understanding.decide(thread, records_for(store), corrections_of(events))
    if due[0] is ReplyKind.ASK:
        quote = None
    if not _still_holds(due[0], decision, quote, now.date()):
        return False
    newest, recipient, gist = thread[-1], thread[-1].sender.email, gist_of(decision)
    with store.begin() as uow:
        held = held_by_switch(uow.switches.on(), decision)
        if held or limit_reached(uow.outbox, [recipient], options.budget, now, gist):
            return False
        case = uow.cases.amend(case, CaseEvent(case_id=case.id, at=now, kind=REMINDED, actor="machine"), now)
        reply = Reply(
            kind=ReplyKind.REMINDER,
            case=case,
            decision=decision,
            newest=newest,
            message_id=new_message_id(case, ReplyKind.REMINDER, options.domain),
            quote=quote,
            cc=within_limits(uow.outbox, others(case, newest), options.budget, now, gist),
        )
        message, _ = write(reply, uow, render, now)
        post(message, None, case, uow, now, gist=gist)
        uow.commit()
    return True


def _still_holds(kind: ReplyKind, decision: Decision, quote: Quote | None, today: dt.date) -> bool:
    """Whether there is still something to remind of: the same question, or a quote that can be accepted."""
    if kind is ReplyKind.ASK:
        return decision.action is Action.ASK
    return quote is not None and not is_expired(quote, today)
