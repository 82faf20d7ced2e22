"""Taking mail in: stored and committed first, only then filed away on the server."""

import datetime as dt
import email.utils
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from itertools import islice
from typing import Literal

import structlog

from mailbot.domain.case import Fetched, InboxState
from mailbot.domain.errors import TransientError
from mailbot.fail_points import fail_point
from mailbot.ports import Clock, Mailbox, Store, UnitOfWork

HEADER_BYTES = 64 * 1024  # of a message's start, in which its Message-ID and From are looked for
PER_COMMIT = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveOptions:
    """`since` is the first connect's cut-off: what arrived before the connect, before a day, or nothing, is old.

    `at_once` is how many mails one call takes, so that a backlog is answered from its first mails on.
    """

    since: Literal["now", "all"] | dt.date = "now"
    at_once: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReport:
    """How many mails were stored, by state, and filed away on the server; `more` are waiting for the next call."""

    stored: Mapping[InboxState, int]
    filed: int = 0
    more: bool = False


def receive_new(
    mailbox: Mailbox, store: Store, clock: Clock, options: ReceiveOptions, on_stored: Callable[[], None] = lambda: None
) -> ReceiveReport:
    """Every mail of the folder has a row, and what has one is filed away as configured.

    What was there before the first connect is listed as OLD and never answered. After a change of UIDVALIDITY all
    UIDs are new; mails whose bytes are known become COPY. `on_stored` is called as soon as there is something to
    process. Raises TransientError when the server is away; nothing
    is lost by it.
    """
    with store.look() as uow:
        cursor = uow.inbox.cursor(mailbox.key)
    if cursor is None:
        cursor = _draw_the_line(mailbox, store, options)
    if cursor[0] != mailbox.uidvalidity:
        log.warning("uidvalidity_changed", mailbox=str(mailbox.key), before=cursor[0], now=mailbox.uidvalidity)
        cursor = (mailbox.uidvalidity, 0)
    there = mailbox.uids_from(cursor[1] + 1)
    fail_point("listed")
    missing = _without_row(mailbox, store, there)
    stored, stuck = _store(mailbox, store, clock, missing[: options.at_once])
    if stored:
        on_stored()  # filing away can wait, the reseller need not
    waiting = [*stuck, *missing[options.at_once :]]
    if there:
        with store.begin() as uow:
            uow.inbox.set_cursor(mailbox.key, mailbox.uidvalidity, waiting[0] - 1 if waiting else there[-1])
            uow.commit()
    return ReceiveReport(stored=stored, filed=_file_away(mailbox, store), more=len(missing) > options.at_once)


def list_old(mailbox: Mailbox, store: Store) -> ReceiveReport:
    """Every mail up to the cursor has a row: those that were there before the first connect become OLD.

    Linear in the size of the folder, so called once for each connection; can be interrupted and run again.
    """
    with store.look() as uow:
        cursor = uow.inbox.cursor(mailbox.key)
    if cursor is None or cursor[0] != mailbox.uidvalidity:
        return ReceiveReport(stored={})
    there = [uid for uid in mailbox.uids_from(1) if uid <= cursor[1]]
    unlisted = _without_row(mailbox, store, there)
    count = 0
    for batch in _batches(mailbox.fetch_headers(unlisted)):
        with store.begin() as uow:
            count += sum(_add(uow, mailbox, message, InboxState.OLD) is not None for message in batch)
            uow.commit()
    return ReceiveReport(stored={InboxState.OLD: count})


def _draw_the_line(mailbox: Mailbox, store: Store, options: ReceiveOptions) -> tuple[int, int]:
    """Return the first cursor, committed: what lies above it, and has no row yet, is new."""
    uids = mailbox.uids_from(1)
    last = 0
    if options.since == "now":
        last = max(uids, default=0)
    elif options.since != "all":
        start = dt.datetime.combine(options.since, dt.time(), dt.UTC)
        old = (m for m in mailbox.fetch_headers(uids) if m.internal_date is not None and m.internal_date < start)
        for batch in _batches(old):
            with store.begin() as uow:
                for message in batch:
                    _add(uow, mailbox, message, InboxState.OLD)
                uow.commit()
    with store.begin() as uow:
        uow.inbox.set_cursor(mailbox.key, mailbox.uidvalidity, last)
        uow.commit()
    log.info("first_connect", mailbox=str(mailbox.key), there=len(uids), since=str(options.since))
    return (mailbox.uidvalidity, last)


