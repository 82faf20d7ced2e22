import datetime as dt

import pytest

from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.outgoing import ReplyKind
from mailbot.service import review
from mailbot.service.budget import ReplyBudget
from mailbot.service.process import ProcessOptions
from mailbot.service.review import Settled, Workbench
from tests.support.fake_desk import mail


def kinds(desk) -> list[ReplyKind]:
    return [entry.kind for entry in desk.outbox]


def test_an_approved_draft_goes_out_as_it_was(desk, bench, draft):
    assert review.approve(bench, draft.id, actor="kim") == Settled(
        case_number="Q-2026-00001", settlement="approved", reply=ReplyKind.QUOTE
    )
    assert kinds(desk) == [ReplyKind.ACKNOWLEDGEMENT, ReplyKind.QUOTE]
    [quote] = desk.store.tables.quotes.values()
    assert (quote.number, quote.revision, quote.total) == ("Q-2026-00001", 1, draft.decision.quote.total)
    settled = desk.store.tables.reviews[draft.id]
    assert (settled.settled_by, settled.settlement) == ("kim", "approved")
    assert "Approved" in desk.events


def test_the_second_act_hears_of_the_first(desk, bench, draft):
    review.approve(bench, draft.id, actor="kim")
    with pytest.raises(StaleCase, match="approved by kim on 2026-11-02 at 09:00 UTC"):
        review.approve(bench, draft.id, actor="lee")
    with pytest.raises(StaleCase, match="approved by kim"):
        review.decline(bench, draft.id, "no", actor="lee")
    assert kinds(desk).count(ReplyKind.QUOTE) == 1


def test_two_who_act_at_once_send_once(desk, bench, draft):
    def lee_is_faster() -> None:
        review.approve(bench, draft.id, actor="lee")

    desk.understanding.before_decide = [lee_is_faster]
    with pytest.raises(StaleCase, match="lee"):
        review.approve(bench, draft.id, actor="kim")
    assert kinds(desk).count(ReplyKind.QUOTE) == 1


def test_a_case_that_moved_on_is_not_approved(desk, bench, draft):
    desk.process_options = ProcessOptions(domain="desk.example")
    desk.take(mail("unclear amount", message_id="<2@reseller.example>", in_reply_to="<first@reseller.example>"))
    [newer] = desk.waiting
    with pytest.raises(StaleCase, match="replaced"):
        review.approve(bench, draft.id, actor="kim")
    with pytest.raises(InputError, match="nothing to approve"):
        review.approve(bench, newer.id, actor="kim")
    assert ReplyKind.QUOTE not in kinds(desk)


def test_what_is_no_longer_authorised_is_not_sent(desk, bench, draft):
    desk.understanding.overrides = "unclear"
    with pytest.raises(StaleCase, match="ambiguous_quantity"):
        review.approve(bench, draft.id, actor="kim")
    assert desk.store.tables.reviews[draft.id].settled_at is None


def test_an_expired_draft_is_not_sent(desk, bench, draft):
    desk.clock.advance(days=31)
    with pytest.raises(StaleCase, match="valid until 2026-12-02"):
        review.approve(bench, draft.id, actor="kim")


def test_a_review_without_draft_cannot_be_approved(desk, bench):
    desk.take(mail("unclear amount"))
    with pytest.raises(InputError, match="correct it, answer it or decline it"):
        review.approve(bench, desk.waiting[0].id, actor="kim")


def test_a_reply_that_the_budget_held_back_goes_out_when_approved(desk, bench):
    desk.process_options = ProcessOptions(domain="desk.example", budget=ReplyBudget(in_all_per_hour=0))
    desk.take(mail("quote jira"))
    assert desk.outbox == []
    review.approve(bench, desk.waiting[0].id, actor="kim")
    assert kinds(desk) == [ReplyKind.QUOTE]


