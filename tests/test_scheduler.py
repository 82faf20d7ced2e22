import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable

import pytest

from mailbot.domain.case import InboxState, MailboxKey
from mailbot.domain.errors import SetupError, Throttled, TransientError
from mailbot.domain.outgoing import OutboxState
from mailbot.scheduler import Service, Watched, _pause_after, running, serve
from mailbot.service.deliver import DeliverOptions
from mailbot.service.process import ProcessOptions
from mailbot.service.receive import ReceiveOptions
from mailbot.service.remind import RemindOptions
from mailbot.service.switches import HALT
from mailbot.service.upkeep import UpkeepOptions
from tests.support.fake_desk import FakeRenderer, FakeUnderstanding, mail
from tests.support.fake_mail import FakeMailbox, FakeTransport
from tests.support.fakes import FakeClock, MemoryStore
from tests.support.samples import NOW


@pytest.fixture
def mailbox() -> FakeMailbox:
    return FakeMailbox()


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def make(mailbox, transport) -> Callable[..., Service]:
    clock = FakeClock()

    def make_(**options: object) -> Service:
        return Service(
            store=options.pop("store", MemoryStore(clock)),
            understanding=options.pop("understanding", FakeUnderstanding()),
            render=FakeRenderer(),
            transport=transport,
            clock=clock,
            mailboxes=[
                Watched(
                    key=mailbox.key,
                    open=options.pop("open_mailbox", lambda: mailbox),
                    receive=ReceiveOptions(since="all"),
                    poll_seconds=options.pop("poll_seconds", 60.0),
                )
            ],
            process=ProcessOptions(domain="desk.example"),
            deliver=DeliverOptions(sender="quotes@desk.example"),
            remind=RemindOptions(domain="desk.example"),
            **{"tick_seconds": 0.05, "upkeep_seconds": 0.05} | options,
        )

    return make_


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_a_mail_is_answered_while_the_service_runs(make, mailbox, transport):
    with running(make()):
        mailbox.deliver(mail("ask users"))
        until(lambda: len(transport.taken) == 1)


def test_a_mail_is_answered_at_once(make, mailbox, transport):
    with running(make(tick_seconds=60.0)):
        time.sleep(0.1)
        begun = time.monotonic()
        mailbox.deliver(mail("ask users"))
        until(lambda: len(transport.taken) == 1)
        assert time.monotonic() - begun < 1.0


def test_what_an_earlier_run_left_is_taken_up(make, mailbox, transport):
    service = make(tick_seconds=60.0)
    with service.store.begin() as uow:
        raw = mail("ask users")
        mailbox.deliver(raw)
        [fetched] = mailbox.fetch([1])
        uow.inbox.add(mailbox.key, 1, fetched, message_id=None, state=InboxState.NEW)
        uow.commit()
    with running(service):
        until(lambda: len(transport.taken) == 1)


def test_many_processors_answer_each_mail_once(make, mailbox, transport):
    for n in range(40):
        mailbox.deliver(mail(f"ask {n}", message_id=f"<{n}@x.example>", sender=f"a@r{n}.example"))
    with running(make(processors=4)):
        until(lambda: len(transport.taken) >= 40)
    assert len({taken.recipients for taken in transport.taken}) == len(transport.taken) == 40


