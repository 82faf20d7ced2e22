"""Nothing is left of a person who was erased, in no table and in no file; what law wants kept is kept."""

import contextlib
import datetime as dt
import hashlib
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailbot.domain.case import InboxState
from mailbot.domain.decision import Action
from mailbot.domain.errors import LeaseLost
from mailbot.domain.outgoing import OutboxState, ReplyKind
from mailbot.store import open_store
from mailbot.store.privacy import erase_person, export_person, forget_before
from mailbot.store.tables import metadata, sent_log
from tests.support.fakes import FakeClock
from tests.support.samples import MAILBOX, NOW, SENDER, decision, fetched, inbound, outgoing, quote, records

CANARIES = ("ana.lima", "Ana Lima", "canary-in-a-mail", "canary-in-a-note", "Joe Roe", "joe@acme")


@pytest.fixture(params=["sqlite", "postgres"])
def store(request):
    """A database whose rows are numbered from 1."""
    with contextlib.ExitStack() as ends:
        if request.param == "sqlite":
            url = request.getfixturevalue("sqlite_url")
        else:
            url = ends.enter_context(request.getfixturevalue("postgres").database())
        yield ends.enter_context(closing(open_store(url, FakeClock())))


@pytest.fixture
def full(store):
    """A store with a case of ours, one of another person's, and mail that came from a machine."""
    with store.begin() as uow:
        for number, sender in enumerate([SENDER, "someone@else.example"]):
            message = inbound(f"<{number}@x.example>", sender=sender)
            raw = b"Subject: hello\r\n\r\ncanary-in-a-mail" if sender == SENDER else b"Subject: other\r\n\r\nkept"
            entry_id = uow.inbox.add(
                MAILBOX, 7, fetched(number + 1, raw), message_id=message.message_id, state=InboxState.NEW, sender=sender
            )
            case = uow.cases.open(message, NOW)
            case = uow.cases.record(case, decision(Action.REVIEW), message, NOW)
            uow.quotes.issue(case, quote(), NOW)
            uow.outbox.put(case, outgoing(ReplyKind.QUOTE, to=sender, number=number), revision=1, due_at=NOW)
            uow.reviews.open(case, decision(Action.REVIEW), entry_id, NOW, note="canary-in-a-note")
            uow.search.keep(case.id, case.version, ["canary-in-a-mail Ana Lima"])
            uow.inbox.finish(uow.inbox.get(entry_id), InboxState.DONE, case_id=case.id, outcome="review")
        uow.alarms.ring(f"replies to {SENDER}", "limit", NOW)
        uow.commit()
    return store


def everything(store) -> str:
    """Return all that the tables hold of the first case and of no case, as text."""
    with store.read() as connection:
        rows = [
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table)).mappings()
            if row.get("case_id", 1) != 2
            and row.get("inbox_id") != 2
            and row.get("outbox_id") != 2
            and not (table.name in ("cases", "inbox", "outbox", "users") and row.get("id") == 2)
        ]
    return "\n".join(rows)


def test_nothing_is_left_of_a_person_who_was_erased(full):
    assert all(canary in everything(full) for canary in CANARIES)
    with full.write() as connection:
        done = erase_person(connection, SENDER.upper(), NOW)
        connection.commit()
    assert (done.cases, done.mails, done.replies, done.quotes) == (1, 1, 1, 1)
    left = everything(full)
    assert [canary for canary in CANARIES if canary in left] == []


def test_quotes_keep_their_figures_mails_their_digest_and_others_their_own(full):
    with full.write() as connection:
        erase_person(connection, SENDER, NOW)
        connection.commit()
    with full.begin() as uow:
        kept = uow.quotes.latest(1)
        assert kept is not None
        assert (kept.total, kept.number is not None, kept.reseller.name) == (quote().total, True, None)
        digest = hashlib.sha256(b"Subject: hello\r\n\r\ncanary-in-a-mail").hexdigest()
        assert [entry.id for entry in uow.inbox.find_copies(digest)] == [1]
        other = uow.inbox.get(2)
        assert other is not None
        assert other.raw.endswith(b"kept")
        assert [item.case_id for item in uow.reviews.list()] == [2]


def test_a_dry_run_changes_nothing(full):
    before = everything(full)
    with full.write() as connection:
        assert erase_person(connection, SENDER, NOW).cases == 1
    assert everything(full) == before


