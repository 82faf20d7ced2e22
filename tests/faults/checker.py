"""Looks at a desk from outside, after everything has settled: the mailbox, what the SMTP sink took, the database."""

import collections
import email
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import imapclient
import sqlalchemy as sa

from mailbot.store.engine import make_engine
from tests.support.smtp_sink import Taken

KILLED_EACH_TIME = "not finished in 3 attempts"
"""The cause of a mail that was parked because the program ended while it worked on it, three times."""

END_STATES = {"done", "parked", "too_large", "old", "vanished", "copy"}
FOLDERS = ("INBOX", "Processed")
ARCHIVE = "Sent"
MOST_COPIES = 3
"""Of one mail in one folder, where the way held commands back: each was given again once or twice at most."""

MAILS = "SELECT id, sha256, state, outcome, cause, case_id FROM inbox"
REPLIES = """
SELECT o.case_id, o.kind, o.state, o.last_error, o.to_archive, b.raw
FROM outbox o JOIN outbox_bytes b ON b.outbox_id = o.id
"""
SHOWN = "SELECT DISTINCT case_id FROM review_items"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A mail that was put into the mailbox, whether a reply to it is due, whether somebody has removed it since."""

    raw: bytes
    reply_due: bool
    expunged: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def message_id(self) -> str:
        return str(email.message_from_bytes(self.raw)["Message-ID"])


def unsettled(database_url: str, delivered: Sequence[Delivered]) -> list[str]:
    """Return what is still on its way, in words; nothing when all has settled."""
    mails = _query(database_url, MAILS)
    missing = {one.sha256 for one in delivered if not one.expunged} - {mail.sha256 for mail in mails}
    found = [f"{len(missing)} not stored"] if missing else []
    found += [f"mail {mail.id} is {mail.state}" for mail in mails if mail.state not in END_STATES]
    replies = _query(database_url, REPLIES)
    return found + [f"{reply.kind} of case {reply.case_id} {reply.state}" for reply in replies if _on_its_way(reply)]


def given_up(database_url: str) -> int:
    """Return how many mails were parked because the program ended at each attempt."""
    return sum(m.state == "parked" and m.cause.startswith(KILLED_EACH_TIME) for m in _query(database_url, MAILS))


def problems(
    person: imapclient.IMAPClient,
    taken: Iterable[Taken],
    database_url: str,
    delivered: Sequence[Delivered],
    *,
    copies: bool = False,
) -> list[str]:
    """Return every broken promise in words: a mail lost, invented or answered differently twice, a reply lost.

    With `copies` a mail that was filed away, and a reply in the archive, may be there MOST_COPIES times: a command that
    the way held back for longer than a worker's turn lasts was given again, and then arrived after all.
    """
    found = unsettled(database_url, delivered)
    found += _lost_from_the_mailbox(person, delivered, copies=copies)
    mails, replies = _query(database_url, MAILS), _query(database_url, REPLIES)
    rows = collections.Counter(mail.sha256 for mail in mails if mail.state != "copy")
    found += [
        f"{one.message_id} has {rows[one.sha256]} rows"
        for one in delivered
        if rows[one.sha256] != 1 and not (one.expunged and rows[one.sha256] == 0)
    ]
    known = {one.sha256 for one in delivered}
    found += [f"row {m.id} is of no mail" for m in mails if m.sha256 not in known and m.state != "vanished"]
    times = collections.Counter(one.raw for one in taken)
    found += [
        f"{count} times a mail went out that no row holds" for raw, count in times.items() if raw not in _raws(replies)
    ]
    shown = {row.case_id for row in _query(database_url, SHOWN)}
    found += [f"mail {m.id} is parked and not shown" for m in mails if m.state == "parked" and m.case_id not in shown]
    for reply in replies:
        found += _wrong_about(reply, times[bytes(reply.raw)], shown)
    found += _wrong_copies(person, replies, copies=copies)
    return found + _wrong_answers(delivered, mails, replies, times)


def _lost_from_the_mailbox(person: imapclient.IMAPClient, delivered: Sequence[Delivered], *, copies: bool) -> list[str]:
    """Each mail is on the server once, in one of the two folders, not marked as seen."""
    there: collections.Counter[bytes] = collections.Counter()
    found = []
    for folder in FOLDERS:
        if person.folder_exists(folder):
            person.select_folder(folder, readonly=True)
            answers = person.fetch(person.search(), ["BODY.PEEK[]", "FLAGS"])
            there.update(answer[b"BODY[]"] for answer in answers.values())
            found += [f"UID {uid} of {folder} was marked" for uid, a in answers.items() if b"\\Seen" in a[b"FLAGS"]]
    return found + [
        f"{one.message_id} is on the server {there[one.raw]} times"
        for one in delivered
        if _counted(there[one.raw], copies=copies) != (not one.expunged)
    ]


def _wrong_copies(
    person: imapclient.IMAPClient, replies: Sequence[sa.Row[tuple[object, ...]]], *, copies: bool
) -> list[str]:
    """What was sent, and nothing else, has one copy in the archive, if there is one."""
    there: collections.Counter[bytes] = collections.Counter()
    if person.folder_exists(ARCHIVE):
        person.select_folder(ARCHIVE, readonly=True)
        there.update(answer[b"BODY[]"] for answer in person.fetch(person.search(), ["BODY.PEEK[]"]).values())
    if not there:
        return []
    return [
        f"{reply.kind} of case {reply.case_id}, {reply.state}, has {there[bytes(reply.raw)]} copies"
        for reply in replies
        if _counted(there[bytes(reply.raw)], copies=copies) != (reply.state == "sent")
    ]


def _counted(there: int, *, copies: bool) -> int:
    """Return how many there are, second copies that may be taken for one."""
    return 1 if copies and 1 <= there <= MOST_COPIES else there


def _wrong_about(reply: sa.Row[tuple[object, ...]], times: int, shown: set[object]) -> list[str]:
    name = f"{reply.kind} of case {reply.case_id}, {reply.state}"
    doubtful = str(reply.last_error or "").startswith("outcome unknown")
    found = []
    if times > 1 and (reply.kind == "quote" or not doubtful or times > 2):
        found.append(f"{name} went out {times} times")
    if reply.state == "sent" and times == 0:
        found.append(f"{name} never went out")
    if reply.state in ("unknown", "failed") and reply.case_id not in shown:
        found.append(f"{name} was not shown to staff")
    return found


def _wrong_answers(
    delivered: Sequence[Delivered],
    mails: Sequence[sa.Row[tuple[object, ...]]],
    replies: Sequence[sa.Row[tuple[object, ...]]],
    times: Mapping[bytes, int],
) -> list[str]:
    """Each mail has the one reply that is due, or none when none is."""
    answers = collections.Counter(str(email.message_from_bytes(bytes(r.raw))["In-Reply-To"]) for r in replies)
    stored = {mail.sha256 for mail in mails}
    given_up = {mail.sha256 for mail in mails if mail.state == "parked" and mail.cause.startswith(KILLED_EACH_TIME)}
    given_up |= {one.sha256 for one in delivered if one.expunged and one.sha256 not in stored}
    found = [
        f"{one.message_id} has {answers[one.message_id]} replies"
        for one in delivered
        if answers[one.message_id] != (one.reply_due and one.sha256 not in given_up)
    ]
    sent = {raw for raw, count in times.items() if count}
    given = collections.Counter(str(email.message_from_bytes(raw)["In-Reply-To"]) for raw in sent)
    return found + [f"{message_id} got {count} different replies" for message_id, count in given.items() if count > 1]


def _raws(replies: Sequence[sa.Row[tuple[object, ...]]]) -> set[bytes]:
    return {bytes(reply.raw) for reply in replies}


def _on_its_way(reply: sa.Row[tuple[object, ...]]) -> bool:
    return reply.state in ("ready", "sending") or bool(reply.to_archive)


def _query(database_url: str, statement: str) -> Sequence[sa.Row[tuple[object, ...]]]:
    engine = make_engine(database_url)
    try:
        with engine.connect() as connection:
            return connection.execute(sa.text(statement)).all()
    finally:
        engine.dispose()
