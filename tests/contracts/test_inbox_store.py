"""The inbox keeps every mail once, hands out one at a time, and takes orders from the newest claim alone."""

from dataclasses import replace

import pytest

from mailbot.domain.case import InboxEntry, InboxState
from mailbot.domain.errors import LeaseLost
from mailbot.ports import Store
from tests.support.samples import MAILBOX, NOW, fetched, inbound


def add(store: Store, uid: int, *, sender: str | None = None, state: InboxState = InboxState.NEW) -> int | None:
    with store.begin() as uow:
        added = uow.inbox.add(MAILBOX, 7, fetched(uid), message_id=f"<{uid}@x.example>", state=state, sender=sender)
        uow.commit()
    return added


def claim(store: Store, lease_seconds: float = 60) -> InboxEntry | None:
    with store.begin() as uow:
        entry = uow.inbox.claim_next(lease_seconds=lease_seconds)
        uow.commit()
    return entry


def finish(store: Store, entry: InboxEntry, state: InboxState = InboxState.DONE) -> None:
    with store.begin() as uow:
        uow.inbox.finish(entry, state, case_id=None, outcome="ignore", cause="auto-submitted")
        uow.commit()


def test_the_cursor_is_none_before_the_first_connect_and_then_the_last_one_set(store: Store) -> None:
    with store.begin() as uow:
        assert uow.inbox.cursor(MAILBOX) is None
        uow.inbox.set_cursor(MAILBOX, 7, 40)
        uow.inbox.set_cursor(MAILBOX, 8, 2)
        uow.commit()
    with store.begin() as uow:
        assert uow.inbox.cursor(MAILBOX) == (8, 2)
        assert uow.inbox.cursor(replace(MAILBOX, folder="Other")) is None


def test_what_was_not_committed_is_gone(store: Store) -> None:
    with store.begin() as uow:
        uow.inbox.add(MAILBOX, 7, fetched(1), message_id=None, state=InboxState.NEW)
    with store.begin() as uow:
        assert uow.inbox.count_by_state() == {}


