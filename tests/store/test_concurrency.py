"""Several workers on one database never hold the same row, and order per sender is kept."""

import multiprocessing
import threading
from collections import defaultdict
from collections.abc import Sequence

import pytest

from mailbot.domain.case import InboxState
from mailbot.domain.errors import StaleCase
from mailbot.domain.outgoing import OutboxState, ReplyKind
from mailbot.store import open_store
from mailbot.store.unit_of_work import SqlStore
from tests.support.fakes import FakeClock
from tests.support.samples import MAILBOX, NOW, decision, fetched, inbound, outgoing

MAILS = 500
WORKERS = 4


def fill(store: SqlStore, mails: int, *, senders: int) -> None:
    with store.begin() as uow:
        for uid in range(1, mails + 1):
            sender = f"s{uid % senders}@x.example"
            uow.inbox.add(MAILBOX, 7, fetched(uid), message_id=None, state=InboxState.NEW, sender=sender)
        uow.commit()


def work_off(store: SqlStore) -> list[int]:
    """Claim and finish until nothing is left; return the UIDs in the order worked on."""
    done = []
    while True:
        with store.begin() as uow:
            entry = uow.inbox.claim_next(lease_seconds=60)
            uow.commit()
        if entry is None:
            with store.begin() as uow:
                if InboxState.NEW not in uow.inbox.count_by_state():
                    return done
            continue
        with store.begin() as uow:
            uow.inbox.finish(entry, InboxState.DONE, case_id=None, outcome="ignore")
            uow.commit()
        done.append(entry.uid)


def work_in_process(url: str, results: "multiprocessing.Queue[list[int]]") -> None:
    store = open_store(url, FakeClock())
    results.put(work_off(store))
    store.close()


def in_processes(url: str) -> Sequence[list[int]]:
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[list[int]] = context.Queue()
    workers = [context.Process(target=work_in_process, args=(url, results)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join()
    return found


def in_threads(url: str) -> Sequence[list[int]]:
    store = open_store(url, FakeClock())
    found: list[list[int]] = []
    workers = [threading.Thread(target=lambda: found.append(work_off(store))) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    store.close()
    return found


@pytest.mark.parametrize("run", [in_threads, in_processes])
def test_no_mail_is_handed_out_twice(database_url: str, run) -> None:
    store = open_store(database_url, FakeClock())
    fill(store, MAILS, senders=MAILS)
    worked = run(database_url)
    assert sorted(uid for uids in worked for uid in uids) == list(range(1, MAILS + 1))
    store.close()


def test_each_sender_is_served_in_order(database_url: str) -> None:
    store = open_store(database_url, FakeClock())
    fill(store, 60, senders=5)
    order: list[int] = []
    lock = threading.Lock()

    def work() -> None:
        while True:
            with store.begin() as uow:
                entry = uow.inbox.claim_next(lease_seconds=60)
                uow.commit()
            if entry is None:
                with store.begin() as uow:
                    if InboxState.NEW not in uow.inbox.count_by_state():
                        return
                continue
            with lock:
                order.append(entry.uid)
            with store.begin() as uow:
                uow.inbox.finish(entry, InboxState.DONE, case_id=None, outcome="ignore")
                uow.commit()

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    store.close()
    by_sender: defaultdict[int, list[int]] = defaultdict(list)
    for uid in order:
        by_sender[uid % 5].append(uid)
    assert all(uids == sorted(uids) for uids in by_sender.values())
    assert len(order) == 60


def test_no_reply_is_handed_out_twice(database_url: str) -> None:
    store = open_store(database_url, FakeClock())
    with store.begin() as uow:
        case = uow.cases.open(inbound(), NOW)
        for number in range(100):
            uow.outbox.put(case, outgoing(ReplyKind.ASK, number=number), revision=number, due_at=NOW)
        uow.commit()
    sent: list[str] = []

    def send() -> None:
        while True:
            with store.begin() as uow:
                entry = uow.outbox.claim_due(NOW, lease_seconds=60)
                uow.commit()
            if entry is None:
                return
            with store.begin() as uow:
                uow.outbox.finish(entry, OutboxState.SENT)
                uow.commit()
            sent.append(entry.message_id)

    workers = [threading.Thread(target=send) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    store.close()
    assert len(sent) == len(set(sent)) == 100


def test_of_two_who_decide_on_the_same_state_of_a_case_one_is_refused(postgres_url: str) -> None:
    store = open_store(postgres_url, FakeClock())
    with store.begin() as uow:
        case = uow.cases.open(inbound(), NOW)
        uow.commit()
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def decide() -> None:
        with store.begin() as uow:
            read = uow.cases.get(case.id)
            barrier.wait()
            try:
                uow.cases.record(read, decision(), inbound(), NOW)
                uow.commit()
                outcomes.append("recorded")
            except StaleCase:
                outcomes.append("refused")

    deciders = [threading.Thread(target=decide) for _ in range(2)]
    for decider in deciders:
        decider.start()
    for decider in deciders:
        decider.join()
    store.close()
    assert sorted(outcomes) == ["recorded", "refused"]


def test_cases_opened_at_once_get_numbers_of_their_own(database_url: str) -> None:
    store = open_store(database_url, FakeClock())
    numbers: list[str] = []

    def open_cases() -> None:
        for _ in range(10):
            with store.begin() as uow:
                numbers.append(uow.cases.open(inbound(), NOW).number)
                uow.commit()

    workers = [threading.Thread(target=open_cases) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    store.close()
    assert sorted(numbers) == [f"Q-2026-{n:05d}" for n in range(1, 41)]
