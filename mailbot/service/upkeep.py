"""The look at what must add up: alarms ring for what is wrong and fall silent when it is not any more."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from mailbot.domain.case import InboxState, MailboxKey
from mailbot.domain.outgoing import OutboxState
from mailbot.domain.watch import Alarm
from mailbot.ports import Clock, Messenger, Store, UnitOfWork
from mailbot.service.budget import BUDGET_ALARM, DAY
from mailbot.service.switches import HALT

MAILBOX_ALARM = "mailbox "
"""How the names of alarms begin that ring for a mailbox that is not read."""

FORGOTTEN = dt.timedelta(hours=1)
"""After so long an alarm falls silent that no worker's settings ring any more: its mailbox is not to be read now."""

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepOptions:
    """When it is an alarm: a mailbox not read for `silence`, a mail or reply that waits for `longest_wait`,
    more than `longest_queue` mails that wait at once, however short a time.

    `mailboxes` are those that are to be read, by a service that has run `since` then. `expiries` are the days on which
    secrets end, by what they open; an alarm rings `notice` before.
    """

    longest_wait: dt.timedelta = dt.timedelta(minutes=15)
    longest_queue: int = 300
    silence: dt.timedelta = dt.timedelta(minutes=5)
    mailboxes: Sequence[MailboxKey] = ()
    since: dt.datetime = NEVER
    expiries: Mapping[str, dt.date] = field(default_factory=dict)
    notice: dt.timedelta = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of the desk. `waiting` counts review items, `struggling` replies that do not leave.

    `silent` are mailboxes that have not been read in time, `polls` when each was read last.
    """

    inbox: Mapping[InboxState, int]
    outbox: Mapping[OutboxState, int]
    waiting: int
    oldest_wait: dt.timedelta
    struggling: int
    polls: Mapping[MailboxKey, dt.datetime]
    silent: Sequence[MailboxKey]
    alarms: Sequence[Alarm]
    halted: bool


def look_after(store: Store, clock: Clock, options: UpkeepOptions) -> Health:
    """Return the state of the desk, its alarms brought up to date.

    Claims of workers that died need no care: they run out, and the next worker takes the row.
    """
    with store.begin() as uow:
        now = clock()
        _set_alarms(uow, state_of(uow, now, options), options, now)
        health = state_of(uow, now, options)
        uow.commit()
    for alarm in health.alarms:
        name = "replies" if alarm.name.startswith(BUDGET_ALARM) else alarm.name
        log.error("alarm", name=name, since=alarm.since.isoformat(timespec="seconds"), times=alarm.times)
    return health


def state_of(uow: UnitOfWork, now: dt.datetime, options: UpkeepOptions) -> Health:
    """Return the state of the desk."""
    oldest, polls = uow.inbox.oldest_waiting(), uow.alarms.polls()
    return Health(
        inbox=uow.inbox.count_by_state(),
        outbox=uow.outbox.count_by_state(),
        waiting=uow.reviews.count_open(),
        oldest_wait=max(now - oldest, dt.timedelta()) if oldest is not None else dt.timedelta(),
        struggling=uow.outbox.struggling(now - options.longest_wait),
        polls=polls,
        silent=[key for key in options.mailboxes if now - max(polls.get(key, NEVER), options.since) > options.silence],
        alarms=uow.alarms.ringing(),
        halted=HALT in uow.switches.on(),
    )


def tell_alarms(store: Store, clock: Clock, messenger: Messenger) -> int:
    """A person outside was told of each alarm that rings, once; return of how many just now."""
    with store.begin() as uow:
        untold = [alarm for alarm in uow.alarms.ringing() if alarm.told_at is None]
    if untold:
        messenger(untold)
        with store.begin() as uow:
            uow.alarms.mark_told([alarm.name for alarm in untold], clock())
            uow.commit()
    return len(untold)


def _set_alarms(uow: UnitOfWork, health: Health, options: UpkeepOptions, now: dt.datetime) -> None:
    queue = health.inbox.get(InboxState.NEW, 0)
    minutes = int(health.oldest_wait / dt.timedelta(minutes=1))
    unknown, failed = health.outbox.get(OutboxState.UNKNOWN, 0), health.outbox.get(OutboxState.FAILED, 0)
    wrong = {
        "mail waits": health.oldest_wait > options.longest_wait and f"the oldest mail has waited for {minutes} minutes",
        "many mails wait": queue > options.longest_queue and f"{queue} mails wait",
        "replies do not leave": bool(health.struggling) and f"{health.struggling} replies do not leave",
        "replies of unknown outcome": bool(unknown) and f"{unknown} replies may have arrived; a person decides",
        "replies refused": bool(failed) and f"{failed} replies were refused or came back",
        "desk is halted": health.halted and "nothing is read or sent; look, then run `mailbot resume`",
    }
    for key in options.mailboxes:
        wrong[f"{MAILBOX_ALARM}{key}"] = key in health.silent and f"{key} has not been read for {options.silence}"
    for secret, day in options.expiries.items():
        wrong[f"secret of {secret}"] = day - options.notice <= now.date() and f"the secret of {secret} ends on {day}"
    ringing = {alarm.name for alarm in health.alarms}
    for name, words in wrong.items():
        if words:
            uow.alarms.ring(name, words, now)
        elif name in ringing:
            uow.alarms.silence(name)
    for alarm in health.alarms:
        lasts = DAY if alarm.name.startswith(BUDGET_ALARM) else FORGOTTEN if alarm.name not in wrong else None
        if lasts is not None and now - alarm.last_at > lasts:
            uow.alarms.silence(alarm.name)
