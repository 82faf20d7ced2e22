"""What is kept of one person, and how it goes: exported, erased on request, forgotten with age.

Erasing empties: rows stay, so that the ledger still adds up and a mail that comes again is known by its digest, and
quotes keep their numbers and figures, as tax law wants it. What is left names nobody.
"""

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from mailbot.domain.case import InboxState
from mailbot.domain.decision import Action
from mailbot.domain.outgoing import STUCK, OutboxState
from mailbot.domain.quote import Party, Quote
from mailbot.store.convert import quote_from_json, quote_to_json
from mailbot.store.service_tables import alarms, erased
from mailbot.store.staff_tables import case_work, queue, searched
from mailbot.store.tables import (
    case_events,
    case_message_ids,
    case_participants,
    cases,
    contacts,
    inbox,
    inbox_bytes,
    outbox,
    outbox_bytes,
    quotes,
    review_items,
    sent_log,
)
from mailbot.store.text import address_hash, address_key
from mailbot.store.upsert import insert_or_skip

ERASED = "erased"
"""Settlement of the open items, and cause of the mails, of a case that was erased."""


_NOT_ENDED = sorted(state.value for state in {OutboxState.READY, OutboxState.SENDING, *STUCK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much there was of it: cases, mails, replies, quotes whose names went, contacts on file."""

    cases: int = 0
    mails: int = 0
    replies: int = 0
    quotes: int = 0
    contacts: int = 0


def erase_person(connection: sa.Connection, address: str, at: dt.datetime) -> Erased:
    """Nothing in the tables names the address or holds a mail of its cases any more; the caller commits.

    Cases in which the person took part are emptied as a whole, as mails quote one another.
    """
    key = address_key(address)
    found = _cases_of(connection, key)
    mails = _mails(connection, sa.or_(inbox.c.sender == key, inbox.c.case_id.in_(found)))
    done = _empty(connection, found, mails, at)
    connection.execute(sa.delete(sent_log).where(sent_log.c.address == key))
    connection.execute(sa.delete(alarms).where(alarms.c.name.contains(key, autoescape=True)))
    gone = connection.execute(sa.delete(contacts).where(contacts.c.email_key == key)).rowcount
    tombstone = {"address_hash": address_hash(key), "at": at}
    connection.execute(insert_or_skip(connection.dialect.name, erased), tombstone)
    return replace(done, contacts=gone)


def forget_before(
    connection: sa.Connection, *, cases_before: dt.datetime, machine_mail_before: dt.datetime, at: dt.datetime
) -> Erased:
    """Cases that nothing has happened in since, and machine mail from before, are emptied; the caller commits.

    With the cases go mails of no case (copies, mail from before the first connect) and the log of whom replies went to.
    A case that waits for staff, or a reply of which has not left, is not forgotten.
    """
    waits = sa.exists().where(review_items.c.case_id == cases.c.id, review_items.c.settled_at.is_(None))
    unsent = sa.exists().where(
        outbox.c.case_id == cases.c.id,
        outbox.c.state.in_(_NOT_ENDED),
    )
    old = sa.select(cases.c.id).where(cases.c.changed_at < cases_before, _is_full(), ~waits, ~unsent)
    found = list(connection.scalars(old))
    machine = sa.and_(inbox.c.outcome == Action.IGNORE.value, inbox.c.received_at < machine_mail_before)
    of_no_case = sa.and_(
        inbox.c.case_id.is_(None), inbox.c.state != InboxState.NEW.value, inbox.c.received_at < cases_before
    )
    mails = _mails(connection, sa.or_(machine, of_no_case, inbox.c.case_id.in_(found)))
    connection.execute(sa.delete(sent_log).where(sent_log.c.at < cases_before))
    return _empty(connection, found, mails, at)


def export_person(connection: sa.Connection, address: str) -> Mapping[str, object]:
    """Return all that is kept of one person, as JSON can hold it, and nothing that others wrote."""
    key = address_key(address)
    found = _cases_of(connection, key)
    own = connection.execute(
        sa.select(inbox.c.received_at, inbox.c.state, inbox.c.outcome, inbox_bytes.c.raw)
        .join(inbox_bytes, inbox_bytes.c.inbox_id == inbox.c.id)
        .where(inbox.c.sender == key)
        .order_by(inbox.c.id)
    )
    replies = connection.execute(
        sa.select(outbox.c.kind, outbox.c.state, outbox.c.finished_at, outbox_bytes.c.raw)
        .join(outbox_bytes, outbox_bytes.c.outbox_id == outbox.c.id)
        .where(sa.func.lower(outbox.c.recipients).contains(f'"{key}"', autoescape=True))
        .order_by(outbox.c.id)
    )
    events = connection.execute(
        sa.select(cases.c.number, case_events.c.at, case_events.c.kind)
        .join(cases, cases.c.id == case_events.c.case_id)
        .where(case_events.c.case_id.in_(found))
        .order_by(case_events.c.id)
    )
    issued = connection.scalars(sa.select(quotes.c.snapshot).where(quotes.c.case_id.in_(found)).order_by(quotes.c.id))
    on_file = connection.execute(sa.select(contacts).where(contacts.c.email_key == key))
    return {
        "address": address,
        "mails": [
            {"received_at": r.received_at.isoformat(), "state": r.state, "outcome": r.outcome, "raw": _text(r.raw)}
            for r in own
        ],
        "replies": [
            {"kind": r.kind, "state": r.state, "at": _iso(r.finished_at), "raw": _text(r.raw)} for r in replies
        ],
        "quotes": [_figures(quote) for quote in map(quote_from_json, issued) if _names(quote, key)],
        "events": [{"case": r.number, "at": r.at.isoformat(), "kind": r.kind} for r in events],
        "contacts": [{"site": r.site, "name": r.name, "email": r.email, "role": r.role} for r in on_file],
    }


def _cases_of(connection: sa.Connection, key: str) -> list[int]:
    takes_part = sa.select(case_participants.c.case_id).where(case_participants.c.address == key)
    wrote = sa.select(inbox.c.case_id).where(inbox.c.sender == key, inbox.c.case_id.is_not(None))
    return sorted(set(connection.scalars(takes_part.union(wrote))))


def _is_full() -> sa.ColumnElement[bool]:
    """Whether a case still says anything of anybody; that of a mail that could not be read has no subject."""
    takes_part = sa.exists().where(case_participants.c.case_id == cases.c.id)
    has_mail = sa.exists().where(
        inbox.c.case_id == cases.c.id, inbox_bytes.c.inbox_id == inbox.c.id, sa.func.length(inbox_bytes.c.raw) > 0
    )
    return sa.or_(cases.c.subject != "", takes_part, has_mail)


def _mails(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[int]:
    has_bytes = sa.func.length(inbox_bytes.c.raw) > 0
    statement = sa.select(inbox.c.id).join(inbox_bytes, inbox_bytes.c.inbox_id == inbox.c.id)
    return list(connection.scalars(statement.where(condition, has_bytes)))


def _empty(connection: sa.Connection, found: Sequence[int], mails: Sequence[int], at: dt.datetime) -> Erased:
    """Empty the cases and the mails; return how many there were of each."""
    of_mail = inbox.c.id.in_(mails)
    connection.execute(sa.update(inbox_bytes).where(inbox_bytes.c.inbox_id.in_(mails)).values(raw=b""))
    connection.execute(sa.update(inbox).where(of_mail).values(sender=None, message_id=None, cause=ERASED))
    undone = sa.and_(of_mail, inbox.c.state == InboxState.NEW.value)
    ended = {"state": InboxState.DONE.value, "outcome": Action.IGNORE.value, "fence": inbox.c.fence + 1}
    connection.execute(sa.update(inbox).where(undone).values(ended))  # whoever works on one writes no more of it

    replies = list(connection.scalars(sa.select(outbox.c.id).where(outbox.c.case_id.in_(found))))
    nothing = {"raw": b"", "subject": "", "text": ""}
    connection.execute(sa.update(outbox_bytes).where(outbox_bytes.c.outbox_id.in_(replies)).values(nothing))
    of_reply = outbox.c.id.in_(replies)
    connection.execute(
        sa.update(outbox).where(of_reply).values(recipients="[]", domain="", last_error=None, to_archive=False)
    )
    waiting = sa.and_(of_reply, outbox.c.state.in_(_NOT_ENDED))
    connection.execute(
        sa.update(outbox).where(waiting).values(state=OutboxState.WITHDRAWN.value, fence=outbox.c.fence + 1)
    )

    named = list(connection.execute(sa.select(quotes.c.id, quotes.c.snapshot).where(quotes.c.case_id.in_(found))))
    for row in named:
        nameless = quote_to_json(_nameless(quote_from_json(row.snapshot)))
        connection.execute(sa.update(quotes).where(quotes.c.id == row.id).values(snapshot=nameless))

    for table in (case_participants, case_message_ids, case_work, queue, searched):
        connection.execute(sa.delete(table).where(table.c.case_id.in_(found)))
    of_words = "rowid" if connection.dialect.name == "sqlite" else "case_id"
    words = sa.table("case_words", sa.column(of_words))
    connection.execute(sa.delete(words).where(words.c[of_words].in_(found)))
    connection.execute(sa.update(case_events).where(case_events.c.case_id.in_(found)).values(data="{}"))
    connection.execute(
        sa.update(cases).where(cases.c.id.in_(found)).values(subject="", decision=None, version=cases.c.version + 1)
    )
    of_case = review_items.c.case_id.in_(found)
    connection.execute(sa.update(review_items).where(of_case).values(decision=None, note=""))
    connection.execute(
        sa.update(review_items)
        .where(of_case, review_items.c.settled_at.is_(None))
        .values(settled_at=at, settled_by="machine", settlement=ERASED)
    )
    return Erased(cases=len(found), mails=len(mails), replies=len(replies), quotes=len(named))


def _nameless(quote: Quote) -> Quote:
    def nobody(party: Party) -> Party:
        return replace(party, name=None, email=None)

    return replace(
        quote, reseller=nobody(quote.reseller), customer=nobody(quote.customer), contact_name=None, contact_email=None
    )


def _names(quote: Quote, key: str) -> bool:
    emails = (quote.reseller.email, quote.customer.email, quote.contact_email)
    return any(email is not None and address_key(email) == key for email in emails)


def _figures(quote: Quote) -> dict[str, object]:
    return {
        "number": quote.number,
        "revision": quote.revision,
        "issued_on": quote.issued_on.isoformat(),
        "total": str(quote.total),
        "currency": quote.currency,
    }


def _text(raw: bytes) -> str:
    """Return a mail as text where it is ASCII, else as base64 with that said before it."""
    return raw.decode() if raw.isascii() else "base64:" + base64.b64encode(raw).decode()


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
