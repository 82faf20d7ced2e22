"""The read models show every mail and a case whole."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing

import pytest

from mailbot.domain.case import Case, InboxState
from mailbot.domain.decision import Action
from mailbot.domain.outgoing import OutboxState, ReplyKind
from mailbot.domain.revision import QuoteStatus
from mailbot.ports import UnitOfWork
from mailbot.store import open_store
from mailbot.store.queries import case_page, ledger
from mailbot.store.unit_of_work import SqlStore
from tests.support.fakes import FakeClock
from tests.support.samples import MAILBOX, NOW, SENDER, decision, fetched, inbound, outgoing, quote


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """An empty database of each kind."""
    with closing(open_store(database_url, FakeClock())) as opened:
        yield opened


def receive(uow: UnitOfWork, uid: int, *, state: InboxState = InboxState.DONE, **end: object) -> int:
    """Store a mail and bring it to its end."""
    added = uow.inbox.add(MAILBOX, 7, fetched(uid), message_id=f"<{uid}@x>", state=InboxState.NEW, sender=SENDER)
    entry = uow.inbox.claim_next(lease_seconds=60)
    assert added is not None
    assert entry is not None
    case_id, outcome = end.get("case_id"), end.get("outcome")
    assert case_id is None or isinstance(case_id, int)
    uow.inbox.finish(entry, state, case_id=case_id, outcome=None if outcome is None else str(outcome))
    return added


def a_quoted_case(uow: UnitOfWork) -> Case:
    case = uow.cases.open(inbound(), NOW)
    case = uow.cases.record(case, decision(), inbound(), NOW)
    issued = uow.quotes.issue(case, quote(), NOW)
    uow.outbox.put(case, outgoing(), revision=issued.revision, due_at=NOW)
    receive(uow, 1, case_id=case.id, outcome="quote")
    return case


def test_the_ledger_counts_every_mail_by_state_and_outcome(store: SqlStore) -> None:
    with store.begin() as uow:
        a_quoted_case(uow)
        receive(uow, 2, outcome="ignore")
        receive(uow, 3, outcome="ignore")
        uow.inbox.add(MAILBOX, 7, fetched(4), message_id=None, state=InboxState.NEW)
        uow.inbox.add(MAILBOX, 7, fetched(5), message_id=None, state=InboxState.OLD)
        uow.commit()
    with store.read() as connection:
        (folder,) = ledger(connection)
    assert (folder.account, folder.folder, folder.total) == ("quotes", "INBOX", 5)
    assert folder.by_state == {InboxState.DONE: 3, InboxState.NEW: 1, InboxState.OLD: 1}
    assert folder.by_outcome == {"quote": 1, "ignore": 2}
    assert folder.unaccounted == 0


def test_the_ledger_tells_of_mails_that_ended_unseen(store: SqlStore) -> None:
    with store.begin() as uow:
        case = uow.cases.open(inbound(), NOW)
        receive(uow, 1, state=InboxState.PARKED, outcome="broken")
        receive(uow, 2, case_id=case.id, outcome="quote")
        receive(uow, 3)
        shown = receive(uow, 4, state=InboxState.PARKED)
        entry = uow.inbox.get(shown)
        assert entry is not None
        uow.reviews.open_for_parked(entry, "broken", NOW)
        uow.commit()
    with store.read() as connection:
        (folder,) = ledger(connection)
    assert folder.unaccounted == 3


def test_a_case_page_shows_all_of_a_case(store: SqlStore) -> None:
    with store.begin() as uow:
        case = a_quoted_case(uow)
        uow.quotes.issue(case, quote(), NOW)
        entry = uow.outbox.claim_due(NOW, lease_seconds=60)
        assert entry is not None
        uow.outbox.finish(entry, OutboxState.SENT)
        uow.commit()
    with store.read() as connection:
        page = case_page(connection, case.number)
        assert case_page(connection, "Q-2026-99999") is None
    assert page is not None
    assert (page.number, page.last_action, page.participants) == (case.number, Action.QUOTE, (SENDER,))
    assert page.decision == decision()
    assert [(mail.message_id, mail.outcome) for mail in page.mails] == [("1@x", "quote")]
    assert [(r.kind, r.state, r.text) for r in page.replies] == [(ReplyKind.QUOTE, OutboxState.SENT, "Here it is")]
    assert [(q.quote.number, q.quote.revision, q.superseded) for q in page.quotes] == [
        (case.number, 1, True),
        (case.number, 2, False),
    ]
    last_day = quote().valid_until
    assert [q.status(last_day) for q in page.quotes] == [QuoteStatus.SUPERSEDED, QuoteStatus.VALID]
    assert page.quotes[1].status(last_day + dt.timedelta(days=1)) is QuoteStatus.EXPIRED
    with store.begin() as uow:
        uow.quotes.withdraw(case.id, 2)
        uow.commit()
    with store.read() as connection:
        taken_back = case_page(connection, case.number)
    assert taken_back is not None
    assert [q.status(last_day) for q in taken_back.quotes] == [QuoteStatus.VALID, QuoteStatus.WITHDRAWN]
    assert [event.kind for event in page.events] == ["MailReceived", "Decided", "QuoteIssued", "QuoteIssued"]
    assert page.open_item is None
