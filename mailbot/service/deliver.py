"""The outbox on its way: each message handed over once, or again with the same bytes where that is known to be safe."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from mailbot.domain.errors import (
    LeaseLost,
    NotAllowedAnyMore,
    OutcomeUnknown,
    Refused,
    ServerAway,
    SetupError,
    TransientError,
)
from mailbot.domain.outgoing import OUTCOME_UNKNOWN, OutboxEntry, OutboxState, ReplyKind, SendPhase
from mailbot.fail_points import fail_point
from mailbot.ports import Archive, Clock, Store, Transport, UnitOfWork
from mailbot.service.archive import was_sent
from mailbot.service.outcome import FAILED, LOST, SENT, reply_event

AT_ONCE = 100
FAILURES_IN_A_ROW = 3  # then the server, not the message, is the trouble; the next call tries again

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverOptions:
    """`sender` is the envelope's; delivery reports go there, "" for nowhere. `archives`: copies of what is sent are
    kept.

    A message is tried again after `first_retry`, then after twice as long each time up to `longest_retry`, and given
    up after `give_up`. One whose outcome is unknown is looked for in the archive after `resend_after`; if it is not
    there, a question is sent once more, a quote waits for a person. `dot_seconds` is how long the server may take to
    answer the final dot. No more than about `per_domain` messages are on their way to one domain at once.
    """

    sender: str
    first_retry: dt.timedelta = dt.timedelta(minutes=1)
    longest_retry: dt.timedelta = dt.timedelta(hours=4)
    give_up: dt.timedelta = dt.timedelta(hours=48)
    resend_after: dt.timedelta = dt.timedelta(minutes=15)
    lease_seconds: float = 120.0
    dot_seconds: float = 600.0
    archives: bool = False
    per_domain: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverReport:
    """How many messages were taken by the server, are to be tried again, failed for good, or may have been taken."""

    sent: int = 0
    again: int = 0
    failed: int = 0
    unknown: int = 0


def deliver_due(
    store: Store, transport: Transport, clock: Clock, options: DeliverOptions, archive: Archive | None = None
) -> DeliverReport:
    """Every due message has been tried once, at most AT_ONCE of them.

    Raises ServerAway or SetupError when the server cannot be used at all; the messages do not suffer from it.
    """
    states: list[OutboxState] = []
    failures = 0
    following: OutboxEntry | None = None
    while len(states) < AT_ONCE and failures < FAILURES_IN_A_ROW:
        entry = following or _claim(store, clock, options)
        if entry is None:
            break
        go_on = len(states) + 1 < AT_ONCE
        state, following = _deliver(entry, store, transport, clock, options, archive, go_on=go_on)
        states.append(state)
        failures = failures + 1 if state is OutboxState.READY else 0
    return _report(states)


def settle_abandoned(store: Store, clock: Clock, options: DeliverOptions) -> DeliverReport:
    """Every message whose worker ended between the final dot and the answer is settled as of unknown outcome."""
    states: list[OutboxState] = []
    while True:
        with store.begin() as uow:
            entry = uow.outbox.claim_abandoned(clock(), lease_seconds=options.lease_seconds)
            uow.commit()
        if entry is None:
            return _report(states)
        states.append(_outcome_unknown(entry, store, clock, options, "the program ended before the server's answer"))


def _report(states: Sequence[OutboxState]) -> DeliverReport:
    return DeliverReport(
        sent=states.count(OutboxState.SENT),
        again=states.count(OutboxState.READY),
        failed=states.count(OutboxState.FAILED),
        unknown=states.count(OutboxState.UNKNOWN),
    )


def _claim(store: Store, clock: Clock, options: DeliverOptions) -> OutboxEntry | None:
    with store.begin() as uow:
        entry = _claim_in(uow, clock, options)
        uow.commit()
        return entry


def _claim_in(uow: UnitOfWork, clock: Clock, options: DeliverOptions) -> OutboxEntry | None:
    return uow.outbox.claim_due(clock(), lease_seconds=options.lease_seconds, per_domain=options.per_domain)


def _deliver(
    entry: OutboxEntry,
    store: Store,
    transport: Transport,
    clock: Clock,
    options: DeliverOptions,
    archive: Archive | None,
    *,
    go_on: bool,
) -> tuple[OutboxState, OutboxEntry | None]:
    """Return the state in which the attempt has left the row; SENDING when another worker has taken it over.

    To `go_on` the next message may be claimed in the commit that ends this one; it is returned with the state.
    """

    def remember(phase: SendPhase) -> None:
        fail_point(f"sending_{phase.value}")
        if phase is SendPhase.DOT:  # before it any attempt may be repeated, so only this one must be known for ever
            with store.begin() as uow:
                _refuse_unless_allowed(entry, uow)
                uow.outbox.set_phase(entry, phase, lease_seconds=options.dot_seconds + options.lease_seconds)
                uow.commit()

    try:
        if entry.may_have_arrived:
            if was_sent(entry, archive):
                return OutboxState.SENT, _sent(entry, store, clock, options, go_on=go_on)
            if entry.kind is ReplyKind.QUOTE:
                return _end(entry, store, clock, OutboxState.UNKNOWN, entry.last_error or OUTCOME_UNKNOWN), None
        transport.send(sender=options.sender, recipients=entry.recipients, raw=entry.raw, on_phase=remember)
        fail_point("taken")
        return OutboxState.SENT, _sent(entry, store, clock, options, go_on=go_on)
    except LeaseLost:
        log.error("claim_lost_while_sending", entry=entry.id)
        return OutboxState.SENDING, None
    except NotAllowedAnyMore as error:
        return _give_up(entry, store, clock, f"not sent: {error}"), None
    except OutcomeUnknown as error:
        return _outcome_unknown(entry, store, clock, options, str(error)), None
    except Refused as error:
        return _give_up(entry, store, clock, f"refused: {error}"), None
    except (ServerAway, SetupError) as error:
        _put_back(entry, store, error)
        raise
    except TransientError as error:
        return _try_again(entry, store, clock, options, error), None


def _refuse_unless_allowed(entry: OutboxEntry, uow: UnitOfWork) -> None:
    """A quote for a site leaves only while its authorized contact is on file: hours may lie behind the decision.

    Raises NotAllowedAnyMore. Read in the transaction after which the message cannot be called back.
    """
    quote = uow.quotes.latest(entry.case_id) if entry.kind is ReplyKind.QUOTE else None
    if quote is None or quote.contact_email is None or not (quote.site or quote.sens):
        return  # a new site has nobody on file
    email = quote.contact_email
    records = uow.records.for_requests([quote.site] if quote.site else [], quote.sens, [email])
    sites = {quote.site} if quote.site else {records.sens[sen].site for sen in quote.sens if sen in records.sens}
    on_file = {
        contact.email.casefold() for site in sites & records.sites.keys() for contact in records.sites[site].contacts
    }
    if email.casefold() not in on_file:
        raise NotAllowedAnyMore("the authorized contact of the quote is not on file any more")


def _sent(
    entry: OutboxEntry, store: Store, clock: Clock, options: DeliverOptions, *, go_on: bool
) -> OutboxEntry | None:
    """The message is SENT; return the next one when there is one to go on with."""
    doubt = entry.last_error if entry.may_have_arrived else None
    with store.begin() as uow:
        uow.outbox.finish(entry, OutboxState.SENT, error=doubt, archive=options.archives)
        uow.cases.append(reply_event(entry, clock(), SENT))
        following = _claim_in(uow, clock, options) if go_on else None
        uow.commit()
    fail_point("sent")
    log.info("sent", entry=entry.id, kind=entry.kind.value, attempt=entry.attempts)
    return following


def _try_again(
    entry: OutboxEntry, store: Store, clock: Clock, options: DeliverOptions, error: Exception
) -> OutboxState:
    wait = _wait_after(entry.attempts, options)
    if sum((_wait_after(n, options) for n in range(1, entry.attempts)), dt.timedelta()) + wait > options.give_up:
        return _give_up(entry, store, clock, f"given up after {entry.attempts} attempts: {error}")
    words = f"{OUTCOME_UNKNOWN}, then: {error}" if entry.may_have_arrived else str(error)
    with store.begin() as uow:
        uow.outbox.finish(entry, OutboxState.READY, due_at=clock() + wait, error=words)
        uow.commit()
    log.warning("not_sent_yet", entry=entry.id, attempt=entry.attempts, error=type(error).__name__)
    return OutboxState.READY


def _put_back(entry: OutboxEntry, store: Store, error: Exception) -> None:
    """The message is where it was in the queue: the server, not the message, is the trouble."""
    words = entry.last_error if entry.may_have_arrived else str(error)
    with store.begin() as uow:
        uow.outbox.finish(entry, OutboxState.READY, error=words, counted=False)
        uow.commit()


def _outcome_unknown(
    entry: OutboxEntry, store: Store, clock: Clock, options: DeliverOptions, error: str
) -> OutboxState:
    """Leave the message for a time, then look again; a quote that no archive can tell of waits for a person."""
    looked_for = entry.kind is not ReplyKind.QUOTE or options.archives
    if looked_for and not entry.may_have_arrived:
        with store.begin() as uow:
            due_at = clock() + options.resend_after
            uow.outbox.finish(entry, OutboxState.READY, due_at=due_at, error=f"{OUTCOME_UNKNOWN}: {error}")
            uow.commit()
        log.warning("outcome_unknown", entry=entry.id, again_at=due_at.isoformat())
        return OutboxState.READY
    return _end(entry, store, clock, OutboxState.UNKNOWN, f"{OUTCOME_UNKNOWN}: {error}")


def _give_up(entry: OutboxEntry, store: Store, clock: Clock, error: str) -> OutboxState:
    return _end(entry, store, clock, OutboxState.FAILED, error)


def _end(entry: OutboxEntry, store: Store, clock: Clock, state: OutboxState, error: str) -> OutboxState:
    """Put the row into a state that only a person ends, and show it to staff."""
    now = clock()
    with store.begin() as uow:
        uow.outbox.finish(entry, state, error=error)
        uow.cases.append(reply_event(entry, now, FAILED if state is OutboxState.FAILED else LOST))
        case = uow.cases.get(entry.case_id)
        uow.reviews.open_for_case(case, f"{entry.kind.value} reply, {state.value}: {error}", None, now)
        uow.commit()
    log.error("reply_needs_a_person", entry=entry.id, state=state.value)
    return state


def _wait_after(attempts: int, options: DeliverOptions) -> dt.timedelta:
    return min(options.first_retry * (1 << min(attempts - 1, 20)), options.longest_retry)
