"""Quotes are numbered and stay as issued; a case has one open review item, settled once."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from mailbot.domain.case import Case, InboxEntry, InboxState
from mailbot.domain.decision import Action
from mailbot.domain.errors import StaleCase
from mailbot.domain.revision import as_revision
from mailbot.ports import Store
from tests.support.samples import MAILBOX, NOW, SENDER, decision, fetched, inbound, quote


@pytest.fixture
def case(store: Store) -> Case:
    """A case to quote in."""
    with store.begin() as uow:
        opened = uow.cases.open(inbound(), NOW)
        uow.commit()
    return opened


@pytest.fixture
def entry(store: Store) -> InboxEntry:
    """A claimed mail."""
    with store.begin() as uow:
        uow.inbox.add(MAILBOX, 7, fetched(1), message_id=None, state=InboxState.NEW, sender=SENDER)
        claimed = uow.inbox.claim_next(lease_seconds=60)
        uow.commit()
    assert claimed is not None
    return claimed


def test_quotes_are_numbered_by_case_and_revision(store: Store, case: Case) -> None:
    changed = replace(quote(), total=Decimal("99.90"))
    with store.begin() as uow:
        first = uow.quotes.issue(case, quote(), NOW)
        second = uow.quotes.issue(case, changed, NOW)
        uow.commit()
    assert first == replace(quote(), number=case.number, revision=1)
    assert second == as_revision(changed, case.number, 2, first)
    assert second.replaces == f"{case.number}/1"
    with store.begin() as uow:
        assert uow.quotes.latest(case.id) == second
        assert uow.cases.get(case.id).revision == 2
        assert uow.quotes.latest(case.id + 1) is None
        issued = [event for event in uow.cases.events(case.id) if event.kind == "QuoteIssued"]
    assert [(event.data["revision"], event.data["total"]) for event in issued] == [(1, "5355.00"), (2, "99.90")]


def test_what_was_quoted_to_an_address_is_told_by_the_quotes_in_force(store: Store, case: Case) -> None:
    with store.begin() as uow:
        uow.quotes.issue(case, quote(), NOW)
        second = uow.quotes.issue(case, quote(), NOW)
        assert uow.quotes.issued_since(SENDER.upper(), NOW) == [second]
        assert uow.quotes.issued_since(SENDER, NOW + dt.timedelta(seconds=1)) == []
        assert uow.quotes.issued_since("nobody@example.net", NOW) == []
        uow.quotes.withdraw(case.id, 2)
        assert [q.revision for q in uow.quotes.issued_since(SENDER, NOW)] == [1]


def test_a_quote_that_was_taken_back_was_never_issued(store: Store, case: Case) -> None:
    with store.begin() as uow:
        first = uow.quotes.issue(case, quote(), NOW)
        uow.quotes.issue(case, quote(), NOW)
        uow.quotes.withdraw(case.id, 2)
        assert uow.quotes.latest(case.id) == first
        third = uow.quotes.issue(case, quote(), NOW)
    assert (third.revision, third.replaces) == (3, f"{case.number}/1")


def test_a_review_item_gives_back_the_decision(store: Store, case: Case, entry: InboxEntry) -> None:
    waiting = decision(Action.REVIEW)
    with store.begin() as uow:
        item_id = uow.reviews.open(case, waiting, entry.id, NOW)
        uow.commit()
    with store.begin() as uow:
        item = uow.reviews.get(item_id)
        (opened,) = uow.cases.events(case.id)
        assert uow.reviews.get(item_id + 1) is None
    assert (opened.kind, opened.data) == ("ReviewOpened", {"item": item_id, "reasons": ["amount_limit"]})
    assert item is not None
    assert (item.decision, item.findings, item.inbox_id) == (waiting, waiting.findings, entry.id)
    assert (item.case_id, item.case_number, item.opened_at) == (case.id, case.number, NOW)


def test_a_newer_item_replaces_the_open_one_of_the_case(store: Store, case: Case, entry: InboxEntry) -> None:
    with store.begin() as uow:
        older = uow.reviews.open(case, decision(Action.REVIEW), entry.id, NOW)
        newer = uow.reviews.open(case, decision(Action.REVIEW, language="de"), entry.id, NOW)
        uow.commit()
    with store.begin() as uow:
        assert [item.id for item in uow.reviews.list()] == [newer]
        assert [(item.id, item.settlement) for item in uow.reviews.list(settled=True)] == [(older, "replaced")]


def test_an_item_is_settled_once(store: Store, case: Case, entry: InboxEntry) -> None:
    with store.begin() as uow:
        item_id = uow.reviews.open(case, decision(Action.REVIEW), entry.id, NOW)
        uow.reviews.settle(item_id, by="kim", settlement="approved", note="checked", at=NOW)
        uow.commit()
    with store.begin() as uow:
        item = uow.reviews.get(item_id)
        with pytest.raises(StaleCase):
            uow.reviews.settle(item_id, by="lee", settlement="declined", note="", at=NOW)
        with pytest.raises(KeyError):
            uow.reviews.settle(item_id + 1, by="lee", settlement="declined", note="", at=NOW)
        assert uow.reviews.list() == []
    assert item is not None
    assert (item.settled_by, item.settlement, item.note, item.settled_at) == ("kim", "approved", "checked", NOW)


def test_items_are_listed_oldest_first_up_to_a_limit(store: Store, case: Case, entry: InboxEntry) -> None:
    with store.begin() as uow:
        other = uow.cases.open(inbound("<o@x>"), NOW)
        ids = [uow.reviews.open(c, decision(Action.REVIEW), entry.id, NOW) for c in (case, other)]
        uow.commit()
    with store.begin() as uow:
        assert [item.id for item in uow.reviews.list()] == ids
        assert [item.id for item in uow.reviews.list(limit=1)] == ids[:1]
        assert uow.reviews.count_open() == 2
        uow.reviews.settle(ids[0], by="kim", settlement="answered", note="", at=NOW)
        assert uow.reviews.count_open() == 1


def test_a_parked_mail_gets_a_case_of_its_sender(store: Store, entry: InboxEntry) -> None:
    with store.begin() as uow:
        item_id = uow.reviews.open_for_parked(entry, "unreadable \0", NOW)
        item = uow.reviews.get(item_id)
        assert item is not None
        case = uow.cases.get(item.case_id)
        parked = uow.inbox.get(entry.id)
    assert parked is not None
    assert parked.case_id == case.id
    assert (item.decision, item.findings, item.inbox_id) == (None, (), entry.id)
    assert item.note.startswith("unreadable")
    assert case.participants == (SENDER,)
    assert case.number == item.case_number


def test_a_parked_mail_of_a_case_stays_in_it(store: Store, case: Case, entry: InboxEntry) -> None:
    with store.begin() as uow:
        item = uow.reviews.get(uow.reviews.open_for_parked(replace(entry, case_id=case.id), "broken", NOW))
    assert item is not None
    assert item.case_id == case.id


def test_a_cause_opens_an_item_or_is_added_to_the_open_one(store: Store, case: Case, entry: InboxEntry) -> None:
    with store.begin() as uow:
        uow.inbox.finish(entry, InboxState.DONE, case_id=case.id, outcome="quote")
        item_id = uow.reviews.open_for_case(case, "refused: 550", None, NOW)
        assert uow.reviews.open_for_case(case, "no answer", entry.id, NOW) == item_id
        uow.reviews.settle(item_id, by="kim", settlement="answered", note="called them", at=NOW)
        other = uow.reviews.open_for_case(case, "bad \0 bytes", entry.id, NOW)
        assert uow.reviews.open_for_case(case, "more \0 \udc80", entry.id, NOW) == other
        uow.reviews.settle(other, by="kim\0", settlement="answered", note="\0", at=NOW)
        item = uow.reviews.get(item_id)
    assert item is not None
    assert (item.note, item.inbox_id) == ("refused: 550\nno answer\ncalled them", entry.id)


def test_the_machine_closes_what_it_has_dealt_with(store: Store, case: Case, entry: InboxEntry) -> None:
    with store.begin() as uow:
        uow.reviews.close_for(case, NOW)
        item_id = uow.reviews.open(case, decision(Action.REVIEW), entry.id, NOW)
        uow.reviews.close_for(case, NOW)
        item = uow.reviews.get(item_id)
    assert item is not None
    assert (item.settled_by, item.settlement) == ("machine", "replaced")
