import datetime as dt

import pytest

from mailbot.domain.errors import OutcomeUnknown, Refused, ServerAway, SetupError, TransientError
from mailbot.domain.outgoing import OutboxState, SendPhase
from mailbot.service.budget import ReplyBudget
from mailbot.service.deliver import DeliverReport
from mailbot.service.process import ProcessOptions
from tests.support.fake_desk import mail

LOST = TransientError("connection lost")
NO_ANSWER = OutcomeUnknown("connection ended")


@pytest.fixture
def with_question(desk):
    desk.take(mail("ask users"))
    return desk


@pytest.fixture
def with_quote(desk):
    desk.take(mail("quote jira"))
    return desk


def test_a_due_message_is_sent_once_from_the_desk(with_question):
    desk = with_question
    assert desk.deliver() == DeliverReport(sent=1)
    assert desk.deliver() == DeliverReport()
    [taken] = desk.transport.taken
    assert (taken.sender, taken.recipients, taken.raw) == (
        "quotes@desk.example",
        desk.outbox[0].recipients,
        desk.outbox[0].raw,
    )
    assert desk.outbox[0].state is OutboxState.SENT
    assert desk.events[-1] == "ReplySent"


def test_the_phase_is_committed_before_the_dot(with_question):
    desk = with_question
    committed = []
    send = desk.transport.send

    def watching(*, on_phase, **what):
        def phase_reached(phase):
            on_phase(phase)
            committed.append((phase, desk.outbox[0].state, desk.outbox[0].phase))

        send(on_phase=phase_reached, **what)

    desk.transport.send = watching
    desk.deliver()
    assert committed[-1] == (SendPhase.DOT, OutboxState.SENDING, SendPhase.DOT)


def test_a_failed_attempt_is_repeated_later_and_later(with_question):
    desk = with_question
    waits = []
    for _ in range(10):
        desk.transport.fail((SendPhase.CONNECTED, LOST))
        assert desk.deliver() == DeliverReport(again=1)
        assert desk.deliver() == DeliverReport()
        waits.append(desk.outbox[0].due_at - desk.clock())
        desk.clock.now = desk.outbox[0].due_at
    minutes = [wait / dt.timedelta(minutes=1) for wait in waits]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert desk.deliver() == DeliverReport(sent=1)


def test_after_two_days_it_is_given_up_and_shown_to_staff(with_question):
    desk = with_question
    begun = desk.clock()
    desk.transport.fail(*[(SendPhase.CONNECTED, LOST)] * 100)
    while desk.outbox[0].state is OutboxState.READY:
        desk.clock.now = desk.outbox[0].due_at
        desk.deliver()
    assert desk.outbox[0].state is OutboxState.FAILED
    assert dt.timedelta(hours=40) < desk.clock() - begun <= dt.timedelta(hours=48)
    assert "given up" in desk.waiting[0].note


def test_a_server_that_is_away_is_not_tried_for_every_message(desk):
    desk.take(*[mail(f"ask {n}", message_id=f"<{n}@x.example>", sender=f"{n}@r{n}.example") for n in range(10)])
    desk.transport.fail(*[(SendPhase.CONNECTED, LOST)] * 100)
    assert desk.deliver() == DeliverReport(again=3)


@pytest.mark.parametrize("error", [SetupError("certificate not accepted"), ServerAway("connection refused")])
def test_a_server_that_cannot_be_used_costs_no_message_an_attempt(with_question, error):
    desk = with_question
    for _ in range(500):
        desk.transport.fail((SendPhase.CONNECTED, error))
        with pytest.raises(type(error)):
            desk.deliver()
        desk.clock.advance(minutes=15)
    assert desk.deliver() == DeliverReport(sent=1)
    assert desk.outbox[0].attempts == 1


def test_after_a_long_outage_everything_leaves_soon_and_in_order(desk):
    generous = ReplyBudget(without_news_per_day=100, without_news_per_domain_day=100, burst=100)
    desk.process_options = ProcessOptions(domain="desk.example", budget=generous)
    for number in range(100):
        sender = f"a@r{number % 20}.example"
        desk.mailbox.deliver(mail(f"ask {number}", message_id=f"<{number}@x.example>", sender=sender))
    desk.receive()
    desk.process()
    desk.transport.fail(*[(SendPhase.CONNECTED, ServerAway("connection refused"))] * 720)
    for _ in range(720):  # six hours
        with pytest.raises(ServerAway):
            desk.deliver()
        desk.clock.advance(seconds=30)
    desk.clock.advance(seconds=60)
    assert desk.deliver() == DeliverReport(sent=100)
    for sender in {taken.recipients for taken in desk.transport.taken}:
        numbers = [int(one.raw.split(b": ")[-1]) for one in desk.transport.taken if one.recipients == sender]
        assert numbers == sorted(numbers)


