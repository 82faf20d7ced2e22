"""The outbox sends each reply once, tells what may be sent again from what may not, and counts."""

import datetime as dt

import pytest

from mailbot.domain.case import Case
from mailbot.domain.errors import LeaseLost, StaleCase
from mailbot.domain.outgoing import OUTCOME_UNKNOWN, OutboxEntry, OutboxState, OutgoingMessage, ReplyKind, SendPhase
from mailbot.ports import Store
from tests.support.fakes import FakeClock
from tests.support.samples import NOW, SENDER, inbound, outgoing

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def case(store: Store) -> Case:
    """A case to send replies in."""
    with store.begin() as uow:
        opened = uow.cases.open(inbound(), NOW)
        uow.commit()
    return opened


def another_case(store: Store) -> Case:
    with store.begin() as uow:
        opened = uow.cases.open(inbound("<second@reseller.example>"), NOW)
        uow.commit()
    return opened


def put(store: Store, case: Case, message: OutgoingMessage, *, revision: int = 1, due_at: dt.datetime = NOW) -> bool:
    with store.begin() as uow:
        added = uow.outbox.put(case, message, revision=revision, due_at=due_at)
        uow.commit()
    return added


def claim(store: Store, *, now: dt.datetime = NOW, lease_seconds: float = 60) -> OutboxEntry | None:
    with store.begin() as uow:
        entry = uow.outbox.claim_due(now, lease_seconds=lease_seconds)
        uow.commit()
    return entry


def claim_abandoned(store: Store) -> OutboxEntry | None:
    with store.begin() as uow:
        entry = uow.outbox.claim_abandoned(NOW, lease_seconds=60)
        uow.commit()
    return entry


def sent_up_to(store: Store, phase: SendPhase, *, lease_seconds: float = 0) -> OutboxEntry:
    """Claim the row that is due and let the attempt come so far; the claim has run out then."""
    entry = claim(store)
    assert entry is not None
    with store.begin() as uow:
        uow.outbox.set_phase(entry, phase, lease_seconds=lease_seconds)
        uow.commit()
    return entry


def test_a_reply_is_put_once_for_each_case_revision_and_kind(store: Store, case: Case) -> None:
    assert put(store, case, outgoing(number=1))
    assert not put(store, case, outgoing(number=2))
    assert put(store, case, outgoing(number=3), revision=2)
    assert put(store, case, outgoing(ReplyKind.ASK, number=4))
    with store.begin() as uow:
        ids = [entry.message_id for entry in uow.outbox.of_case(case.id)]
    assert ids == [f"<reply-{number}@desk.example>" for number in (1, 3, 4)]


def test_due_rows_are_claimed_oldest_first_with_their_bytes(store: Store, case: Case) -> None:
    other = another_case(store)
    put(store, case, outgoing(number=1), revision=1, due_at=LATER)
    put(store, other, outgoing(number=2), revision=2, due_at=NOW)
    first = claim(store)
    assert first is not None
    assert (first.message_id, first.attempts, first.state) == ("<reply-2@desk.example>", 1, OutboxState.SENDING)
    assert (first.raw, first.recipients, first.kind) == (outgoing().raw, (SENDER,), ReplyKind.QUOTE)
    assert claim(store) is None
    second = claim(store, now=LATER)
    assert second is not None
    assert second.message_id == "<reply-1@desk.example>"


def test_a_retry_waits_until_it_is_due(store: Store, case: Case) -> None:
    put(store, case, outgoing())
    entry = claim(store)
    assert entry is not None
    with store.begin() as uow:
        uow.outbox.finish(entry, OutboxState.READY, due_at=LATER, error="450 busy")
        uow.commit()
    assert claim(store) is None
    again = claim(store, now=LATER)
    assert again is not None
    assert (again.attempts, again.last_error, again.due_at) == (2, "450 busy", LATER)


def test_an_error_that_no_database_takes_is_stored_cleaned(store: Store, case: Case) -> None:
    put(store, case, outgoing())
    entry = claim(store)
    assert entry is not None
    with store.begin() as uow:
        uow.outbox.finish(entry, OutboxState.FAILED, error="550 \0 \udc80")
        uow.commit()
    with store.begin() as uow:
        (failed,) = uow.outbox.of_case(case.id)
    assert failed.state is OutboxState.FAILED
    assert (failed.last_error or "").startswith("550 ")


def test_a_sent_row_is_not_claimed_again(store: Store, case: Case) -> None:
    put(store, case, outgoing())
    entry = claim(store, lease_seconds=0)
    assert entry is not None
    with store.begin() as uow:
        uow.outbox.finish(entry, OutboxState.SENT)
        uow.commit()
    assert claim(store, now=LATER) is None
    assert claim_abandoned(store) is None


