"""Staff get the common dates to choose from; the sender is told nothing of them."""

import datetime as dt
from decimal import Decimal

import pytest

from mailbot.domain.co_term import CommonEnd
from mailbot.domain.decision import Action, Decision
from mailbot.domain.request import Kind, Request
from mailbot.handlers import decide
from tests.handlers.making import CONFLUENCE, JIRA, PACK, RECORDS, TODAY, inquiry, line, mail, request


def outcome(*requests: Request) -> Decision:
    return decide(inquiry(*requests), mail(), RECORDS, PACK, TODAY)


@pytest.mark.parametrize("target", [TODAY, dt.date(2027, 4, 1), dt.date(2030, 1, 1)])
def test_an_impossible_date_has_the_possible_ones_beside_it(target: dt.date) -> None:
    decision = outcome(request(Kind.CO_TERM, target=target))

    assert decision.action is Action.REVIEW
    first, second = decision.co_term_options
    assert (first.end_date, first.ends) == (CONFLUENCE.end_date, (CommonEnd.LATEST, CommonEnd.LARGEST))
    assert (second.end_date, second.ends) == (dt.date(2028, 3, 31), (CommonEnd.EARLIEST,))
    assert [(item.sen, item.amount) for item in first.lines] == [
        (JIRA.sen, Decimal("997.26")),  # 4,000 * 91 / 365
        (CONFLUENCE.sen, Decimal("0.00")),
    ]
    assert first.subtotal == Decimal("997.26")


def test_no_date_in_a_request_that_waits_for_a_person_has_them_too() -> None:
    decision = outcome(request(Kind.CO_TERM, email="nobody@acme.example"))

    assert decision.reasons == ("contact_not_on_file", "co_term_review")
    assert len(decision.co_term_options) == 2
    assert decision.co_term_options[0].subtotal == Decimal("997.26")


@pytest.mark.parametrize(
    "asked",
    [
        request(Kind.CO_TERM, target=dt.date(2027, 12, 31)),
        request(Kind.UPGRADE, line("jira", users=80)),
        request(Kind.RENEWAL, email="nobody@acme.example"),
    ],
)
def test_a_possible_date_and_other_kinds_need_none(asked: Request) -> None:
    assert outcome(asked).co_term_options == ()


def test_a_question_for_the_date_knows_none() -> None:
    decision = outcome(request(Kind.CO_TERM))

    assert (decision.action, decision.co_term_options) == (Action.ASK, ())