def test_a_correction_decides_the_case_anew(desk, bench):
    desk.take(mail("unclear amount"))
    settled = review.correct(bench, desk.waiting[0].id, {"action": "quote"}, actor="kim")
    assert (settled.settlement, settled.reply, settled.next_item) == ("corrected", ReplyKind.QUOTE, None)
    assert desk.waiting == []
    [event] = [event for event in desk.store.tables.events if event.kind == "Corrected"]
    assert (event.actor, event.data["values"]) == ("kim", {"action": "quote"})


def test_a_correction_that_still_needs_a_person_waits_again(desk, bench):
    desk.take(mail("unclear amount"))
    settled = review.correct(bench, desk.waiting[0].id, {"action": "review"}, actor="kim")
    assert settled.reply is None
    assert [item.id for item in desk.waiting] == [settled.next_item]
    review.approve(bench, settled.next_item, actor="kim")  # the correction still holds
    assert kinds(desk)[-1] is ReplyKind.QUOTE


def test_a_correction_of_nothing_is_refused(desk, bench, draft):
    with pytest.raises(InputError, match="path=value"):
        review.correct(bench, draft.id, {}, actor="kim")


@pytest.mark.parametrize(
    ("act", "kind", "settlement"),
    [(review.answer, ReplyKind.STAFF, "answered"), (review.decline, ReplyKind.DECLINE, "declined")],
)
def test_staffs_own_words_go_out(desk, bench, draft, act, kind, settlement):
    settled = act(bench, draft.id, " We looked into it. ", actor="kim")
    assert (settled.reply, settled.settlement) == (kind, settlement)
    assert desk.texts[-1].endswith("We looked into it.")
    with pytest.raises(InputError, match="no text"):
        act(bench, draft.id, "  ", actor="kim")


def test_staff_can_answer_twice_in_one_case(desk, bench, draft):
    review.answer(bench, draft.id, "one", actor="kim")
    desk.take(mail("review more", message_id="<2@reseller.example>", in_reply_to="<first@reseller.example>"))
    review.answer(bench, desk.waiting[0].id, "two", actor="kim")
    assert kinds(desk).count(ReplyKind.STAFF) == 2


def test_what_is_not_a_request_gets_no_reply(desk, bench, draft):
    sent = len(desk.outbox)
    assert review.not_a_request(bench, draft.id, "spam", actor="kim").reply is None
    assert len(desk.outbox) == sent
    assert desk.store.tables.reviews[draft.id].note == "spam"


def test_a_parked_mail_can_be_set_aside(desk, bench):
    desk.take(mail("ask one"), mail("quote two", sender="eve@elsewhere.example"))
    [item] = desk.waiting
    review.not_a_request(bench, item.id, "reused Message-ID", actor="kim")
    assert desk.waiting == []


def test_there_is_no_such_item(bench):
    with pytest.raises(InputError, match="item 99"):
        review.approve(bench, 99, actor="kim")


def test_replies_of_staff_leave_after_the_hold(desk, bench, draft):
    held = Workbench(
        store=desk.store,
        understanding=desk.understanding,
        render=desk.renderer,
        clock=desk.clock,
        domain="desk.example",
        hold=dt.timedelta(minutes=5),
    )
    desk.deliver()
    review.approve(held, draft.id, actor="kim")
    assert desk.deliver().sent == 0
    desk.clock.advance(minutes=5)
    assert desk.deliver().sent == 1


def test_a_case_is_handed_back_when_the_machine_can_go_on_without_what_was_set(desk, bench, draft):
    with pytest.raises(InputError, match="ask for a person again"):
        review.hand_back(bench, draft.id, actor="kim")
    desk.understanding.overrides = "answer"
    assert review.hand_back(bench, draft.id, actor="kim").reply is ReplyKind.ANSWER


def test_every_act_is_in_the_audit_trail(desk, bench, draft):
    review.note(bench, draft.case_id, "called them", actor="lee")
    review.approve(bench, draft.id, actor="kim")
    trail = desk.store.tables.audit
    assert trail == [("lee", "Noted", draft.case_number), ("kim", "Approved", draft.case_number)]