def test_the_file_itself_forgets(sqlite_url):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(open_store(sqlite_url, FakeClock())) as store:
        with store.begin() as uow:
            uow.records.replace(records(), uow.records.desk(), NOW)
            uow.inbox.add(
                MAILBOX,
                7,
                fetched(1, b"X\r\n\r\ncanary-in-a-mail"),
                message_id=None,
                state=InboxState.NEW,
                sender=SENDER,
            )
            uow.commit()
        with store.write() as connection:
            assert erase_person(connection, "joe@acme.example", NOW).contacts == 2
            erase_person(connection, SENDER, NOW)
            connection.commit()
        with store.begin() as uow:
            uow.records.replace(records(), uow.records.desk(), NOW)  # the next import does not bring Joe back
            uow.commit()
        store.compact()
        content = b"".join(path.read_bytes() for path in file.parent.glob(file.name + "*"))
    assert b"canary-in-a-mail" not in content
    assert SENDER.encode() not in content
    assert b"joe@acme" not in content.lower()


def test_an_export_holds_a_persons_own_and_nobody_elses(full):
    with full.read() as connection:
        told = export_person(connection, SENDER)
    assert [mail["raw"] for mail in told["mails"]] == ["Subject: hello\r\n\r\ncanary-in-a-mail"]
    assert len(told["replies"]) == len(told["quotes"]) == 1
    assert {event["case"] for event in told["events"]} == {"Q-2026-00001"}
    assert "kept" not in str(told)


def test_old_cases_are_forgotten_unless_they_wait(full):
    later = NOW + dt.timedelta(days=2000)
    with full.begin() as uow:
        uow.outbox.withdraw([entry.id for entry in uow.outbox.of_case(1)], NOW)
        first = uow.reviews.list()[0]
        uow.reviews.settle(first.id, by="anna", settlement="declined", note="", at=NOW)
        uow.commit()
    with full.write() as connection:
        done = forget_before(connection, cases_before=later, machine_mail_before=later, at=later)
        connection.commit()
    assert (done.cases, done.mails) == (1, 1)
    assert "canary-in-a-mail" not in everything(full)
    with full.write() as connection:
        assert forget_before(connection, cases_before=later, machine_mail_before=later, at=later).cases == 0


@pytest.mark.parametrize(
    "state", [InboxState.COPY, InboxState.OLD, InboxState.TOO_LARGE, InboxState.PARKED, InboxState.DONE]
)
def test_every_mail_is_forgotten_with_age_wherever_it_ended(store, state):
    with store.begin() as uow:
        raw = b"Subject: hello\r\n\r\ncanary-in-a-mail"
        entry_id = uow.inbox.add(MAILBOX, 7, fetched(1, raw), message_id="<1@x>", state=state, sender=SENDER)
        if state in (InboxState.TOO_LARGE, InboxState.PARKED):
            item = uow.reviews.open_for_parked(uow.inbox.get(entry_id), "could not be read", NOW)
            uow.reviews.settle(item, by="anna", settlement="not_a_request", note="", at=NOW)
        uow.commit()
    later = NOW + dt.timedelta(days=2000)
    with store.write() as connection:
        assert forget_before(connection, cases_before=later, machine_mail_before=NOW, at=later).mails == 1
        connection.commit()
    left = everything(store)
    assert [canary for canary in (SENDER, "canary-in-a-mail") if canary in left] == []
    with store.begin() as uow:
        assert len(uow.inbox.find_copies(hashlib.sha256(raw).hexdigest())) == 1  # it is still known if it comes again


def test_whom_replies_went_to_is_forgotten_with_age(full):
    with full.write() as connection:
        forget_before(connection, cases_before=NOW, machine_mail_before=NOW, at=NOW)
        assert connection.scalar(sa.select(sa.func.count()).select_from(sent_log)) == 2
        later = NOW + dt.timedelta(days=1)
        forget_before(connection, cases_before=later, machine_mail_before=later, at=later)
        assert connection.scalar(sa.select(sa.func.count()).select_from(sent_log)) == 0


def test_who_works_on_a_mail_while_it_is_erased_writes_nothing_of_it(store):
    with store.begin() as uow:
        uow.inbox.add(MAILBOX, 7, fetched(1, b"X: y\r\n\r\nz"), message_id=None, state=InboxState.NEW, sender=SENDER)
        claimed = uow.inbox.claim_next(lease_seconds=60)
        uow.commit()
    with store.write() as connection:
        erase_person(connection, SENDER, NOW)
        connection.commit()
    with store.begin() as uow, pytest.raises(LeaseLost):
        uow.inbox.finish(claimed, InboxState.DONE, case_id=None, outcome="quote")


@pytest.mark.parametrize("state", [OutboxState.FAILED, OutboxState.UNKNOWN])
def test_no_alarm_goes_on_ringing_for_a_reply_that_was_erased(full, state):
    with full.begin() as uow:
        entry = uow.outbox.claim_due(NOW, lease_seconds=60)
        uow.outbox.finish(entry, state, error="550 no")
        uow.commit()
    with full.write() as connection:
        erase_person(connection, SENDER, NOW)
        connection.commit()
    with full.begin() as uow:
        assert uow.outbox.count_by_state() == {OutboxState.WITHDRAWN: 1, OutboxState.READY: 1}
