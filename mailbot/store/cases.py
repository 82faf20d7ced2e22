"""Cases: who may join one, what was decided in it, and its events, which are only ever added to."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from mailbot.domain.case import Case, CaseEvent, InboxState, Moved
from mailbot.domain.case_number import case_number
from mailbot.domain.decision import Action, Decision
from mailbot.domain.errors import StaleCase
from mailbot.domain.message import InboundMessage
from mailbot.store.columns import AnyRow
from mailbot.store.convert import data_from_json, decision_to_json, to_json
from mailbot.store.joining import case_numbers, may_join, threading_keys
from mailbot.store.tables import case_events, case_message_ids, case_participants, cases, counters, inbox, inbox_bytes
from mailbot.store.text import address_key, domain_key, message_id_key
from mailbot.store.trail import decided, mail_received
from mailbot.store.upsert import count_up, insert_or_skip


class SqlCaseStore:
    """Keeps `ports.CaseStore`."""

    def __init__(self, connection: sa.Connection, free_mail_domains: frozenset[str]) -> None:
        self._connection = connection
        self._free_mail_domains = free_mail_domains
        self._remembered: set[tuple[int, str]] = set()  # in this transaction: `open` and `record` tell the same

    def find(self, message: InboundMessage) -> Case | None:
        """Return the case that this mail continues, if its sender may join it (`ports.CaseStore.find`)."""
        mentions = threading_keys(message)
        numbers = case_numbers(message)
        if message.sender is None or not (mentions or numbers):
            return None
        found = self._connection.execute(_MENTIONED, {"message_ids": mentions, "numbers": numbers}).all()
        rank = {key: place for place, key in enumerate([*mentions, *numbers])}
        for row in sorted(found, key=lambda row: (rank[row.mention], -row.id)):
            case = self._with_participants(self._taken_over(row))
            if may_join(message.sender.email, case.participants, self._free_mail_domains):
                return case
        return None

    def open(self, message: InboundMessage, at: dt.datetime) -> Case:
        """Open a case with the next number of the year."""
        sender = message.sender.email if message.sender else None
        case = self.open_for(sender, language=message.language, subject=message.subject.text, at=at)
        self._remember(case.id, message)
        return case

    def open_for(self, sender: str | None, *, language: str, subject: str, at: dt.datetime) -> Case:
        """Open a case for an address, without a mail that could be read."""
        number = self._next_number(at.astimezone(dt.UTC).year)
        values = {
            "number": number,
            "version": 1,
            "opened_at": at,
            "changed_at": at,
            "language": language,
            "subject": subject[:500],
            "revision": 0,
        }
        case_id = int(self._connection.execute(_OPEN, values).scalar_one())
        participants = (address_key(sender),) if sender else ()
        self._admit(case_id, participants)
        return Case(id=case_id, number=number, version=1, opened_at=at, participants=participants, language=language)

    def messages(self, case: Case) -> Sequence[bytes]:
        """Return the raw mails of the case that came from outside and were processed, oldest first."""
        return list(self._connection.scalars(_MESSAGES, {"case_id": case.id}))

    def record(self, case: Case, decision: Decision, message: InboundMessage, at: dt.datetime) -> Case:
        """Append `MailReceived` and `Decided`, save the case's new state and return it, its version grown by one."""
        saved = self._save(case, decision, at)
        self._remember(case.id, message)
        sender = address_key(message.sender.email) if message.sender else None
        newcomers = (sender,) if sender and sender not in case.participants else ()
        self._admit(case.id, newcomers)
        self._append([mail_received(case.id, message, at), decided(case.id, decision, at)])
        return replace(saved, participants=case.participants + newcomers)

    def amend(self, case: Case, event: CaseEvent, at: dt.datetime, decision: Decision | None = None) -> Case:
        """Append what a person did, save the decision that follows from it, if any, and return the case."""
        saved = self._save(case, decision, at)
        self._append([event])
        return saved

    def absorb(self, case: Case, other: Case) -> Moved:
        """Move all of the other case's mails, Message-IDs and participants here, and lead who names it here."""
        keys = {"from_case": other.id, "to_case": case.id}
        ids = self._connection.scalars(_MESSAGE_IDS, keys).all()
        mails = self._connection.scalars(_MOVE_MAILS, keys).all()
        self._move_message_ids(ids, other.id, case.id)
        self._admit(case.id, other.participants)
        self._connection.execute(_MERGED, keys)
        newcomers = tuple(address for address in other.participants if address not in case.participants)
        return Moved(mails=tuple(sorted(mails)), message_ids=tuple(ids), newcomers=newcomers)

    def give_back(self, case: Case, other: Case, moved: Moved) -> None:
        """Undo `absorb`: what was moved is the other case's again."""
        keys = {"from_case": case.id, "to_case": other.id}
        self._connection.execute(_MOVE_SOME_MAILS, {**keys, "ids": list(moved.mails)})
        self._move_message_ids(moved.message_ids, case.id, other.id)
        self._connection.execute(_DISMISS, {"case_id": case.id, "addresses": list(moved.newcomers)})
        self._connection.execute(_MERGED, {"from_case": other.id, "to_case": None})

    def split_off(self, case: Case, mails: Sequence[int], at: dt.datetime) -> Case:
        """Open a case with these mails of the case and all that belongs to them."""
        moved = self._connection.execute(_MAILS_OF_CASE, {"from_case": case.id, "ids": list(mails)}).all()
        subject = self._connection.scalar(_SUBJECT, {"case_id": case.id}) or ""
        senders = [row.sender for row in moved if row.sender]
        opened = self.open_for(next(iter(senders), None), language=case.language, subject=subject, at=at)
        self._admit(opened.id, map(address_key, senders))
        keys = {"from_case": case.id, "to_case": opened.id}
        self._connection.execute(_MOVE_SOME_MAILS, {**keys, "ids": [row.id for row in moved]})
        self._move_message_ids([row.message_id for row in moved if row.message_id], case.id, opened.id)
        return self.get(opened.id)

    def append(self, event: CaseEvent) -> None:
        """Append one event."""
        self._append([event])

    def events(self, case_id: int) -> Sequence[CaseEvent]:
        """Return all events, oldest first."""
        return [event_of_row(row) for row in self._connection.execute(EVENTS_OF_CASE, {"case_id": case_id})]

    def get(self, case_id: int) -> Case:
        """Return a case by id; KeyError when there is none."""
        row = self._connection.execute(_BY_ID, {"case_id": case_id}).first()
        if row is None:
            raise KeyError(case_id)
        return self._with_participants(row)

    def numbered(self, number: str) -> Case | None:
        """Return the case of this number, None when there is none."""
        row = self._connection.execute(_BY_NUMBER, {"number": number}).first()
        return None if row is None else self._with_participants(row)

    def quiet(self, earliest: dt.datetime, latest: dt.datetime) -> Sequence[int]:
        """Return the ids of the cases that last changed between these moments, the longest unchanged first."""
        return list(self._connection.scalars(_QUIET, {"earliest": earliest, "latest": latest}))

    def _taken_over(self, row: AnyRow) -> AnyRow:
        """Return the row of the case that has taken this one over, the row itself when none has."""
        while row.merged_into is not None:
            row = self._connection.execute(_BY_ID, {"case_id": row.merged_into}).one()
        return row

    def _move_message_ids(self, message_ids: Iterable[str], from_case: int, to_case: int) -> None:
        for message_id in message_ids:
            self._connection.execute(_FORGET_ID, {"from_case": from_case, "known": message_id})
            remember_message_id(self._connection, to_case, message_id)

    def _save(self, case: Case, decision: Decision | None, at: dt.datetime) -> Case:
        known = {"case": case.id, "read_version": case.version, "new_changed_at": at}
        if decision is None:
            done = self._connection.execute(_TOUCH, known)
        else:
            values = {
                "new_language": decision.language,
                "new_action": decision.action.value,
                "new_decision": decision_to_json(decision),
            }
            done = self._connection.execute(_RECORD, known | values)
        if done.rowcount == 0:
            raise StaleCase(f"case {case.number} was changed since version {case.version} was read")
        language = case.language if decision is None else decision.language
        action = case.last_action if decision is None else decision.action
        return replace(case, version=case.version + 1, language=language, last_action=action)

    def _next_number(self, year: int) -> str:
        statement = count_up(self._connection.dialect.name, counters)
        count = self._connection.execute(statement, {"name": f"cases {year}", "value": 1}).scalar_one()
        return case_number(year, count)

    def _remember(self, case_id: int, message: InboundMessage) -> None:
        if message.message_id and (case_id, message.message_id) not in self._remembered:
            remember_message_id(self._connection, case_id, message.message_id)
            self._remembered.add((case_id, message.message_id))

    def _admit(self, case_id: int, addresses: Iterable[str]) -> None:
        rows = [{"case_id": case_id, "address": address, "domain": domain_key(address)} for address in addresses]
        if rows:
            self._connection.execute(insert_or_skip(self._connection.dialect.name, case_participants), rows)

    def _append(self, events: Sequence[CaseEvent]) -> None:
        self._connection.execute(_INSERT_EVENT, [_event_row(event) for event in events])

    def _with_participants(self, row: AnyRow) -> Case:  # the row's columns are those of `cases`
        participants = self._connection.scalars(PARTICIPANTS_OF_CASE, {"case_id": row.id})
        return Case(
            id=row.id,
            number=row.number,
            version=row.version,
            opened_at=row.opened_at,
            participants=tuple(participants),
            language=row.language,
            last_action=None if row.last_action is None else Action(row.last_action),
            revision=row.revision,
        )