def _without_row(mailbox: Mailbox, store: Store, uids: Sequence[int]) -> Sequence[int]:
    if not uids:
        return []
    with store.look() as uow:
        return uow.inbox.unknown_uids(mailbox.key, mailbox.uidvalidity, uids)


def _store(mailbox: Mailbox, store: Store, clock: Clock, uids: Sequence[int]) -> tuple[Counter[InboxState], list[int]]:
    """Give each of the UIDs a row; return the states, and the UIDs that the server has but does not give out."""
    states: Counter[InboxState] = Counter()
    absent = set(uids)
    for batch in _batches(mailbox.fetch(uids)):
        fail_point("fetched")
        with store.begin() as uow:
            for message in batch:
                state = _state_of(uow, message)
                added = _add(uow, mailbox, message, state)
                if added is not None:
                    states[state] += 1
                if added is not None and state is InboxState.TOO_LARGE:
                    _show_to_staff(uow, added, message, clock())
            uow.commit()
        fail_point("stored")
        absent.difference_update(message.uid for message in batch)
    if not absent:
        return states, []
    stuck = sorted(absent.intersection(mailbox.uids_from(min(absent))))
    if stuck:
        log.error("mail_not_given_out", mailbox=str(mailbox.key), uids=stuck)
    with store.begin() as uow:
        for uid in sorted(absent.difference(stuck)):
            nothing = Fetched(uid=uid, raw=b"", size=0, internal_date=None, complete=False)
            states[InboxState.VANISHED] += _add(uow, mailbox, nothing, InboxState.VANISHED) is not None
        uow.commit()
    return states, stuck


def _state_of(uow: UnitOfWork, message: Fetched) -> InboxState:
    if not message.complete:
        return InboxState.TOO_LARGE
    # Of old mails only the headers are kept, so they are known again by these.
    head, blank_line, _ = message.raw.partition(b"\r\n\r\n")
    if uow.inbox.find_copies(_sha256(message.raw)) or any(
        copy.state is InboxState.OLD for copy in uow.inbox.find_copies(_sha256(head + blank_line))
    ):
        return InboxState.COPY
    return InboxState.NEW


def _add(uow: UnitOfWork, mailbox: Mailbox, message: Fetched, state: InboxState) -> int | None:
    message_id, sender = envelope_of(message.raw)
    return uow.inbox.add(mailbox.key, mailbox.uidvalidity, message, message_id=message_id, state=state, sender=sender)


def _show_to_staff(uow: UnitOfWork, entry_id: int, message: Fetched, at: dt.datetime) -> None:
    entry = uow.inbox.get(entry_id)
    if entry is not None:
        uow.reviews.open_for_parked(entry, f"too large to be fetched: {message.size:,} bytes", at)


def _file_away(mailbox: Mailbox, store: Store) -> int:
    """File away what the server still has in the folder; a refusal is tried again at the next call."""
    with store.look() as uow:
        waiting = uow.inbox.to_file_away(mailbox.key, mailbox.uidvalidity)
    filed = []
    try:
        for entry in waiting:
            fail_point("filing_away")
            mailbox.file_away(entry.uid)
            fail_point("filed_away")
            filed.append(entry.id)
    except TransientError as error:
        log.warning("not_filed_away", mailbox=str(mailbox.key), waiting=len(waiting) - len(filed), error=str(error))
    if filed:
        with store.begin() as uow:
            uow.inbox.mark_filed(filed)
            uow.commit()
        fail_point("marked_filed")
    return len(filed)


def envelope_of(raw: bytes) -> tuple[str | None, str | None]:
    """Return Message-ID and address of From as far as they can be read at a glance; judged is neither here."""
    headers = BytesHeaderParser().parsebytes(raw[:HEADER_BYTES])
    message_id = headers.get("Message-ID")
    return (str(message_id).strip() or None if message_id else None), _address_of(str(headers.get("From") or ""))


def _address_of(sender: str) -> str | None:
    """Return the first address in a From field; None where the standard library finds none or fails ("((((...")."""
    try:
        return email.utils.parseaddr(sender)[1] or None
    except (RecursionError, ValueError, IndexError, TypeError):  # such a mail, too, must be stored
        return None


def _batches(messages: Iterable[Fetched]) -> Iterator[list[Fetched]]:
    rest = iter(messages)
    while batch := list(islice(rest, PER_COMMIT)):
        yield batch


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
