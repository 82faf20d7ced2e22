"""Staff hold the machine back with switches; what it would have sent waits for them."""

import pytest

from mailbot.domain.outgoing import OutboxState, ReplyKind
from mailbot.service import review
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


def turn(desk, name: str, *, on: bool) -> None:
    with desk.store.begin() as uow:
        uow.switches.turn(name, on=on, by="root", at=desk.clock())
        uow.commit()


@pytest.mark.parametrize("name", ["pause", "shadow", "pause language:en", "pause kind:existing_site"])
def test_what_a_switch_holds_back_waits_with_its_decision_and_goes_out_when_released(desk, bench, name):
    turn(desk, name, on=True)
    assert desk.take(mail("quote jira")) == ["quote"]
    assert desk.outbox == []
    [item] = desk.waiting
    assert item.decision.quote is not None
    assert "root" in item.note
    assert review.approve(bench, item.id, actor="kim").reply is ReplyKind.QUOTE


@pytest.mark.parametrize("name", ["pause language:de", "pause kind:renewal"])
def test_a_switch_for_others_holds_nothing_back(desk, name):
    turn(desk, name, on=True)
    desk.take(mail("quote jira"))
    assert [entry.kind for entry in desk.outbox] == [ReplyKind.QUOTE]


def test_a_switch_that_was_turned_off_holds_nothing_back(desk):
    turn(desk, "pause", on=True)
    turn(desk, "pause", on=False)
    desk.take(mail("quote jira"))
    assert [entry.state for entry in desk.outbox] == [OutboxState.READY]