def remember_message_id(connection: sa.Connection, case_id: int, message_id: str) -> None:
    """Let later mails that refer to this Message-ID find the case."""
    row = {"case_id": case_id, "message_id": message_id_key(message_id)}
    connection.execute(insert_or_skip(connection.dialect.name, case_message_ids), row)


def _event_row(event: CaseEvent) -> dict[str, object]:
    return {
        "case_id": event.case_id,
        "at": event.at,
        "kind": event.kind,
        "actor": event.actor,
        "data": to_json(event.data),
    }


def event_of_row(row: AnyRow) -> CaseEvent:
    """Return the event of a row of `EVENTS_OF_CASE`."""
    return CaseEvent(case_id=row.case_id, at=row.at, kind=row.kind, actor=row.actor, data=data_from_json(row.data))


_CASE = [column for column in cases.c if column.name not in ("decision", "subject", "changed_at")]

_MENTIONED = (
    sa.select(*_CASE, case_message_ids.c.message_id.label("mention"))
    .join(case_message_ids, case_message_ids.c.case_id == cases.c.id)
    .where(case_message_ids.c.message_id.in_(sa.bindparam("message_ids", expanding=True)))
    .union_all(
        sa.select(*_CASE, cases.c.number.label("mention")).where(
            cases.c.number.in_(sa.bindparam("numbers", expanding=True))
        )
    )
)

