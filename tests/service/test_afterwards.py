"""Replies are taken back while they have not left, and sent again while they still hold."""

import dataclasses
import datetime as dt

import pytest

from mailbot.domain.errors import InputError, OutcomeUnknown, Refused, StaleCase
from mailbot.domain.outgoing import OutboxState, ReplyKind, SendPhase
from mailbot.service import afterwards, review
from mailbot.service.process import ProcessOptions
from mailbot.service.upkeep import UpkeepOptions, look_after
from tests.support.fake_desk import mail


def follow_up(words: str, number: int = 2) -> bytes:
    return mail(words, message_id=f"<{number}@reseller.example>", in_reply_to="<first@reseller.example>")


def states(desk, kind: ReplyKind = ReplyKind.QUOTE) -> list[OutboxState]:
    return [entry.state for entry in desk.outbox if entry.kind is kind]


def refused(desk, words: str):
    """Take a mail whose reply is refused; return the item that tells of it."""
    desk.take(mail(words))
    desk.transport.fail((SendPhase.CONNECTED, Refused("550 no such user")))
    desk.deliver()
    [item] = desk.waiting
    return item


def test_a_reply_of_unknown_outcome_is_sent_again_with_the_same_bytes(desk, bench):
    desk.take(mail("quote jira"))
    desk.transport.keeps = True
    desk.transport.fail((SendPhase.DOT, OutcomeUnknown("connection ended")))
    desk.deliver()
    settled = afterwards.send_again(bench, desk.waiting[0].id, actor="kim")
    assert settled.settlement == "sent_again"
    desk.deliver()
    assert desk.outbox[0].state is OutboxState.SENT
    assert len({taken.raw for taken in desk.transport.taken}) == 1
    assert len(desk.transport.taken) == 2


def test_nothing_to_send_again(desk, bench, draft):
    with pytest.raises(InputError, match="no reply of case"):
        afterwards.send_again(bench, draft.id, actor="kim")


def test_an_undone_act_sends_nothing_and_the_case_waits_as_before(desk, holding, draft):
    review.approve(holding, draft.id, actor="kim")
    undone = afterwards.undo(holding, draft.id, actor="kim")
    [again] = desk.waiting
    assert (undone.settlement, undone.next_item) == ("undone", again.id)
    assert again.decision == draft.decision
    assert [entry.state for entry in desk.outbox if entry.kind is ReplyKind.QUOTE] == [OutboxState.WITHDRAWN]
    desk.clock.advance(minutes=5)
    assert desk.deliver().sent == 1  # the acknowledgement


def test_what_was_closed_as_no_request_can_be_taken_back(desk, holding, draft):
    review.not_a_request(holding, draft.id, "a newsletter", actor="kim")
    afterwards.undo(holding, draft.id, actor="kim")
    assert len(desk.waiting) == 1


def test_what_has_left_or_was_overtaken_is_not_undone(desk, holding, draft):
    with pytest.raises(InputError, match="nothing has been done"):
        afterwards.undo(holding, draft.id, actor="kim")
    review.approve(holding, draft.id, actor="kim")
    desk.clock.advance(seconds=30)
    follow_up = mail("unclear amount", message_id="<2@reseller.example>", in_reply_to="<first@reseller.example>")
    desk.take(follow_up)
    with pytest.raises(StaleCase, match="newer mail"):
        afterwards.undo(holding, draft.id, actor="kim")
    [newer] = desk.waiting
    assert newer.decision.quote is None


def test_too_late_is_too_late(desk, holding, draft):
    review.approve(holding, draft.id, actor="kim")
    desk.clock.advance(minutes=2)
    desk.deliver()
    desk.deliver()
    with pytest.raises(StaleCase, match="too late"):
        afterwards.undo(holding, draft.id, actor="kim")


def test_a_quote_that_has_expired_is_not_sent_again(desk, bench):
    item = refused(desk, "quote jira")
    desk.clock.advance(days=40)
    with pytest.raises(InputError, match="expired or was replaced"):
        afterwards.send_again(bench, item.id, actor="kim")
    assert states(desk) == [OutboxState.FAILED]


def test_of_two_quotes_that_failed_the_newer_is_sent_again(desk, bench):
    refused(desk, "quote jira")
    desk.take(follow_up("unclear amount"))  # a person looks: the first quote still waits
    review.correct(bench, desk.waiting[0].id, {"action": "quote"}, actor="kim")
    assert states(desk) == [OutboxState.WITHDRAWN, OutboxState.READY]
    desk.transport.fail(*[(SendPhase.CONNECTED, Refused("550 still not"))] * 2)
    desk.deliver()
    assert states(desk) == [OutboxState.WITHDRAWN, OutboxState.FAILED]
    [item] = desk.waiting
    afterwards.send_again(bench, item.id, actor="kim")
    assert states(desk) == [OutboxState.WITHDRAWN, OutboxState.READY]


@pytest.mark.parametrize(
    "act",
    [
        lambda bench, item: review.answer(bench, item, "I called you.", actor="kim"),
        lambda bench, item: review.not_a_request(bench, item, "solved", actor="kim"),
    ],
)
def test_what_is_done_instead_sets_aside_what_failed_and_its_alarm_falls_silent(desk, bench, act):
    item = refused(desk, "quote jira")
    look_after(desk.store, desk.clock, UpkeepOptions())
    assert "replies refused" in desk.store.tables.alarms
    act(bench, item.id)
    look_after(desk.store, desk.clock, UpkeepOptions())
    assert (states(desk), "replies refused" in desk.store.tables.alarms) == ([OutboxState.WITHDRAWN], False)


