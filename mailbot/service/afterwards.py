"""What staff do about replies that are written already: taken back before they leave, or sent once more."""

import datetime as dt
from collections.abc import Sequence

from mailbot.domain.case import Case
from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.outgoing import STUCK, OutboxEntry, ReplyKind
from mailbot.domain.quote import Quote
from mailbot.domain.revision import QUOTE_ACCEPTED, accepted_revisions, is_expired
from mailbot.ports import UnitOfWork
from mailbot.service.review import Settled, Workbench, event_of, open_item
from mailbot.service.trail import act_on, has_moved


def send_again(bench: Workbench, item_id: int, *, actor: str) -> Settled:
    """The case's replies that failed, or whose outcome is unknown, go out again with the same bytes.

    Those that do not hold any more (a quote that has expired or was replaced) are set aside. An item that waits for
    more than that goes on waiting.
    """
    with bench.store.begin() as uow:
        item = open_item(uow, item_id)
        case, now = uow.cases.get(item.case_id), bench.clock()
        stuck = [entry for entry in uow.outbox.of_case(case.id) if entry.state in STUCK]
        if not stuck:
            raise InputError(f"item {item_id}: no reply of case {case.number} waits to be sent again")
        quote = uow.quotes.latest(case.id)
        sound = [entry for entry in stuck if _holds(entry, quote, now.date())]
        if not sound:
            raise InputError(f"item {item_id}: the quote has expired or was replaced; correct it to get a new one")
        for entry in sound:
            uow.outbox.release(entry.id, now)
        uow.outbox.set_aside(case.id, now)
        sent = {"message_ids": [entry.message_id for entry in sound]}
        uow.cases.amend(case, event_of(case, now, "SentAgain", actor, sent), now)
        if item.decision is None:
            uow.reviews.settle(item.id, by=actor, settlement="sent_again", note="", at=now)
        uow.audit.append(at=now, actor=actor, kind="SentAgain", subject=case.number, data=sent)
        uow.commit()
    next_item = None if item.decision is None else item.id
    return Settled(case_number=case.number, settlement="sent_again", reply=sound[-1].kind, next_item=next_item)


def undo(bench: Workbench, item_id: int, *, actor: str) -> Settled:
    """The act that settled the item is taken back: its reply does not leave, and the case waits again.

    Raises StaleCase when the reply has left already, or the case has moved on since.
    """
    with bench.store.begin() as uow:
        item, now = uow.reviews.get(item_id), bench.clock()
        events = [] if item is None else uow.cases.events(item.case_id)
        act = act_on(events, item_id)
        if item is None or item.settled_at is None or act is None:
            raise InputError(f"item {item_id}: nothing has been done with it that could be undone")
        case = uow.cases.get(item.case_id)
        if case.version != act.version or has_moved(events, act):
            raise StaleCase(f"item {item_id}: a newer mail or act has come into case {case.number} since; look again")
        written = [entry for entry in uow.outbox.of_case(case.id) if entry.message_id == act.message_id]
        if written and not _take_back(uow, case, written, now):
            raise StaleCase(f"item {item_id}: too late, the reply of case {case.number} has left")
        uow.outbox.take_up_again(act.set_aside)
        data = {"item": item_id, "settlement": item.settlement, "message_ids": [e.message_id for e in written]}
        case = uow.cases.amend(case, event_of(case, now, "Undone", actor, data), now)
        if item.decision is None:
            next_item = uow.reviews.open_for_case(case, item.note, item.inbox_id, now)
        else:
            next_item = uow.reviews.open(case, item.decision, item.inbox_id, now)
        uow.audit.append(at=now, actor=actor, kind="Undone", subject=case.number, data=data)
        uow.commit()
    return Settled(case_number=case.number, settlement="undone", next_item=next_item)


def withdraw(bench: Workbench, case_number: str, *, actor: str) -> Settled:
    """The case's replies that have not left do not leave, and the case waits for staff.

    Raises InputError when there is no such case, StaleCase when nothing of it waits to leave.
    """
    with bench.store.begin() as uow:
        case, now = uow.cases.numbered(case_number), bench.clock()
        if case is None:
            raise InputError(f"{case_number}: there is no case of this number")
        taken_back = _take_back(uow, case, uow.outbox.of_case(case.id), now)
        if not taken_back:
            raise StaleCase(f"{case_number}: too late, every reply of the case has left")
        data = {"message_ids": [entry.message_id for entry in taken_back]}
        case = uow.cases.amend(case, event_of(case, now, "Withdrawn", actor, data), now)
        kinds = ", ".join(entry.kind.value for entry in taken_back)
        next_item = uow.reviews.open_for_case(case, f"taken back by {actor} before it left: {kinds}", None, now)
        uow.audit.append(at=now, actor=actor, kind="Withdrawn", subject=case.number, data=data)
        uow.commit()
    return Settled(case_number=case.number, settlement="withdrawn", next_item=next_item)


def accept(bench: Workbench, case_number: str, *, actor: str) -> None:
    """The case's newest quote was accepted: the order has come. It is not called to mind any more.

    Raises InputError when there is no such case or no quote, StaleCase when the quote was accepted already.
    """
    with bench.store.begin() as uow:
        case, now = uow.cases.numbered(case_number), bench.clock()
        quote = uow.quotes.latest(case.id) if case else None
        if case is None or quote is None:
            raise InputError(f"{case_number}: there is no quote that could be accepted")
        if quote.revision in accepted_revisions(uow.cases.events(case.id)):
            raise StaleCase(f"{case_number}: the quote was accepted already")
        data = {"number": quote.number, "revision": quote.revision}
        uow.cases.append(event_of(case, now, QUOTE_ACCEPTED, actor, data))
        uow.audit.append(at=now, actor=actor, kind=QUOTE_ACCEPTED, subject=case.number, data=data)
        uow.commit()


def _holds(entry: OutboxEntry, quote: Quote | None, today: dt.date) -> bool:
    """Whether the reply still says what is so; `quote` is the case's newest."""
    match entry.kind:
        case ReplyKind.QUOTE:
            return quote is not None and quote.revision == entry.revision and not is_expired(quote, today)
        case ReplyKind.REMINDER:
            return quote is None or not is_expired(quote, today)
    return True


def _take_back(uow: UnitOfWork, case: Case, entries: Sequence[OutboxEntry], now: dt.datetime) -> Sequence[OutboxEntry]:
    """Return those that had not left: they are withdrawn, and the quotes in them were never issued."""
    taken_back = uow.outbox.withdraw([entry.id for entry in entries], now)
    for entry in taken_back:
        if entry.kind is ReplyKind.QUOTE:
            uow.quotes.withdraw(case.id, entry.revision)
    return taken_back