_INSERT_EVENT = sa.insert(case_events)

_OPEN = sa.insert(cases).returning(cases.c.id)

_BY_ID = sa.select(*_CASE).where(cases.c.id == sa.bindparam("case_id"))

_BY_NUMBER = sa.select(*_CASE).where(cases.c.number == sa.bindparam("number"))

_QUIET = (
    sa.select(cases.c.id)
    .where(cases.c.changed_at.between(sa.bindparam("earliest"), sa.bindparam("latest")))
    .order_by(cases.c.changed_at, cases.c.id)
)

PARTICIPANTS_OF_CASE = (
    sa.select(case_participants.c.address)
    .where(case_participants.c.case_id == sa.bindparam("case_id"))
    .order_by(case_participants.c.address)
)

_MESSAGES = (
    sa.select(inbox_bytes.c.raw)
    .join(inbox, inbox.c.id == inbox_bytes.c.inbox_id)
    .where(inbox.c.case_id == sa.bindparam("case_id"), inbox.c.state == InboxState.DONE.value)
    .order_by(inbox.c.id)
)

EVENTS_OF_CASE = (
    sa.select(case_events).where(case_events.c.case_id == sa.bindparam("case_id")).order_by(case_events.c.id)
)

_TOUCH = (
    sa.update(cases)
    .where(cases.c.id == sa.bindparam("case"), cases.c.version == sa.bindparam("read_version"))
    .values(version=cases.c.version + 1, changed_at=sa.bindparam("new_changed_at"))
)
_RECORD = _TOUCH.values(
    language=sa.bindparam("new_language"),
    last_action=sa.bindparam("new_action"),
    decision=sa.bindparam("new_decision"),
)

_MESSAGE_IDS = sa.select(case_message_ids.c.message_id).where(case_message_ids.c.case_id == sa.bindparam("from_case"))

_FORGET_ID = sa.delete(case_message_ids).where(
    case_message_ids.c.case_id == sa.bindparam("from_case"), case_message_ids.c.message_id == sa.bindparam("known")
)

_moved = sa.update(inbox).where(inbox.c.case_id == sa.bindparam("from_case")).values(case_id=sa.bindparam("to_case"))
_MOVE_MAILS = _moved.returning(inbox.c.id)
_of_the_mails = inbox.c.id.in_(sa.bindparam("ids", expanding=True))
_MOVE_SOME_MAILS = _moved.where(_of_the_mails)

_DISMISS = sa.delete(case_participants).where(
    case_participants.c.case_id == sa.bindparam("case_id"),
    case_participants.c.address.in_(sa.bindparam("addresses", expanding=True)),
)

_MAILS_OF_CASE = (
    sa.select(inbox.c.id, inbox.c.sender, inbox.c.message_id)
    .where(inbox.c.case_id == sa.bindparam("from_case"), _of_the_mails)
    .order_by(inbox.c.id)
)

_SUBJECT = sa.select(cases.c.subject).where(cases.c.id == sa.bindparam("case_id"))

_MERGED = sa.update(cases).where(cases.c.id == sa.bindparam("from_case")).values(merged_into=sa.bindparam("to_case"))
