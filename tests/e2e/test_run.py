"""The main job from outside: the real command between a real IMAP server, an SMTP server and a database."""

import collections
import email
import email.policy
import hashlib
import itertools
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import imapclient
import pypdfium2
import pytest
import sqlalchemy as sa

from mailbot.domain.recomputing import mistakes
from mailbot.replies.quote_json import read_signed_json
from mailbot.store.engine import make_engine
from tests.e2e.desk import Desk, make_desk, until
from tests.support.dovecot import Dovecot
from tests.support.smtp_sink import Sink, running_sink

COUNT = 60
SHIPPED = Path(__file__).parents[2] / "config" / "demo"
_users = (f"e2e{number}" for number in itertools.count())


@dataclass(frozen=True, kw_only=True)
class World:
    """The desk and what surrounds it; `person` is a mail program on the same mailbox."""

    desk: Desk
    sink: Sink
    person: imapclient.IMAPClient
    database_url: str
    mails: Mapping[Path, bytes]
    expected: Mapping[Path, Mapping[str, Any]]

    def deliver(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self.person.append("INBOX", self.mails[path])

    @property
    def replies_due(self) -> int:
        return sum(expected["reply"] is not None for expected in self.expected.values())

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        engine = make_engine(self.database_url)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(sa.text(statement))]
        finally:
            engine.dispose()


@pytest.fixture
def mails(request) -> tuple[Path, Mapping[Path, bytes]]:
    """The records and single mails of the corpus, as many as wanted; without it the demo's own."""
    try:
        corpus = request.getfixturevalue("shared") / "corpus"
        folders = [f for f in sorted((corpus / "cases").iterdir()) if len(list(f.glob("*.eml"))) == 1]
        folders.sort(key=lambda folder: hashlib.sha256(folder.name.encode()).digest())
        paths, data = [folder / "01.eml" for folder in folders[:COUNT]], corpus / "data"
    except pytest.skip.Exception:
        paths, data = sorted((SHIPPED / "mails").glob("*.eml")), SHIPPED / "data"
        paths = [path for path in paths if b"\nIn-Reply-To:" not in path.read_bytes()]  # what one mail says, alone
    return data, {path: re.sub(rb"\r?\n", b"\r\n", path.read_bytes()) for path in paths}


@pytest.fixture(params=["sqlite", "postgres"])
def world(request, dovecot: Dovecot, tmp_path: Path, mails) -> Iterator[World]:
    data, raws = mails
    url = f"sqlite:///{tmp_path}/mailbot.sqlite3"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    user = next(_users)
    person = dovecot.connect(user)
    person.append("INBOX", b"Subject: from before\r\nFrom: old@reseller.example\r\n\r\nPlease quote Jira.\r\n")
    with running_sink(certificates=dovecot.certificates, login=True) as sink:
        desk = make_desk(tmp_path / "desk", data, database_url=url, dovecot=dovecot, user=user, sink=sink)
        yield World(
            desk=desk,
            sink=sink,
            person=person,
            database_url=url,
            mails=raws,
            expected=desk.explain(list(raws)),
        )
    person.logout()


