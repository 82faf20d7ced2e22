"""Roles and four eyes hold in the service, whoever calls it."""

from decimal import Decimal
from functools import partial

import pytest

from mailbot.domain.errors import Forbidden, InputError, ProofWanted
from mailbot.domain.outgoing import ReplyKind
from mailbot.domain.staff import StaffRole, User, operator
from mailbot.service import review, staff
from mailbot.service.review import Workbench
from tests.support.fake_desk import mail

approve = partial(staff.approve, proved=True)

SMALL = {"USD": Decimal(1)}
NONE: dict[str, Decimal] = {}


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
def draft(desk):
    desk.take(mail("review jira"))
    [item] = desk.waiting
    return item


def user(role: StaffRole, login: str = "", *, disabled: bool = False) -> User:
    return User(id=1, login=login or role.value, name="", role=role, password_hash="", disabled=disabled)


def quotes_sent(desk) -> int:
    return [entry.kind for entry in desk.outbox].count(ReplyKind.QUOTE)


@pytest.mark.parametrize(
    "act",
    [
        lambda bench, item, who: staff.approve(bench, item, who, NONE),
        lambda bench, item, who: staff.correct(bench, item, {"site": "x"}, who, NONE),
        lambda bench, item, who: staff.answer(bench, item, "words", who),
        lambda bench, item, who: staff.answer_topics(bench, item, ("payment",), who),
        lambda bench, item, who: staff.decline(bench, item, "words", who),
        lambda bench, item, who: staff.not_a_request(bench, item, "", who),
        lambda bench, item, who: staff.send_again(bench, item, who),
        lambda bench, item, who: staff.hand_back(bench, item, who, NONE),
        lambda bench, item, who: staff.undo(bench, item, who),
        lambda bench, item, who: staff.note(bench, 1, "words", who),
        lambda bench, item, who: staff.assign(bench, 1, None, who),
        lambda bench, item, who: staff.snooze(bench, 1, None, who),
        lambda bench, item, who: staff.turn_switch(bench, "pause", who, on=True),
    ],
)
def test_who_only_reads_or_is_shut_out_does_nothing(desk, bench, draft, act):
    before = desk.store.tables
    for who in (user(StaffRole.VIEWER), user(StaffRole.ADMINISTRATOR, disabled=True)):
        with pytest.raises(Forbidden, match="this takes the role"):
            act(bench, draft.id, who)
    assert desk.store.tables is before


def test_an_approver_turns_no_switch(bench):
    with pytest.raises(Forbidden, match="administrator"):
        staff.turn_switch(bench, "pause", user(StaffRole.APPROVER), on=True)


def test_a_quote_up_to_the_limit_takes_one_person(desk, bench, draft):
    limits = {"USD": draft.decision.quote.subtotal}
    assert staff.approve(bench, draft.id, user(StaffRole.AGENT), limits).reply is ReplyKind.QUOTE


def test_one_person_alone_never_releases_a_large_quote(desk, bench, draft):
    for role in (StaffRole.APPROVER, StaffRole.ADMINISTRATOR):
        for _ in range(2):
            assert approve(bench, draft.id, user(role, "kim"), SMALL).settlement == "endorsed"
    desk.understanding.overrides = "quote"
    with pytest.raises(InputError, match="two persons"):
        staff.hand_back(bench, draft.id, user(StaffRole.APPROVER), SMALL)
    assert quotes_sent(desk) == 0


def test_the_second_person_must_be_an_approver(desk, bench, draft):
    approve(bench, draft.id, user(StaffRole.AGENT, "kim"), SMALL)
    with pytest.raises(Forbidden, match="takes the role approver"):
        approve(bench, draft.id, user(StaffRole.AGENT, "lee"), SMALL)
    assert approve(bench, draft.id, user(StaffRole.APPROVER, "max"), SMALL).reply is ReplyKind.QUOTE
    assert quotes_sent(desk) == 1


def test_a_correction_that_makes_a_large_quote_waits_for_somebody_else(desk, bench, draft):
    corrected = staff.correct(bench, draft.id, {"action": "quote"}, user(StaffRole.APPROVER, "kim"), SMALL)
    assert (corrected.reply, quotes_sent(desk)) == (None, 0)
    assert approve(bench, corrected.next_item, user(StaffRole.APPROVER, "lee"), SMALL).reply is ReplyKind.QUOTE


def test_a_correction_on_the_command_line_makes_nobody_one_of_two_persons(desk, bench, draft):
    kim = operator("kim", StaffRole.AGENT)
    corrected = staff.correct(bench, draft.id, {"action": "quote"}, kim, SMALL)
    with pytest.raises(Forbidden, match="takes two persons"):
        approve(bench, corrected.next_item, kim, SMALL)
    assert approve(bench, corrected.next_item, user(StaffRole.APPROVER, "lee"), SMALL).settlement == "endorsed"
    assert approve(bench, corrected.next_item, user(StaffRole.APPROVER, "max"), SMALL).reply is ReplyKind.QUOTE


def test_a_large_quote_is_not_handed_back_though_what_staff_have_set_has_none(desk, bench):
    kim = user(StaffRole.AGENT, "kim")
    staff.turn_switch(bench, "pause", user(StaffRole.ADMINISTRATOR), on=True)
    desk.take(mail("quote jira"))
    [held] = desk.waiting
    corrected = review.correct(bench, held.id, {"action": "ask"}, actor="kim", waits=lambda decision: True)
    with pytest.raises(InputError, match="two persons"):
        staff.hand_back(bench, corrected.next_item, kim, SMALL)
    assert quotes_sent(desk) == 0


def test_a_large_quote_takes_a_fresh_proof_of_who_releases_it(desk, bench, draft):
    for role in (StaffRole.AGENT, StaffRole.APPROVER):
        with pytest.raises(ProofWanted):
            staff.approve(bench, draft.id, user(role, "kim"), SMALL)
    assert desk.events.count("Endorsed") == 0
    assert staff.approve(bench, draft.id, user(StaffRole.AGENT, "kim"), NONE).reply is ReplyKind.QUOTE