def test_an_error_inside_a_unit_of_work_rolls_it_back(store: Store) -> None:
    def fail_half_way() -> None:
        with store.begin() as uow:
            uow.inbox.set_cursor(MAILBOX, 7, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with store.begin() as uow:
        assert uow.inbox.cursor(MAILBOX) is None


def test_a_mail_is_stored_once(store: Store) -> None:
    first = add(store, 1)
    assert first is not None
    assert add(store, 1) is None
    assert add(store, 2) is not None
    with store.begin() as uow:
        assert uow.inbox.count_by_state() == {InboxState.NEW: 2}


def test_a_stored_mail_is_read_back_as_it_came(store: Store) -> None:
    raw = bytes(range(256)) * 100
    with store.begin() as uow:
        entry_id = uow.inbox.add(MAILBOX, 7, fetched(1, raw), message_id="<a@x>", state=InboxState.NEW)
        uow.commit()
    assert entry_id is not None
    with store.begin() as uow:
        entry = uow.inbox.get(entry_id)
        assert uow.inbox.get(entry_id + 1) is None
    assert entry is not None
    assert (entry.raw, entry.size, entry.received_at, entry.mailbox) == (raw, len(raw), NOW, MAILBOX)
    assert (entry.state, entry.attempts, entry.case_id, entry.filed) == (InboxState.NEW, 0, None, False)


def test_text_that_no_database_takes_is_stored_cleaned(store: Store) -> None:
    with store.begin() as uow:
        added = uow.inbox.add(
            MAILBOX, 7, fetched(1), message_id="<nul\0@\ud800>", state=InboxState.NEW, sender="x\0@\udfff.example"
        )
        uow.commit()
    assert added is not None
    with store.begin() as uow:
        assert [e.id for e in uow.inbox.find_by_message_id("nul\0@\ud800")] == [added]


def test_endless_message_ids_and_addresses_are_stored_and_found(store: Store) -> None:
    endless = "<" + "あ" * 100_000 + "@x.example>"
    with store.begin() as uow:
        uow.inbox.add(MAILBOX, 7, fetched(1), message_id=endless, state=InboxState.NEW, sender=endless)
        uow.cases.open(inbound(endless, sender=endless, subject=endless), NOW)
        uow.commit()
    with store.begin() as uow:
        assert len(uow.inbox.find_by_message_id(endless)) == 1
        assert uow.inbox.find_by_message_id(endless.replace("@x", "@y")) == []


def test_copies_are_found_by_their_bytes_oldest_first(store: Store) -> None:
    with store.begin() as uow:
        ids = [
            uow.inbox.add(MAILBOX, 7, fetched(uid, raw), message_id=None, state=InboxState.NEW)
            for uid, raw in ((1, b"same"), (2, b"other"), (3, b"same"))
        ]
        uow.commit()
    with store.begin() as uow:
        sha256 = uow.inbox.find_copies("0" * 64)
        assert sha256 == []
        entry = uow.inbox.get(ids[0] or 0)
        assert entry is not None
        assert [(copy.id, copy.raw) for copy in uow.inbox.find_copies(entry.sha256)] == [(ids[0], b""), (ids[2], b"")]


def test_unknown_uids_are_those_without_a_row_under_this_uidvalidity(store: Store) -> None:
    add(store, 2)
    with store.begin() as uow:
        assert uow.inbox.unknown_uids(MAILBOX, 7, [3, 2, 1]) == [3, 1]
        assert uow.inbox.unknown_uids(MAILBOX, 8, [3, 2, 1]) == [3, 2, 1]
        assert uow.inbox.unknown_uids(MAILBOX, 7, []) == []


def test_the_oldest_waiting_mail_tells_how_far_behind_the_desk_is(store: Store) -> None:
    add(store, 1, state=InboxState.OLD)
    with store.begin() as uow:
        assert uow.inbox.oldest_waiting() is None
    add(store, 2)
    with store.begin() as uow:
        assert uow.inbox.oldest_waiting() == NOW


def test_new_mail_is_claimed_oldest_first_and_each_but_once(store: Store) -> None:
    ids = [add(store, uid) for uid in (5, 6)]
    add(store, 7, state=InboxState.OLD)
    claims = [claim(store), claim(store)]
    assert [c.id for c in claims if c] == ids
    assert [c.attempts for c in claims if c] == [1, 1]
    assert claim(store) is None


def test_an_expired_claim_is_taken_over_and_counted(store: Store) -> None:
    add(store, 1)
    assert claim(store, lease_seconds=0) is not None
    again = claim(store)
    assert again is not None
    assert again.attempts == 2


def test_a_worker_whose_claim_was_taken_over_may_not_finish(store: Store) -> None:
    add(store, 1)
    sleeper, successor = claim(store, lease_seconds=0), claim(store)
    assert sleeper is not None
    assert successor is not None
    with pytest.raises(LeaseLost):
        finish(store, sleeper)
    finish(store, successor)


def test_an_expired_claim_that_nobody_took_over_may_still_finish(store: Store) -> None:
    entry_id = add(store, 1)
    slow = claim(store, lease_seconds=0)
    assert slow is not None
    finish(store, slow)
    with store.begin() as uow:
        entry = uow.inbox.get(entry_id or 0)
    assert entry is not None
    assert (entry.state, entry.outcome) == (InboxState.DONE, "ignore")


def test_a_cause_that_no_database_takes_is_stored_cleaned(store: Store) -> None:
    add(store, 1)
    entry = claim(store)
    assert entry is not None
    with store.begin() as uow:
        uow.inbox.finish(entry, InboxState.PARKED, case_id=None, outcome="parked", cause="bad \0 bytes \udc80")
        uow.commit()
    with store.begin() as uow:
        assert uow.inbox.count_by_state() == {InboxState.PARKED: 1}


def test_a_mail_given_back_is_claimed_again_with_its_attempts(store: Store) -> None:
    add(store, 1)
    entry = claim(store)
    assert entry is not None
    finish(store, entry, InboxState.NEW)
    again = claim(store)
    assert again is not None
    assert again.attempts == 2


def test_mails_of_one_sender_are_worked_on_in_order_and_one_at_a_time(store: Store) -> None:
    first = add(store, 1, sender="Ana@x.example")
    second = add(store, 2, sender="ana@X.example")
    other = add(store, 3, sender="bob@x.example")
    held = claim(store)
    assert held is not None
    assert held.id == first
    between = claim(store)
    assert between is not None
    assert between.id == other
    assert claim(store) is None
    finish(store, held)
    following = claim(store)
    assert following is not None
    assert following.id == second


def test_mails_whose_sender_is_unknown_do_not_wait_for_one_another(store: Store) -> None:
    add(store, 1)
    add(store, 2)
    assert claim(store) is not None
    assert claim(store) is not None


def test_stored_mail_is_filed_away_once_and_old_mail_never(store: Store) -> None:
    later, earlier = add(store, 9), add(store, 4)
    add(store, 1, state=InboxState.OLD)
    add(store, 2, state=InboxState.VANISHED)
    copy = add(store, 11, state=InboxState.COPY)
    with store.begin() as uow:
        waiting = uow.inbox.to_file_away(MAILBOX, 7)
        assert [entry.id for entry in waiting] == [earlier, later, copy]
        assert {entry.raw for entry in waiting} == {b""}
        assert len(uow.inbox.to_file_away(MAILBOX, 7, limit=1)) == 1
        assert uow.inbox.to_file_away(MAILBOX, 8) == []
        uow.inbox.mark_filed([earlier or 0, copy or 0])
        uow.inbox.mark_filed([])
        uow.commit()
    with store.begin() as uow:
        assert [entry.id for entry in uow.inbox.to_file_away(MAILBOX, 7)] == [later]