def test_a_refused_message_is_shown_to_staff_and_not_sent_again(with_question):
    desk = with_question
    desk.transport.fail((SendPhase.CONNECTED, Refused("550 no such user")))
    assert desk.deliver() == DeliverReport(failed=1)
    desk.clock.advance(hours=72)
    assert desk.deliver() == DeliverReport()
    assert "550 no such user" in desk.waiting[0].note
    assert desk.events[-2:] == ["ReplyFailed", "ReviewOpened"]


def test_one_refused_message_stops_no_other(desk):
    desk.take(*[mail(f"ask {n}", message_id=f"<{n}@x.example>", sender=f"{n}@r.example") for n in range(5)])
    desk.transport.fail((SendPhase.CONNECTED, Refused("550 no such user")))
    assert desk.deliver() == DeliverReport(sent=4, failed=1)


@pytest.mark.parametrize("taken", [True, False])
def test_a_quote_of_unknown_outcome_is_held_for_a_person(with_quote, taken):
    desk = with_quote
    desk.transport.keeps = taken
    desk.transport.fail((SendPhase.DOT, NO_ANSWER))
    assert desk.deliver() == DeliverReport(unknown=1)
    desk.clock.advance(hours=72)
    assert desk.deliver() == DeliverReport()
    assert len(desk.transport.taken) == taken
    assert "outcome unknown" in desk.waiting[0].note


def test_a_question_of_unknown_outcome_is_sent_once_more_with_the_same_bytes(with_question):
    desk = with_question
    desk.transport.keeps = True
    desk.transport.fail((SendPhase.DOT, NO_ANSWER), (SendPhase.CONNECTED, LOST), (SendPhase.DOT, NO_ANSWER))
    assert desk.deliver() == DeliverReport(again=1)
    desk.clock.advance(minutes=14)
    assert desk.deliver() == DeliverReport()
    desk.clock.advance(minutes=2)
    assert desk.deliver() == DeliverReport(again=1)  # before the dot: safe to repeat, and still only once more
    desk.clock.advance(minutes=5)
    assert desk.deliver() == DeliverReport(unknown=1)
    desk.clock.advance(hours=72)
    assert desk.deliver() == DeliverReport()
    assert len({taken.raw for taken in desk.transport.taken}) == 1
    assert len(desk.transport.taken) == 2


class Killed(BaseException):
    """The end of the program."""


def kill_at(desk, phase: SendPhase, *, server_took_it: bool = False) -> None:
    """End the program when the attempt has reached the phase, and start it again after its claim has run out."""

    def send(*, on_phase, sender, recipients, raw):
        for one in SendPhase:
            on_phase(one)
            if one is phase:
                if server_took_it:
                    desk.transport.taken.append(raw)
                raise Killed

    real, desk.transport.send = desk.transport.send, send
    with pytest.raises(Killed):
        desk.deliver()
    desk.transport.send = real
    assert desk.deliver() == DeliverReport()
    desk.clock.advance(seconds=desk.deliver_options.dot_seconds + 2 * desk.deliver_options.lease_seconds)


@pytest.mark.parametrize("phase", [SendPhase.CONNECTED, SendPhase.DATA])
def test_a_program_that_ends_before_the_dot_sends_again(with_quote, phase):
    kill_at(with_quote, phase)
    assert with_quote.settle_abandoned() == DeliverReport()
    assert with_quote.deliver() == DeliverReport(sent=1)
    assert len(with_quote.transport.taken) == 1


@pytest.mark.parametrize("took", [True, False])
def test_a_program_that_ends_after_the_dot_of_a_quote_leaves_it_to_a_person(with_quote, took):
    kill_at(with_quote, SendPhase.DOT, server_took_it=took)
    assert with_quote.settle_abandoned() == DeliverReport(unknown=1)
    assert with_quote.deliver() == DeliverReport()
    assert len(with_quote.transport.taken) == took
    assert len(with_quote.waiting) == 1


def test_a_program_that_ends_after_the_dot_of_a_question_sends_it_once_more(with_question):
    kill_at(with_question, SendPhase.DOT)
    assert with_question.settle_abandoned() == DeliverReport(again=1)
    with_question.clock.advance(minutes=16)
    assert with_question.deliver() == DeliverReport(sent=1)
    assert with_question.outbox[0].last_error.startswith("outcome unknown")  # staff see that it may have come twice


def test_who_lost_the_claim_does_not_send(with_quote):
    desk = with_quote
    send = desk.transport.send

    def slow(*, on_phase, **what):
        desk.transport.send = send
        desk.clock.advance(seconds=desk.deliver_options.lease_seconds + 1)
        assert desk.deliver() == DeliverReport(sent=1)  # another worker
        send(on_phase=on_phase, **what)

    desk.transport.send = slow
    desk.deliver()
    assert len(desk.transport.taken) == 1
    assert desk.outbox[0].state is OutboxState.SENT
