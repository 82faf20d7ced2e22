"""Complete lines are quoted at once where the policy pack allows it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from mailbot.domain.decision import Action, Decision
from mailbot.domain.request import Kind, OneOf, Request
from mailbot.handlers import decide
from tests.handlers.making import PACK, RECORDS, TODAY, inquiry, line, mail, request, said

ALLOWED = replace(PACK, partial_quotes=True)
HALF = request(Kind.EXISTING_SITE, line("jira", users=80), line("guard"))


def outcome(asked: Request, *, pack=ALLOWED) -> Decision:
    return decide(inquiry(asked), mail(), RECORDS, pack, TODAY)


def test_the_complete_line_is_quoted_and_the_other_one_asked_about() -> None:
    decision = outcome(HALF)

    assert decision.action is Action.QUOTE
    assert decision.quote is not None
    assert [(item.product, item.users) for item in decision.quote.lines] == [("jira", 80)]
    assert decision.quote.total == Decimal("1435.62")
    assert decision.requests[0].missing == ("lines[1].users",)
    assert len(decision.requests[0].lines) == 2


def test_by_default_everything_is_asked_for_first() -> None:
    decision = outcome(HALF, pack=PACK)

    assert (decision.action, decision.quote) == (Action.ASK, None)


@pytest.mark.parametrize(
    "asked",
    [
        replace(HALF, contact=replace(HALF.contact, name=None)),  # lacks more than a field of a line
        request(Kind.EXISTING_SITE, line("jira"), line("guard")),  # no line is complete
        replace(HALF, discount_claim=said("non-profit")),  # a person looks at the whole
        request(Kind.CO_TERM, line("jira", users=80), line("guard")),
        request(Kind.EXISTING_SITE, line("jira", users=50), line("guard")),  # the complete one is covered already
    ],
)
def test_what_cannot_be_quoted_in_part_is_asked_about(asked: Request) -> None:
    decision = outcome(asked)

    assert (decision.action, decision.quote) == (Action.ASK, None)


def test_an_ambiguous_line_holds_back_the_complete_one() -> None:
    decision = outcome(request(Kind.EXISTING_SITE, line("jira", users=80), line("guard", users=OneOf((10, 25)))))

    assert (decision.action, decision.quote) == (Action.REVIEW, None)
