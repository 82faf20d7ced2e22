"""The queue as it is listed, and the figures, on both databases."""

import datetime as dt
from decimal import Decimal

import pytest

from mailbot.domain.case import CaseEvent, InboxState
from mailbot.domain.decision import Action
from mailbot.store import open_store
from mailbot.store.figures import Share, insight, ledger_lines
from mailbot.store.worklines import QueueFilter, find_cases, queue_page
from tests.support.fakes import FakeClock
from tests.support.samples import MAILBOX, NOW, decision, fetched, inbound, quote


@pytest.fixture
def store(database_url):
    opened = open_store(database_url, FakeClock())
    yield opened
    opened.close()


def open_case(uow, uid: int, made=None, *, days: int = 0):
    """Return a case with an open item, opened so many days after the first."""
    at = NOW + dt.timedelta(days=days)
    message = inbound(f"<{uid}@reseller.example>")
    entry = uow.inbox.add(
        MAILBOX, 1, fetched(uid), message_id=message.message_id, state=InboxState.DONE, sender="ana@r.example"
    )
    case = uow.cases.open(message, at)
    made = made or decision(Action.REVIEW)
    case = uow.cases.record(case, made, message, at)
    item = uow.reviews.open(case, made, entry, at)
    return case, item


@pytest.fixture
def queue(store):
    with store.begin() as uow:
        cases = [
            open_case(uow, 1),
            open_case(uow, 2, decision(Action.REVIEW, language="de"), days=1),
            open_case(uow, 3, days=2),
        ]
        uow.worklist.assign(cases[1][0].id, "anna")
        uow.worklist.snooze(cases[2][0].id, NOW + dt.timedelta(days=9))
        uow.commit()
    return cases


def shown(store, wanted: QueueFilter, now: dt.datetime = NOW, **page: int) -> list[int]:
    with store.read() as connection:
        return [line.item_id for line in queue_page(connection, wanted, now, **page).lines]


def test_the_queue_is_filtered_by_what_is_known_of_each_item(store, queue):
    (_, first), (_, second), (_, third) = queue
    assert shown(store, QueueFilter()) == [first, second]
    assert shown(store, QueueFilter(language="de")) == [second]
    assert shown(store, QueueFilter(assignee="anna")) == [second]
    assert shown(store, QueueFilter(assignee="-")) == [first]
    assert shown(store, QueueFilter(snoozed=True)) == [third]
    assert shown(store, QueueFilter(), NOW + dt.timedelta(days=10)) == [first, second, third]
    assert shown(store, QueueFilter(kind="renewal")) == []
    assert shown(store, QueueFilter(reason="%")) == []


@pytest.mark.parametrize("sort", ["age", "amount", "reseller", "customer", "language", "nonsense"])
def test_every_order_shows_every_item_once_over_all_pages(store, queue, sort):
    pages = [shown(store, QueueFilter(sort=sort), NOW, limit=1, offset=n) for n in range(3)]
    assert sorted(item for page in pages for item in page) == sorted(item for _, item in queue[:2])


def test_the_page_counts_what_can_be_filtered_by(store, queue):
    with store.read() as connection:
        page = queue_page(connection, QueueFilter(), NOW)
    assert (page.total, page.snoozed) == (2, 1)
    assert page.languages == {"de": 1, "en": 1}


def test_a_settled_or_replaced_item_leaves_the_queue(store, queue):
    (_, first), (case, second), _ = queue
    with store.begin() as uow:
        uow.reviews.settle(first, by="anna", settlement="approved", note="", at=NOW)
        newer = uow.reviews.open(case, decision(Action.REVIEW), uow.reviews.get(second).inbox_id, NOW)
        uow.commit()
    assert shown(store, QueueFilter()) == [newer]


def test_settled_cases_are_found_too(store, queue):
    case, item = queue[0]
    with store.begin() as uow:
        uow.search.keep(case.id, case.version, ["Harbour Lights"])
        uow.reviews.settle(item, by="anna", settlement="approved", note="", at=NOW)
        uow.commit()
    with store.read() as connection:
        assert [(line.number, line.open_item) for line in find_cases(connection, "harbour")] == [(case.number, None)]
        assert find_cases(connection, "!!") == []


def test_the_ledger_names_the_case_of_each_mail(store, queue):
    with store.read() as connection:
        lines = ledger_lines(connection, state="done")
        assert ledger_lines(connection, state="parked") == []
        assert ledger_lines(connection, outcome="quote") == []
        assert len(ledger_lines(connection, limit=2, offset=2)) == 1
    assert [line.inbox_id for line in lines] == sorted((line.inbox_id for line in lines), reverse=True)


def test_the_figures_tell_touched_from_untouched_cases(store):
    with store.begin() as uow:
        message = inbound()
        case = uow.cases.open(message, NOW)
        case = uow.cases.record(case, decision(Action.QUOTE), message, NOW)
        uow.quotes.issue(case, quote(), NOW)
        sent = NOW + dt.timedelta(minutes=3)
        uow.cases.append(CaseEvent(case_id=case.id, at=sent, kind="ReplySent", actor="machine"))
        reviewed, _ = open_case(uow, 9)
        values = {"requests[0].lines[0].users": "5"}
        uow.cases.append(
            CaseEvent(case_id=reviewed.id, at=NOW, kind="Corrected", actor="anna", data={"values": values})
        )
        uow.commit()
    with store.read() as connection:
        figures = insight(connection, NOW - dt.timedelta(days=1), NOW)
        later = insight(connection, NOW + dt.timedelta(days=1), NOW)
    assert figures.whole == Share(cases=2, untouched=1)
    assert figures.whole.percent == 50
    assert figures.by_language == {"en": Share(cases=2, untouched=1)}
    assert figures.corrected == {"lines.users": 1}
    assert figures.minutes == (3.0, 3.0)
    assert figures.quoted == {quote().currency: Decimal(str(quote().total))}
    assert later.whole == Share(cases=0, untouched=0)
    assert later.minutes is None
