"""After a restore or a move: what the mail servers know is taken over before anything is answered again."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import structlog

from mailbot.domain.case import Fetched, InboxEntry, InboxState
from mailbot.ports import Archive, Clock, Mailbox, Store
from mailbot.service.outcome import SENT, reply_event
from mailbot.service.parking import park
from mailbot.service.receive import ReceiveOptions, envelope_of, receive_new
from mailbot.service.switches import HALT

ANSWERED = "the archive holds a reply to this mail that is not on record: it was answered after the backup was made"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """A mailbox and, where mail is moved once it is stored, the folder to which: its `file_away` moves mail back."""

    inbox: Callable[[], AbstractContextManager[Mailbox]]
    receive: ReceiveOptions
    filed: Callable[[], AbstractContextManager[Mailbox]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How many replies had been sent, mails had been answered, mails were put back to be answered."""

    sent: int = 0
    answered: int = 0
    put_back: int = 0


def resume(
    store: Store, clock: Clock, archive: Archive | None, folders: Sequence[Folders], *, actor: str, dry_run: bool
) -> Reconciled:
    """The database agrees with the archive and the mailboxes, it is at home, and the desk goes on.

    Replies that the archive holds count as sent. Mails whose answer it holds are shown to staff and not answered
    again. Mails that were filed away and are not on record go back to the inbox. A dry run changes nothing and counts
    what is known without it. Without an archive nothing can be compared: whatever looks unanswered will be answered.
    """
    sent = 0 if archive is None else _take_over_replies(store, clock, archive, dry_run=dry_run)
    put_back = answered = 0
    for one in folders:
        if one.filed is not None:
            back, known = _look_through_filed(store, clock, archive, one.filed, dry_run=dry_run)
            put_back, answered = put_back + back, answered + known
        if not dry_run:
            with one.inbox() as mailbox:
                while receive_new(mailbox, store, clock, one.receive).more:
                    continue
    if archive is not None:
        answered += _leave_answered_alone(store, clock, archive, dry_run=dry_run)
    found = Reconciled(sent=sent, answered=answered, put_back=put_back)
    if not dry_run:
        with store.begin() as uow:
            uow.home.settle(clock())
            uow.switches.turn(HALT, on=False, by=actor, at=clock())
            uow.audit.append(at=clock(), actor=actor, kind="Resumed", subject="desk", data=_counts(found))
            uow.commit()
        log.info("resumed", sent=found.sent, answered=found.answered, put_back=found.put_back)
    return found


def _take_over_replies(store: Store, clock: Clock, archive: Archive, *, dry_run: bool) -> int:
    with store.begin() as uow:
        unsent = uow.outbox.unsent()
    sent = [entry for entry in unsent if archive.holds(entry.message_id)]
    with store.begin() as uow:
        for entry in sent:
            uow.outbox.take_for_sent(entry.id, "the archive holds it")
            uow.cases.append(reply_event(entry, clock(), SENT))
        if not dry_run:
            uow.commit()
    return len(sent)


def _look_through_filed(
    store: Store,
    clock: Clock,
    archive: Archive | None,
    opened: Callable[[], AbstractContextManager[Mailbox]],
    *,
    dry_run: bool,
) -> tuple[int, int]:
    """Return how many mails were put back, and how many were answered; both have no row."""
    put_back = answered = 0
    with opened() as mailbox:
        for message in _not_on_record(store, mailbox):
            message_id, _ = envelope_of(message.raw)
            if archive is not None and message_id is not None and archive.answered(message_id):
                answered += 1
                if not dry_run:
                    _show(store, clock, mailbox, message)
            else:
                put_back += 1
                if not dry_run:
                    mailbox.file_away(message.uid)
    return put_back, answered


def _not_on_record(store: Store, mailbox: Mailbox) -> Iterator[Fetched]:
    doubtful = []
    for headers in mailbox.fetch_headers(mailbox.uids_from(1)):
        message_id, _ = envelope_of(headers.raw)
        with store.begin() as uow:
            if message_id is None or not uow.inbox.find_by_message_id(message_id):
                doubtful.append(headers.uid)
    for message in mailbox.fetch(doubtful):
        with store.begin() as uow:
            known = uow.inbox.find_copies(hashlib.sha256(message.raw).hexdigest())
        if not known:
            yield message


def _leave_answered_alone(store: Store, clock: Clock, archive: Archive, *, dry_run: bool) -> int:
    with store.begin() as uow:
        waiting = uow.inbox.unprocessed()
    answered = [entry for entry in waiting if _is_answered(entry, archive)]
    with store.begin() as uow:
        for entry in answered:
            park(entry, uow, ANSWERED, clock())
        if not dry_run:
            uow.commit()
    return len(answered)


def _is_answered(entry: InboxEntry, archive: Archive) -> bool:
    message_id, _ = envelope_of(entry.raw)
    return message_id is not None and archive.answered(message_id)


def _show(store: Store, clock: Clock, mailbox: Mailbox, message: Fetched) -> None:
    message_id, sender = envelope_of(message.raw)
    with store.begin() as uow:
        added = uow.inbox.add(
            mailbox.key,
            mailbox.uidvalidity,
            message,
            message_id=message_id,
            state=InboxState.PARKED,
            sender=sender,
        )
        entry = None if added is None else uow.inbox.get(added)
        if entry is not None:
            park(entry, uow, ANSWERED, clock())
            uow.inbox.mark_filed([entry.id])
        uow.commit()


def _counts(found: Reconciled) -> dict[str, object]:
    return {"sent": found.sent, "answered": found.answered, "put_back": found.put_back}