@pytest.mark.parametrize("failure", [Refused("550 no"), OutcomeUnknown("connection ended")])
def test_what_was_set_aside_waits_again_when_the_act_is_undone(desk, holding, failure):
    desk.take(mail("quote jira"))
    desk.transport.fail((SendPhase.DOT, failure))
    desk.deliver()
    before = states(desk)
    [item] = desk.waiting
    review.answer(holding, item.id, "I called you.", actor="kim")
    assert states(desk) == [OutboxState.WITHDRAWN]
    afterwards.undo(holding, item.id, actor="kim")
    assert (states(desk), states(desk, ReplyKind.STAFF)) == (before, [OutboxState.WITHDRAWN])
    assert len(desk.waiting) == 1


def test_a_new_quote_of_the_machine_takes_the_place_of_one_that_failed(desk):
    refused(desk, "quote jira")
    desk.take(follow_up("quote confluence"))
    assert states(desk) == [OutboxState.WITHDRAWN, OutboxState.READY]
    assert desk.waiting == []


def test_an_answer_of_the_machine_leaves_a_quote_that_failed_to_staff(desk, bench):
    item = refused(desk, "quote jira")
    desk.take(follow_up("answer payment"))
    assert [waiting.id for waiting in desk.waiting] == [item.id]
    afterwards.send_again(bench, item.id, actor="kim")
    assert states(desk) == [OutboxState.READY]


def test_a_draft_that_waits_goes_on_waiting_when_an_older_reply_is_sent_again(desk, bench):
    desk.take(mail("review jira"))
    desk.transport.fail((SendPhase.CONNECTED, Refused("550 no such user")))
    desk.deliver()
    [item] = desk.waiting
    assert afterwards.send_again(bench, item.id, actor="kim").next_item == item.id
    assert [waiting.id for waiting in desk.waiting] == [item.id]


def test_a_quote_that_was_taken_back_was_never_issued(desk, holding, draft):
    review.approve(holding, draft.id, actor="kim")
    afterwards.undo(holding, draft.id, actor="kim")
    with desk.store.begin() as uow:
        assert uow.quotes.latest(draft.case_id) is None


def test_an_undone_act_takes_back_its_own_reply_only(desk, holding, draft):
    review.approve(holding, draft.id, actor="kim")
    desk.take(follow_up("review more"))
    [newer] = desk.waiting
    review.answer(holding, newer.id, "one moment", actor="lee")
    with pytest.raises(StaleCase, match="newer mail or act"):
        afterwards.undo(holding, draft.id, actor="kim")
    afterwards.undo(holding, newer.id, actor="lee")
    assert states(desk) == [OutboxState.READY]
    assert states(desk, ReplyKind.STAFF) == [OutboxState.WITHDRAWN]


def test_an_act_is_not_undone_over_what_has_come_to_wait_since(desk, bench, draft):
    later = dataclasses.replace(bench, hold=dt.timedelta(hours=1))
    review.approve(later, draft.id, actor="kim")
    desk.transport.fail((SendPhase.CONNECTED, Refused("550 no such user")))
    desk.deliver()  # the acknowledgement is refused
    assert len(desk.waiting) == 1
    with pytest.raises(StaleCase, match="newer mail or act"):
        afterwards.undo(later, draft.id, actor="kim")


def test_a_correction_that_waits_again_can_be_undone(desk, holding):
    desk.take(mail("unclear amount"))
    [item] = desk.waiting
    review.correct(holding, item.id, {"action": "review"}, actor="kim")
    afterwards.undo(holding, item.id, actor="kim")
    [again] = desk.waiting
    assert again.decision == item.decision


def test_staff_take_back_what_the_machine_is_about_to_send(desk, bench):
    desk.process_options = ProcessOptions(domain="desk.example", hold=dt.timedelta(minutes=10))
    desk.take(mail("quote jira"))
    taken_back = afterwards.withdraw(bench, "Q-2026-00001", actor="kim")
    desk.clock.advance(hours=1)
    assert desk.deliver().sent == 0
    [item] = desk.waiting
    assert (taken_back.settlement, taken_back.next_item) == ("withdrawn", item.id)
    assert states(desk) == [OutboxState.WITHDRAWN]
    review.approve(bench, item.id, actor="kim")  # on second thoughts
    assert desk.deliver().sent == 1
    assert [quote.revision for quote in desk.store.tables.quotes.values()] == [1, 2]


def test_what_has_left_or_may_have_left_is_not_taken_back(desk, bench):
    desk.take(mail("ask users"))
    desk.transport.fail((SendPhase.DOT, OutcomeUnknown("connection ended")))
    desk.deliver()
    with pytest.raises(StaleCase, match="every reply of the case has left"):
        afterwards.withdraw(bench, "Q-2026-00001", actor="kim")
    with pytest.raises(InputError, match="no case of this number"):
        afterwards.withdraw(bench, "Q-2026-00009", actor="kim")