@pytest.mark.parametrize("phase", [SendPhase.CONNECTED, SendPhase.DATA])
def test_a_row_whose_worker_died_before_the_dot_is_sent_again(store: Store, case: Case, phase: SendPhase) -> None:
    put(store, case, outgoing())
    sent_up_to(store, phase)
    assert claim_abandoned(store) is None
    again = claim(store)
    assert again is not None
    assert (again.attempts, again.phase) == (2, None)


def test_a_row_whose_worker_died_after_the_dot_is_never_sent_by_itself(store: Store, case: Case) -> None:
    put(store, case, outgoing())
    sent_up_to(store, SendPhase.DOT)
    assert claim(store, now=LATER) is None
    abandoned = claim_abandoned(store)
    assert abandoned is not None
    assert (abandoned.attempts, abandoned.phase) == (1, SendPhase.DOT)
    assert claim_abandoned(store) is None


def test_a_phase_holds_the_claim_from_its_own_time_on(store: Store, case: Case) -> None:
    put(store, case, outgoing())
    entry = claim(store, lease_seconds=0)
    assert entry is not None
    with store.begin() as uow:
        uow.outbox.set_phase(entry, SendPhase.DATA, lease_seconds=60)
        uow.commit()
    assert claim(store) is None


def test_a_worker_whose_claim_was_taken_over_may_neither_go_on_nor_finish(store: Store, case: Case) -> None:
    put(store, case, outgoing())
    sleeper, successor = claim(store, lease_seconds=0), claim(store)
    assert sleeper is not None
    assert successor is not None
    with store.begin() as uow, pytest.raises(LeaseLost):
        uow.outbox.set_phase(sleeper, SendPhase.DATA, lease_seconds=60)
    with store.begin() as uow, pytest.raises(LeaseLost):
        uow.outbox.finish(sleeper, OutboxState.SENT)
    with store.begin() as uow:
        uow.outbox.set_phase(successor, SendPhase.DATA, lease_seconds=60)


@pytest.mark.parametrize("state", [OutboxState.FAILED, OutboxState.UNKNOWN])
def test_a_person_releases_the_same_bytes(store: Store, case: Case, state: OutboxState) -> None:
    put(store, case, outgoing())
    entry = sent_up_to(store, SendPhase.DOT)
    with store.begin() as uow:
        uow.outbox.finish(entry, state, error="no answer")
        uow.outbox.release(entry.id, NOW)
        uow.commit()
    again = claim(store)
    assert again is not None
    assert (again.raw, again.message_id, again.phase) == (entry.raw, entry.message_id, None)


def test_rows_are_counted_by_state(store: Store, case: Case) -> None:
    put(store, case, outgoing(number=1), revision=1)
    put(store, case, outgoing(number=2), revision=2)
    claim(store)
    with store.begin() as uow:
        assert uow.outbox.count_by_state() == {OutboxState.READY: 1, OutboxState.SENDING: 1}


def test_a_row_that_nothing_holds_back_is_not_released(store: Store, case: Case) -> None:
    put(store, case, outgoing())
    entry = claim(store)
    assert entry is not None
    with store.begin() as uow:
        with pytest.raises(StaleCase):
            uow.outbox.release(entry.id, NOW)
        with pytest.raises(KeyError):
            uow.outbox.release(entry.id + 1, NOW)


def test_automatic_replies_are_counted_by_address_domain_and_in_all(store: Store, case: Case, clock: FakeClock) -> None:
    put(store, case, outgoing(to="Ana@X.example", number=1), revision=1)
    clock.advance(hours=2)
    since = clock.now
    put(store, case, outgoing(to="ana@x.example", number=2), revision=2)
    put(store, case, outgoing(to="bo@x.example", number=3), revision=3)
    put(store, case, outgoing(to="cy@y.example", number=4), revision=4)
    put(store, case, outgoing(ReplyKind.STAFF, to="ana@x.example", number=5), revision=5)
    put(store, case, outgoing(to="ana@x.example", number=6), revision=2)  # refused, as revision 2 has its reply
    with store.begin() as uow:
        assert len(uow.outbox.told_since("ANA@x.example", since)) == 1
        assert len(uow.outbox.told_since("ana@x.example", NOW)) == 2
        assert uow.outbox.sent_to_domain_since("X.example", since) == 2
        assert uow.outbox.sent_in_all_since(since) == 3


