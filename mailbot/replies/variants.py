"""Further samples of replies, for what one sample of each kind cannot show: other quotes, a reminder of a question."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from mailbot.domain.decision import Action, Decision
from mailbot.domain.outgoing import ReplyKind
from mailbot.domain.quote import Formula, Quote, Step
from mailbot.domain.request import Kind
from mailbot.replies.samples import TODAY, incomplete_request, sample_decision, sample_quote, sample_request

People = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Variant:
    """A kind of reply, and the decision that leads to it in a language."""

    kind: ReplyKind
    decision: Callable[[str, People], Decision]


def _first_quote(language: str, people: People) -> Decision:
    quote = replace(sample_quote(people), revision=1, replaces=None, replaced=None)
    return _quoting(language, people, quote)


def _revived_quote(language: str, people: People) -> Decision:
    """Return the decision on an answer to a quote that has expired."""
    quote = sample_quote(people)
    assert quote.replaced is not None  # noqa: S101  # as samples.py has it
    expired = replace(quote.replaced, valid_until=dt.date(2026, 10, 1))
    return _quoting(language, people, replace(quote, replaced=expired))


def _partial_quote(language: str, people: People) -> Decision:
    quote = sample_quote(people)
    line = quote.lines[1]
    first = replace(
        quote, revision=1, replaces=None, replaced=None, lines=(line,), subtotal=line.amount, tax=None,
        total=line.amount, payment_methods=quote.payment_methods[:-1],
    )  # fmt: skip
    return replace(_quoting(language, people, first), requests=(incomplete_request(people),))


def _co_term_quote(language: str, people: People) -> Decision:
    """Return a co-term in AUD, one product with a higher tier first and one that is new, for an unknown address."""
    quote, end = sample_quote(people), dt.date(2027, 12, 31)
    upgrade = quote.lines[0]
    longer = _step(Decimal("14700.00"), 275, Decimal("11075.34"))
    raised = replace(
        upgrade, kind=Kind.CO_TERM, start=upgrade.end + dt.timedelta(days=1), end=end,
        steps=(longer, *upgrade.steps), amount=longer.amount + upgrade.amount,
    )  # fmt: skip
    until = _step(Decimal("5750.00"), 421, Decimal("6632.19"))
    new = replace(quote.lines[1], kind=Kind.CO_TERM, start=TODAY, end=end, steps=(until,), amount=until.amount)
    subtotal = raised.amount + new.amount
    return _quoting(
        language,
        people,
        replace(
            quote, kind=Kind.CO_TERM, currency="AUD", revision=1, replaces=None, replaced=None, lines=(raised, new),
            subtotal=subtotal, tax=None, total=subtotal, payment_methods=("bank_transfer",),
            reseller=replace(quote.reseller, billing_address=None),
        ),
    )  # fmt: skip


def _question_reminder(language: str, people: People) -> Decision:
    return Decision(action=Action.ASK, language=language, requests=(incomplete_request(people),))


def _plain_acknowledgement(language: str, people: People) -> Decision:
    return replace(sample_decision(ReplyKind.ACKNOWLEDGEMENT, language, people), findings=())


VARIANTS: Mapping[str, Variant] = {
    "first-quote": Variant(ReplyKind.QUOTE, _first_quote),
    "revived-quote": Variant(ReplyKind.QUOTE, _revived_quote),
    "partial-quote": Variant(ReplyKind.QUOTE, _partial_quote),
    "co-term-quote": Variant(ReplyKind.QUOTE, _co_term_quote),
    "question-reminder": Variant(ReplyKind.REMINDER, _question_reminder),
    "plain-acknowledgement": Variant(ReplyKind.ACKNOWLEDGEMENT, _plain_acknowledgement),
}
"""By the names under which `mailbot preview` shows them."""


def _quoting(language: str, people: People, quote: Quote) -> Decision:
    return Decision(action=Action.QUOTE, language=language, requests=(sample_request(people),), quote=quote)


def _step(annual: Decimal, days: int, amount: Decimal) -> Step:
    return Step(formula=Formula.PRORATED, annual=annual, annual_before=None, days=days, amount=amount)
