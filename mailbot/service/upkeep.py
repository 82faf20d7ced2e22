"""The daily look at what must add up: nothing waits too long, nothing is unaccounted for."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from mailbot.domain.case import InboxState
from mailbot.domain.outgoing import OutboxState
from mailbot.ports import Clock, Mailbox, Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepOptions:
    """From which age an unprocessed mail is an alarm."""

    longest_wait: dt.timedelta = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How many mails and replies are in each state, and for how long the oldest unprocessed mail has waited."""

    inbox: Mapping[InboxState, int]
    outbox: Mapping[OutboxState, int]
    waiting: int
    oldest_wait: dt.timedelta


def look_after(store: Store, clock: Clock, options: UpkeepOptions) -> Health:
    """Return the state of the desk; what needs a person is logged as an error.

    Claims of workers that died need no care: they run out, and the next worker takes the row.
    """
    with store.begin() as uow:
        oldest = uow.inbox.oldest_waiting()
        health = Health(
            inbox=uow.inbox.count_by_state(),
            outbox=uow.outbox.count_by_state(),
            waiting=len(uow.reviews.list()),
            oldest_wait=clock() - oldest if oldest is not None else dt.timedelta(),
        )
    if health.oldest_wait > options.longest_wait:
        log.error("mail_waits_too_long", minutes=int(health.oldest_wait / dt.timedelta(minutes=1)))
    unknown, failed = health.outbox.get(OutboxState.UNKNOWN, 0), health.outbox.get(OutboxState.FAILED, 0)
    if unknown or failed:
        log.error("replies_need_a_person", unknown=unknown, failed=failed)
    return health


def unaccounted(mailbox: Mailbox, store: Store) -> Sequence[int]:
    """Return the UIDs up to the cursor that have no row; there are none once old mail has been listed."""
    with store.begin() as uow:
        cursor = uow.inbox.cursor(mailbox.key)
    if cursor is None or cursor[0] != mailbox.uidvalidity:
        return []
    there = [uid for uid in mailbox.uids_from(1) if uid <= cursor[1]]
    with store.begin() as uow:
        missing = uow.inbox.unknown_uids(mailbox.key, mailbox.uidvalidity, there)
    if missing:
        log.error("unaccounted_mail", mailbox=str(mailbox.key), count=len(missing))
    return missing