def test_a_reply_does_not_overtake_an_older_one_of_its_case(store: Store, case: Case) -> None:
    put(store, case, outgoing(number=1), revision=1)
    put(store, case, outgoing(number=2), revision=2)
    first = claim(store)
    assert first is not None
    assert first.message_id == "<reply-1@desk.example>"
    assert claim(store) is None
    with store.begin() as uow:
        uow.outbox.finish(first, OutboxState.READY, due_at=LATER)
        uow.commit()
    assert claim(store) is None
    again = claim(store, now=LATER)
    assert again is not None
    with store.begin() as uow:
        uow.outbox.finish(again, OutboxState.SENT)
        uow.commit()
    assert claim(store) is not None


def test_new_replies_go_before_those_that_failed_once(store: Store, case: Case) -> None:
    put(store, case, outgoing(number=1))
    tried = claim(store)
    assert tried is not None
    with store.begin() as uow:
        uow.outbox.finish(tried, OutboxState.READY, due_at=NOW, error="450 busy")
        uow.commit()
    put(store, another_case(store), outgoing(number=2), due_at=LATER)
    new = claim(store, now=LATER)
    assert new is not None
    assert new.message_id == "<reply-2@desk.example>"


def test_one_domain_gets_few_at_once(store: Store, case: Case) -> None:
    cases = [case, another_case(store), *(_case_of(store, number) for number in (3, 4))]
    for number, one in enumerate(cases):
        put(store, one, outgoing(number=number, to="b@elsewhere.example" if number == 3 else SENDER))
    claimed = [entry for entry in (claim(store) for _ in cases) if entry is not None]
    assert [entry.message_id for entry in claimed] == [f"<reply-{number}@desk.example>" for number in (0, 1, 3)]


def _case_of(store: Store, number: int) -> Case:
    with store.begin() as uow:
        opened = uow.cases.open(inbound(f"<{number}@reseller.example>"), NOW)
        uow.commit()
    return opened


def test_a_report_finds_its_reply_and_changes_its_state(store: Store, case: Case) -> None:
    put(store, case, outgoing(number=1))
    with store.begin() as uow:
        found = uow.outbox.find(["<x@elsewhere.example>", "<reply-1@desk.example>"])
        assert found is not None
        assert uow.outbox.find(["<reply-2@desk.example>"]) is None
        uow.outbox.note_report(found.id, OutboxState.FAILED, "bounced: 5.1.1")
        [entry] = uow.outbox.of_case(case.id)
    assert (entry.state, entry.last_error) == (OutboxState.FAILED, "bounced: 5.1.1")


def test_a_sent_reply_waits_for_its_copy_where_copies_are_kept(store: Store, case: Case) -> None:
    put(store, case, outgoing(number=1))
    entry = claim(store)
    assert entry is not None
    with store.begin() as uow:
        assert uow.outbox.to_archive(10) == []
        uow.outbox.finish(entry, OutboxState.SENT, archive=True)
        [waiting] = uow.outbox.to_archive(10)
        assert waiting.id == entry.id
        uow.outbox.mark_archived(entry.id)
        assert uow.outbox.to_archive(10) == []


def test_what_has_not_left_is_taken_back(store: Store, case: Case) -> None:
    other = another_case(store)
    put(store, case, outgoing(number=1), revision=1, due_at=LATER)
    put(store, other, outgoing(number=2), revision=1)
    assert claim(store) is not None
    with store.begin() as uow:
        ids = [entry.id for one in (case, other) for entry in uow.outbox.of_case(one.id)]
        [taken_back] = uow.outbox.withdraw(ids, NOW)
        assert (taken_back.message_id, taken_back.state) == ("<reply-1@desk.example>", OutboxState.WITHDRAWN)
        assert uow.outbox.withdraw(ids, NOW) == []


@pytest.mark.parametrize(
    ("state", "error"), [(OutboxState.FAILED, "550 no"), (OutboxState.UNKNOWN, f"{OUTCOME_UNKNOWN}: no answer")]
)
def test_what_waits_for_a_person_is_set_aside_and_taken_up_again(
    store: Store, case: Case, state: OutboxState, error: str
) -> None:
    put(store, case, outgoing(number=1), revision=1)
    put(store, case, outgoing(number=2), revision=2)
    entry = claim(store)
    assert entry is not None
    with store.begin() as uow:
        uow.outbox.finish(entry, state, error=error)
        assert uow.outbox.set_aside(case.id, NOW) == [entry.id]
        assert [e.state for e in uow.outbox.of_case(case.id)] == [OutboxState.WITHDRAWN, OutboxState.READY]
        uow.outbox.take_up_again([entry.id])
        assert [e.state for e in uow.outbox.of_case(case.id)] == [state, OutboxState.READY]