def test_every_mail_is_answered_once_across_a_crash(world):
    paths = list(world.mails)
    half = len(paths) // 2
    with world.desk.running() as process:
        until(lambda: "first_connect" in world.desk.log(), seconds=30, what=world.desk.log)
        world.deliver(paths[:half])
        until(lambda: len(world.sink.taken) >= min(10, half // 2), seconds=60, what=world.desk.log)
        process.send_signal(signal.SIGKILL)
        process.wait()
    world.deliver(paths[half:])
    with world.desk.running():
        until(lambda: is_settled(world), seconds=120, what=lambda: (state_of(world), world.desk.log()[-3000:]))

    check_the_mailbox(world)
    check_the_database(world)
    check_the_replies(world)
    check_the_log(world)


def is_settled(world: World) -> bool:
    [(stored,)] = world.query("SELECT count(*) FROM inbox WHERE state NOT IN ('new', 'old')")
    [(on_the_way,)] = world.query(
        "SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending')"
        " AND (last_error IS NULL OR last_error NOT LIKE 'outcome unknown%')"
    )
    return stored == len(world.mails) and on_the_way == 0


def state_of(world: World) -> object:
    inbox = world.query("SELECT state, outcome, count(*) FROM inbox GROUP BY state, outcome")
    return inbox, world.query("SELECT state, count(*) FROM outbox GROUP BY state")


def check_the_mailbox(world: World) -> None:
    """What is stored is filed away; what was there before stays, and nothing was marked as seen."""
    world.person.select_folder("INBOX")
    left = world.person.fetch(world.person.search(), ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]", "FLAGS"])
    assert [answer[b"BODY[HEADER.FIELDS (SUBJECT)]"].strip() for answer in left.values()] == [b"Subject: from before"]
    assert all(b"\\Seen" not in answer[b"FLAGS"] for answer in left.values())
    world.person.select_folder("Processed", readonly=True)
    filed = world.person.fetch(world.person.search(), ["BODY.PEEK[]"])
    assert sorted(answer[b"BODY[]"] for answer in filed.values()) == sorted(world.mails.values())


def check_the_database(world: World) -> None:
    """Every mail has one row in its end state, with the outcome that `explain` foretold."""
    rows = world.query("SELECT i.sha256, i.state, i.outcome, i.filed FROM inbox i WHERE i.state <> 'old'")
    expected = {
        (hashlib.sha256(world.mails[path]).hexdigest(), "done", result["action"], True)
        for path, result in world.expected.items()
    }
    assert {(sha, state, outcome, bool(filed)) for sha, state, outcome, filed in rows} == expected
    assert len(rows) == len(world.mails)
    assert world.query("SELECT count(*) FROM inbox WHERE state = 'old'") == [(1,)]

    actions = collections.Counter(result["action"] for result in world.expected.values())
    quotes = world.query("SELECT number, revision FROM quotes")
    assert len(quotes) == len(set(quotes)) == actions["quote"]
    waiting = "SELECT count(*) FROM review_items WHERE settled_at IS NULL AND decision IS NOT NULL"
    assert world.query(waiting) == [(actions["review"],)]
    kinds = collections.Counter(kind for (kind,) in world.query("SELECT kind FROM outbox"))
    assert kinds["quote"] == actions["quote"]
    assert sum(kinds.values()) == world.replies_due


def check_the_replies(world: World) -> None:
    """Every reply that is due was taken once, and is what was stored; one in flight at the crash may be unknown."""
    outbox = world.query("SELECT o.message_id, o.state, b.raw FROM outbox o JOIN outbox_bytes b ON b.outbox_id = o.id")
    stored = {bytes(raw): state for _, state, raw in outbox}
    taken = collections.Counter(taken.raw for taken in world.sink.taken)
    in_flight = [raw for raw, state in stored.items() if state != "sent"]
    assert len(in_flight) <= 1
    assert set(taken) <= set(stored)
    assert set(stored) - set(taken) <= set(in_flight)
    assert all(times == 1 for raw, times in taken.items() if raw not in in_flight)
    assert all(times <= 2 for times in taken.values())

    by_mail = {email.message_from_bytes(raw)["Message-ID"]: path for path, raw in world.mails.items()}
    answered = set()
    for one in world.sink.taken:
        reply = email.message_from_bytes(one.raw, policy=email.policy.default)
        path = by_mail.get(str(reply["In-Reply-To"]))
        if path is None:  # the mail has no Message-ID to answer to
            continue
        answered.add(path)
        check_reply(reply, one.raw, one.sender, one.recipients, world.expected[path])
    due = {path for path, result in world.expected.items() if result["reply"] is not None and path in by_mail.values()}
    assert len(due - answered) <= len(in_flight)


def check_reply(
    reply: EmailMessage, raw: bytes, sender: str, recipients: tuple[str, ...], expected: Mapping[str, Any]
) -> None:
    assert expected["reply"] is not None
    assert reply["Auto-Submitted"] == "auto-replied"
    assert reply["From"].addresses[0].addr_spec == "quotes@seller.example"
    assert sender == "quotes@seller.example"
    assert set(recipients) >= set(expected["reply"]["to"])
    assert {a.addr_spec for a in reply["To"].addresses} == set(expected["reply"]["to"])
    assert re.search(r"\[Q-\d{4}-\d{5,}\]", str(reply["Subject"]))
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    text, html = reply.get_body(("plain",)), reply.get_body(("html",))
    assert text is not None
    assert html is not None
    assert without_numbers(text.get_content()) == without_numbers(expected["reply"]["text"])
    files = {part.get_content_type(): part.get_content() for part in reply.iter_attachments()}
    assert set(files) == ({"application/pdf", "application/json"} if expected["action"] == "quote" else set())
    if files:
        check_pdf(files["application/pdf"], expected["quote"])
        signed = read_signed_json(files["application/json"])
        assert str(signed.quote.total) == expected["quote"]["total"]
        assert mistakes(signed.quote) == ()


def check_pdf(content: bytes, quote: Mapping[str, Any]) -> None:
    document = pypdfium2.PdfDocument(content)
    words = "".join(page.get_textpage().get_text_range() for page in document)
    digits = re.sub(r"\D", "", words)
    for amount in (quote["total"], quote["subtotal"], *(line["amount"] for line in quote["lines"])):
        assert re.sub(r"\D", "", amount) in digits
    document.close()


def without_numbers(text: str) -> str:
    """Return a text without case and quote numbers, and however its lines are broken."""
    return re.sub(r"Q-[\dA-Z-]+(/\d+)?|\s", "", text)


def check_the_log(world: World) -> None:
    """Nobody's address and no word of a mail is in it."""
    log = world.desk.log()
    for result in world.expected.values():
        for address in (result["reply"] or {"to": []})["to"]:
            assert address not in log
    assert "Traceback" not in log