def test_a_mailbox_that_fails_is_opened_again(make, mailbox, transport, monkeypatch):
    monkeypatch.setattr("mailbot.scheduler.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("mailbot.scheduler.PAUSE_FOR_SETUP", 0.01)
    troubles = [TransientError("away"), SetupError("password expired"), ValueError("a bug")]

    def open_mailbox() -> FakeMailbox:
        if troubles:
            raise troubles.pop(0)
        return mailbox

    mailbox.deliver(mail("ask users"))
    with running(make(open_mailbox=open_mailbox)):
        until(lambda: len(transport.taken) == 1)
        mailbox.away = True
        time.sleep(0.05)
        mailbox.away = False
        mailbox.deliver(mail("ask more", message_id="<2@x.example>"))
        until(lambda: len(transport.taken) == 2)


def test_work_that_fails_is_taken_up_again(make, mailbox, transport, monkeypatch):
    monkeypatch.setattr("mailbot.scheduler.FIRST_PAUSE", 0.01)
    understanding = FakeUnderstanding()

    def away() -> None:
        raise TransientError("the database is away")

    understanding.before_decide = [away]
    mailbox.deliver(mail("ask one"))
    mailbox.deliver(mail("ask two", message_id="<2@x.example>", sender="b@other.example"))
    with running(make(understanding=understanding)):
        until(lambda: len(transport.taken) == 1)


def test_stopping_finishes_what_was_begun(make, mailbox, transport):
    begun = threading.Event()
    understanding = FakeUnderstanding()

    def slow() -> None:
        begun.set()
        time.sleep(0.2)

    understanding.before_decide = [slow]
    service = make(understanding=understanding)
    mailbox.deliver(mail("ask users"))
    with running(service):
        begun.wait(5)
    [entry] = service.store.tables.inbox.values()
    assert entry.outcome == "ask"
    assert [row.state for row in service.store.tables.outbox.values()] in ([OutboxState.READY], [OutboxState.SENT])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service(make, mailbox, transport, number):
    mailbox.deliver(mail("ask users"))
    before = signal.getsignal(number)

    def end_when_answered() -> None:
        until(lambda: len(transport.taken) == 1)
        os.kill(os.getpid(), number)

    threading.Thread(target=end_when_answered).start()
    serve(make())
    assert signal.getsignal(number) is before
    # The service counts its threads; that of the connections' deadlines belongs to the process.
    assert not [thread for thread in threading.enumerate() if re.fullmatch(r"mailbot-\d+", thread.name)]


def test_a_signal_that_another_thread_was_given_ends_the_service(make, mailbox, transport):
    mailbox.deliver(mail("ask users"))

    def end_when_answered() -> None:
        until(lambda: len(transport.taken) == 1)
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    def end_for_want_of_that() -> None:
        if not ended.wait(20):
            os.kill(os.getpid(), signal.SIGTERM)
            late.append(True)

    ended, late = threading.Event(), []
    threading.Thread(target=end_when_answered).start()
    threading.Thread(target=end_for_want_of_that, daemon=True).start()
    serve(make())
    ended.set()
    assert not late


def test_a_halted_desk_leaves_everything_alone(make, mailbox, transport):
    service = make()
    with service.store.begin() as uow:
        uow.switches.turn(HALT, on=True, by="machine", at=NOW)
        uow.commit()
    mailbox.deliver(mail("ask users"))
    with running(service):
        time.sleep(0.2)
        assert (mailbox.filed, transport.taken) == ([], [])
        assert service.store.tables.inbox == {}
        with service.store.begin() as uow:
            uow.switches.turn(HALT, on=False, by="anna", at=NOW)
            uow.commit()
        until(lambda: len(transport.taken) == 1)


def test_what_another_worker_commits_is_heard(make, mailbox, transport):
    said: list[str] = []

    class Line:
        def wait(self, seconds: float) -> frozenset[str]:
            time.sleep(0.01)
            return frozenset(said)

    service = make(tick_seconds=60.0, listen=lambda: contextlib.nullcontext(Line()), turn_seconds=30.0)
    with running(service):
        time.sleep(0.1)
        with service.store.begin() as uow:
            mailbox.deliver(mail("ask users"))
            [fetched] = mailbox.fetch([1])
            uow.inbox.add(mailbox.key, 1, fetched, message_id=None, state=InboxState.NEW)
            uow.commit()
        said.append("inbox")
        until(lambda: len(transport.taken) == 1)


def test_a_question_without_answer_is_called_to_mind(make, mailbox, transport):
    service = make(remind_seconds=0.05)
    mailbox.deliver(mail("ask users"))
    with running(service):
        until(lambda: "ReplySent" in [event.kind for event in service.store.tables.events])
        service.clock.advance(days=3)
        until(lambda: len(transport.taken) == 2)


def test_of_several_workers_one_rings_and_tells_of_an_alarm(make, transport):
    silent, told = MailboxKey(account="other", folder="INBOX"), []
    service = make(
        messenger=lambda alarms: told.extend(alarm.name for alarm in alarms),
        upkeep=UpkeepOptions(mailboxes=[silent]),
        upkeep_seconds=60.0,
        turn_seconds=30.0,
    )
    with running(service):
        until(lambda: told == ["mailbox other/INBOX"])
        with running(service):
            time.sleep(0.3)
    assert told == ["mailbox other/INBOX"]
    assert [alarm.times for alarm in service.store.tables.alarms.values()] == [1]


@pytest.mark.parametrize(("error", "least"), [(TransientError("x"), 0), (Throttled("x"), 40), (SetupError("x"), 40)])
def test_where_haste_makes_it_worse_the_first_pause_is_long(error, least):
    assert least <= _pause_after(1, error) <= least + 60
