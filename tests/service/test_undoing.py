"""Every act of staff can be taken back, in the order in which they were done, while nothing else has happened."""

import pytest

from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.outgoing import OutboxState, ReplyKind
from mailbot.service import afterwards, rearranging, review
from mailbot.service.trail import corrections_of, endorsed_by
from mailbot.service.undoing import undo_last
from tests.support.fake_desk import mail

FIRST, SECOND = "Q-2026-00001", "Q-2026-00002"


@pytest.fixture
def two(desk):
    """Two cases that wait, their acknowledgements sent."""
    desk.take(mail("review jira"), mail("review confluence", message_id="<other@reseller.example>"))
    desk.deliver()


def mails_of(desk) -> dict[str, list[int]]:
    """Return the inbox entries of each case."""
    with desk.store.begin() as uow:
        return {
            number: [entry.id for entry in uow.inbox.of_case(uow.cases.numbered(number).id)]
            for number in (FIRST, SECOND)
        }


def set_in(desk, number: str) -> dict[str, str]:
    with desk.store.begin() as uow:
        return corrections_of(uow.cases.events(uow.cases.numbered(number).id))


def test_a_merge_is_undone_to_the_same_numbers_with_what_was_set_in_both(desk, bench, two):
    for item in desk.waiting:
        review.correct(bench, item.id, {"action": "review", "site": item.case_number}, actor="kim")
    before, participants = mails_of(desk), [case.participants for case in desk.store.tables.cases.values()]
    rearranging.merge(bench, SECOND, FIRST, actor="kim")
    assert set_in(desk, FIRST) == set_in(desk, SECOND) == {}
    undo_last(bench, FIRST, actor="kim")
    assert mails_of(desk) == before
    assert [case.participants for case in desk.store.tables.cases.values()] == participants
    assert [item.case_number for item in desk.waiting] == [FIRST, SECOND]
    assert set_in(desk, FIRST)["site"] == FIRST
    assert set_in(desk, SECOND)["site"] == SECOND
    desk.take(mail("review more", message_id="<3@reseller.example>", subject=f"Re: [{SECOND}]"))
    assert len(mails_of(desk)[SECOND]) == 2


def test_a_merge_is_undone_from_the_case_that_is_gone_as_well(desk, bench, two):
    rearranging.merge(bench, SECOND, FIRST, actor="kim")
    undo_last(bench, SECOND, actor="kim")
    assert [len(mails) for mails in mails_of(desk).values()] == [1, 1]
    rearranging.merge(bench, SECOND, FIRST, actor="kim")  # and can be merged anew


def test_a_case_that_did_not_wait_does_not_wait_after_the_undo(desk, bench, two):
    review.not_a_request(bench, desk.waiting[1].id, "", actor="kim")
    rearranging.merge(bench, SECOND, FIRST, actor="kim")
    undo_last(bench, FIRST, actor="kim")
    assert [item.case_number for item in desk.waiting] == [FIRST]


def test_a_merge_is_not_undone_after_a_further_mail(desk, bench, two):
    rearranging.merge(bench, SECOND, FIRST, actor="kim")
    desk.take(mail("review more", message_id="<3@reseller.example>", subject=f"Re: [{SECOND}]"))
    for number in (FIRST, SECOND):
        with pytest.raises(StaleCase):
            undo_last(bench, number, actor="kim")


@pytest.mark.parametrize("at", [FIRST, SECOND])
def test_a_split_is_undone_from_either_case(desk, bench, at):
    reply = mail("review confluence", message_id="<2@reseller.example>", in_reply_to="<first@reseller.example>")
    desk.take(mail("review jira"), reply)
    desk.deliver()
    review.correct(bench, desk.waiting[0].id, {"action": "review", "site": "x"}, actor="kim")
    rearranging.split(bench, FIRST, [desk.inbox[1].id], actor="kim")
    assert [len(mails) for mails in mails_of(desk).values()] == [1, 1]
    undo_last(bench, at, actor="kim")
    assert [len(mails) for mails in mails_of(desk).values()] == [2, 0]
    assert [item.case_number for item in desk.waiting] == [FIRST]
    assert set_in(desk, FIRST)["site"] == "x"
    with pytest.raises(StaleCase, match="nothing"):
        undo_last(bench, at, actor="kim")


def test_a_note_is_taken_back_and_then_the_act_before_it(desk, holding, draft):
    review.approve(holding, draft.id, actor="kim")
    review.note(holding, draft.case_id, "look at this", actor="lee")
    undo_last(holding, FIRST, actor="kim")
    assert desk.events[-1] == "NoteTakenBack"
    undo_last(holding, FIRST, actor="kim")
    assert [entry.state for entry in desk.outbox if entry.kind is ReplyKind.QUOTE] == [OutboxState.WITHDRAWN]
    with pytest.raises(StaleCase, match="nothing"):
        undo_last(holding, FIRST, actor="kim")


def test_an_accepted_quote_is_not_accepted_after_all_and_may_be_again(desk, bench):
    desk.take(mail("quote jira"))
    desk.deliver()
    afterwards.accept(bench, FIRST, actor="kim")
    undo_last(bench, FIRST, actor="lee")
    assert desk.store.tables.audit[-1] == ("lee", "AcceptanceTakenBack", FIRST)
    afterwards.accept(bench, FIRST, actor="kim")
    assert desk.events[-1] == "QuoteAccepted"


def test_an_endorsement_is_taken_back(desk, bench, draft):
    with desk.store.begin() as uow:
        case = uow.cases.get(draft.case_id)
        uow.cases.append(review.event_of(case, desk.clock(), "Endorsed", "kim", {"item": draft.id}))
        uow.commit()
    undo_last(bench, FIRST, actor="lee")
    with desk.store.begin() as uow:
        assert endorsed_by(uow.cases.events(draft.case_id), draft.id) == frozenset()


def test_a_reply_that_has_left_ends_what_can_be_taken_back(desk, bench, draft):
    review.approve(bench, draft.id, actor="kim")
    desk.deliver()
    with pytest.raises(StaleCase, match="nothing"):
        undo_last(bench, FIRST, actor="kim")
    with pytest.raises(InputError, match="no case"):
        undo_last(bench, "Q-2026-00009", actor="kim")
