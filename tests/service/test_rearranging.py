"""Cases are merged and split by staff; both ways they are decided anew and wait."""

import pytest

from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.outgoing import ReplyKind
from mailbot.service import rearranging, review
from mailbot.service.review import Workbench
from tests.support.fake_desk import mail


@pytest.fixture
def bench(desk) -> Workbench:
    return Workbench(
        store=desk.store,
        understanding=desk.understanding,
        render=desk.renderer,
        clock=desk.clock,
        domain="desk.example",
    )


@pytest.fixture
def two(desk):
    """Two cases that wait, their acknowledgements sent."""
    desk.take(mail("review jira"), mail("review confluence", message_id="<other@reseller.example>"))
    desk.deliver()
    return [item.case_number for item in desk.waiting]


def case_ids(desk) -> list[int | None]:
    return [entry.case_id for entry in desk.inbox]


def test_merged_cases_are_one_that_waits_with_all_mails(desk, bench, two):
    one, other = two
    merged = rearranging.merge(bench, other, one, actor="kim")
    assert merged.case_number == one
    assert len(set(case_ids(desk))) == 1
    assert [item.case_number for item in desk.waiting] == [one]
    assert desk.understanding.decided[-1][0] == "review confluence"
    desk.take(mail("review more", message_id="<3@reseller.example>", subject=f"Re: [{other}]"))
    assert len(set(case_ids(desk))) == 1
    assert review.approve(bench, desk.waiting[0].id, actor="kim").reply is ReplyKind.QUOTE


def test_what_cannot_be_merged_is_told(desk, bench, two):
    one, other = two
    with pytest.raises(InputError, match="not merged with itself"):
        rearranging.merge(bench, one, one, actor="kim")
    with pytest.raises(InputError, match="Q-2026-00099: there is no case"):
        rearranging.merge(bench, one, "Q-2026-00099", actor="kim")
    rearranging.merge(bench, other, one, actor="kim")
    with pytest.raises(InputError, match="already"):
        rearranging.merge(bench, other, one, actor="kim")


def test_a_case_whose_reply_is_about_to_leave_is_left_alone(desk, bench):
    desk.take(mail("review jira"), mail("quote confluence", message_id="<other@reseller.example>"))
    [waiting] = desk.waiting
    with pytest.raises(StaleCase, match="about to leave"):
        rearranging.merge(bench, "Q-2026-00002", waiting.case_number, actor="kim")


def test_mails_are_split_off_and_both_cases_wait(desk, bench):
    desk.take(
        mail("review jira"),
        mail("review confluence", message_id="<2@reseller.example>", in_reply_to="<first@reseller.example>"),
    )
    desk.deliver()
    [waiting] = desk.waiting
    review.correct(bench, waiting.id, {"action": "review"}, actor="kim")
    with pytest.raises(InputError, match="not all and not none"):
        rearranging.split(bench, waiting.case_number, [], actor="kim")
    opened = rearranging.split(bench, waiting.case_number, [desk.inbox[1].id], actor="kim")
    assert len(set(case_ids(desk))) == 2
    assert [item.case_number for item in desk.waiting] == [waiting.case_number, opened.case_number]
    assert [corrections for _, corrections in desk.understanding.decided[-2:]] == [{}, {}]
    with pytest.raises(InputError, match="not all and not none"):
        rearranging.split(bench, opened.case_number, [desk.inbox[1].id], actor="kim")


def test_a_mail_that_cannot_be_read_waits_with_the_reason(desk, bench, two):
    one, other = two
    desk.understanding.read = lambda raw: (_ for _ in ()).throw(InputError("unreadable"))
    with pytest.raises(InputError):
        rearranging.merge(bench, other, one, actor="kim")
    assert [item.case_number for item in desk.waiting] == two
