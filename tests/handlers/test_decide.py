"""The order of decision (policy section 3), and what goes with each action."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from mailbot.domain.decision import Action, CoveredLine, Decision, Gravity
from mailbot.domain.message import Authentication, Automatic
from mailbot.domain.request import Doubt, Inquiry, Kind, MoreUsers, OneOf, Reason, Request
from mailbot.handlers import decide, lookups
from tests.handlers.making import (
    ACME,
    CONFLUENCE,
    JIRA,
    PACK,
    RECORDS,
    TODAY,
    inquiry,
    line,
    mail,
    records_of,
    request,
    said,
    subscription,
)

RENEWAL = request(Kind.RENEWAL, sens=(JIRA.sen,))
UPGRADE = request(Kind.UPGRADE, line("jira", users=80))
ASK = request(Kind.UPGRADE, line("jira"))
AMBIGUOUS = request(Kind.UPGRADE, line("jira", users=OneOf((80, 200))))
CO_TERM = request(Kind.CO_TERM, target=dt.date(2027, 12, 31))


def outcome(*requests: Request, **more: object) -> Decision:
    return decide(inquiry(*requests, **more), mail(), RECORDS, PACK, TODAY)  # type: ignore[arg-type]  # flags by name


def test_a_complete_request_gets_its_quote() -> None:
    decision = outcome(UPGRADE)
    assert (decision.action, decision.reasons, decision.topics) == (Action.QUOTE, (), ())
    assert decision.quote is not None
    assert decision.quote.subtotal == Decimal("1435.62")  # (8,000 - 4,000) * 131 / 365 = 1,435.616


def test_a_request_that_lacks_something_is_asked_about() -> None:
    decision = outcome(ASK)
    assert (decision.action, decision.quote, decision.reasons) == (Action.ASK, None, ())
    assert decision.requests[0].missing == ("lines[0].users",)


def test_an_ambiguous_request_is_reviewed_without_a_draft() -> None:
    decision = outcome(AMBIGUOUS)
    assert (decision.action, decision.reasons, decision.quote) == (Action.REVIEW, ("ambiguous_quantity",), None)
    assert decision.acknowledge


def test_a_request_that_policy_wants_a_person_for_is_reviewed_with_its_draft() -> None:
    decision = outcome(CO_TERM)
    assert (decision.action, decision.reasons, decision.acknowledge) == (Action.REVIEW, ("co_term_review",), True)
    assert decision.quote is not None
    assert [drafted.product for drafted in decision.quote.lines] == ["jira", "confluence"]


@pytest.mark.parametrize("automatic", Automatic)
def test_machine_mail_is_ignored_whatever_it_says(automatic: Automatic) -> None:
    spoofed = inquiry(UPGRADE, sender_unauthenticated=True, topics=("payment",))
    decision = decide(spoofed, mail(automatic=automatic), RECORDS, PACK, TODAY)
    assert (decision.action, decision.reasons) == (Action.IGNORE, (automatic.value,))
    assert (decision.acknowledge, decision.requests, decision.topics) == (False, (), ())


@pytest.mark.parametrize("asked", [UPGRADE, ASK, AMBIGUOUS, CO_TERM], ids=["quote", "ask", "A", "P"])
@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ({"sender_unauthenticated": True}, "sender_unauthenticated"),
        ({"reply_to_mismatch": True}, "reply_to_mismatch"),
    ],
)
def test_a_false_sender_is_reviewed_without_any_reply(asked: Request, flags: dict[str, bool], reason: str) -> None:
    decision = outcome(asked, topics=("payment",), **flags)
    assert (decision.action, decision.acknowledge, decision.quote) == (Action.REVIEW, False, None)
    assert decision.reasons[0] == reason


def test_a_newest_mail_that_fails_dmarc_is_enough() -> None:
    failed = replace(mail(), authentication=Authentication.FAILED)
    decision = decide(inquiry(UPGRADE), failed, RECORDS, PACK, TODAY)
    assert (decision.reasons, decision.acknowledge) == (("sender_unauthenticated",), False)


def test_a_mail_without_a_sender_is_never_answered() -> None:
    decision = decide(inquiry(topics=("payment",)), mail(sender=None), RECORDS, PACK, TODAY)
    assert (decision.action, decision.acknowledge) == (Action.REVIEW, False)


def test_what_is_ambiguous_goes_before_what_is_missing() -> None:
    decision = outcome(replace(AMBIGUOUS, contact=ASK.contact, reseller=ASK.reseller, site=None, sens=()))
    assert decision.action is Action.REVIEW
    assert decision.requests[0].missing == ("site",)


def test_what_is_missing_goes_before_what_a_person_looks_at() -> None:
    assert outcome(request(Kind.CO_TERM)).action is Action.ASK
    claim = replace(ASK, discount_claim=said("non-profit"))
    assert (outcome(claim).action, outcome(claim).reasons) == (Action.ASK, ())


def test_when_both_meet_all_reasons_are_listed_and_there_is_no_draft() -> None:
    decision = outcome(request(Kind.CO_TERM, target=TODAY))
    assert (decision.reasons, decision.quote) == (("invalid_date", "co_term_review"), None)


def test_an_amount_above_the_limit_is_listed_beside_what_is_ambiguous() -> None:
    pack = replace(PACK, amount_limits={"USD": Decimal(1)})
    doubt = Doubt(reason=Reason.TWO_TIER_RESALE)
    decision = decide(inquiry(replace(RENEWAL, doubts=(doubt,))), mail(), RECORDS, pack, TODAY)
    assert (decision.reasons, decision.quote) == (("two_tier_resale", "amount_limit"), None)


@pytest.mark.parametrize(
    ("doubted", "gravity"),
    [
        (Reason.AMBIGUOUS_DATE, Gravity.AMBIGUOUS),
        (Reason.TWO_TIER_RESALE, Gravity.AMBIGUOUS),
        (Reason.UNREADABLE_ATTACHMENT, Gravity.AMBIGUOUS),
        (Reason.CONFLICTING_VALUES, Gravity.AMBIGUOUS),
        (Reason.MULTIPLE_CUSTOMERS, Gravity.AMBIGUOUS),
        (Reason.DISCOUNT_CLAIM, Gravity.PERSON),
    ],
)
def test_doubts_of_reading_become_findings(doubted: Reason, gravity: Gravity) -> None:
    [finding] = outcome(replace(UPGRADE, doubts=(Doubt(reason=doubted, note="seen"),))).findings
    assert (finding.reason, finding.gravity, finding.note) == (doubted, gravity, "seen")


@pytest.mark.parametrize("kind", [Kind.DATA_CENTER, Kind.SERVER, Kind.MONTHLY])
def test_kinds_without_a_quote_are_answered_with_their_topic(kind: Kind) -> None:
    decision = outcome(Request(kind=kind), topics=("payment",))
    assert (decision.action, decision.topics) == (Action.ANSWER, ("payment", kind.value))
    assert decision.requests[0].missing == ()


def test_questions_alone_are_answered() -> None:
    decision = outcome(topics=("payment", "refund", "payment"))
    assert (decision.action, decision.topics, decision.requests) == (Action.ANSWER, ("payment", "refund"), ())


def test_a_question_beside_a_request_goes_along_with_its_quote_or_its_ask() -> None:
    assert outcome(UPGRADE, topics=("payment",)).topics == ("payment",)
    assert outcome(UPGRADE, topics=("payment",)).action is Action.QUOTE
    assert outcome(ASK, topics=("payment",)).action is Action.ASK


def test_a_data_center_question_beside_a_cloud_request_goes_along_too() -> None:
    decision = outcome(UPGRADE, Request(kind=Kind.DATA_CENTER))
    assert (decision.action, decision.topics) == (Action.QUOTE, ("data_center",))
    assert len(decision.requests) == 2


def test_a_question_after_the_quote_is_answered_and_the_request_stays() -> None:
    decision = outcome(UPGRADE, topics=("payment",), wants_quote=False)
    assert (decision.action, decision.quote) == (Action.ANSWER, None)
    assert decision.requests[0].kind is Kind.UPGRADE


def test_a_question_after_an_unsettled_request_is_answered_too() -> None:
    assert outcome(AMBIGUOUS, topics=("payment",), wants_quote=False).action is Action.ANSWER


@pytest.mark.parametrize("asked", [inquiry(), inquiry(UPGRADE, wants_quote=False)])
def test_a_mail_that_asks_for_nothing_known_is_reviewed(asked: Inquiry) -> None:
    decision = decide(asked, mail(), RECORDS, PACK, TODAY)
    assert (decision.action, decision.reasons, decision.acknowledge) == (Action.REVIEW, ("unrecognised",), True)


def test_a_chain_of_resellers_holds_back_an_answer_in_words_too() -> None:
    doubt = Doubt(reason=Reason.TWO_TIER_RESALE)
    assert outcome(Request(kind=Kind.DATA_CENTER, doubts=(doubt,))).reasons == ("two_tier_resale",)


@pytest.mark.parametrize(
    "asked",
    [
        request(Kind.UPGRADE, line("jira", users=50)),
        request(Kind.UPGRADE, line("jira", users=35, from_users=30)),
        request(Kind.EXISTING_SITE, line("jira", users=26)),
        request(Kind.UPGRADE, line("jira", users=20, from_users=15)),
    ],
)
def test_an_increase_that_the_tier_on_file_covers_is_answered(asked: Request) -> None:
    decision = outcome(asked)
    assert (decision.action, decision.topics, decision.quote) == (Action.ANSWER, ("already_covered",), None)
    assert [(covered.product, covered.tier) for covered in decision.covered] == [("jira", 50)]


def test_a_covered_line_is_left_out_of_the_quote_of_the_others() -> None:
    decision = outcome(request(Kind.EXISTING_SITE, line("jira", users=40), line("guard", users=40)))
    assert (decision.action, decision.topics) == (Action.QUOTE, ("already_covered",))
    assert decision.quote is not None
    assert [priced.product for priced in decision.quote.lines] == ["guard"]
    assert decision.covered == (CoveredLine(product="jira", plan="standard", users=40, tier=50),)


def test_a_covered_request_with_a_discount_claim_waits_for_a_person() -> None:
    asked = replace(request(Kind.UPGRADE, line("jira", users=40)), discount_claim=said("school"))
    assert (outcome(asked).reasons, outcome(asked).quote) == (("discount_claim",), None)


def test_nothing_of_the_file_is_told_before_something_is_asked() -> None:
    asked = request(Kind.UPGRADE, line("jira", users=40), email=None)
    assert (outcome(asked).action, outcome(asked).topics, outcome(asked).covered) == (Action.ASK, (), ())


def test_two_requests_for_one_site_are_one_quote() -> None:
    decision = outcome(UPGRADE, request(Kind.RENEWAL, sens=(CONFLUENCE.sen,)))
    assert decision.quote is not None
    assert [priced.kind for priced in decision.quote.lines] == [Kind.UPGRADE, Kind.RENEWAL]
    assert decision.quote.subtotal == sum(priced.amount for priced in decision.quote.lines)


def test_the_language_is_that_of_the_inquiry() -> None:
    assert replace(inquiry(UPGRADE), language="ja").language == "ja"
    assert decide(replace(inquiry(UPGRADE), language="ja"), mail(), RECORDS, PACK, TODAY).language == "ja"


def test_the_same_request_is_decided_the_same_way_twice() -> None:
    assert outcome(CO_TERM) == outcome(CO_TERM)


def test_only_what_is_named_needs_to_be_loaded() -> None:
    asked = inquiry(
        request(Kind.RENEWAL, line("jira", sen=JIRA.sen), sens=(CONFLUENCE.sen,)),
        request(Kind.RENEWAL, site="other.atlassian.net"),
    )
    assert lookups(asked) == (
        (ACME, "other.atlassian.net"),
        (CONFLUENCE.sen, JIRA.sen),
        ("rita@reseller.example",),
    )


def test_records_of_what_is_named_decide_as_all_records_do() -> None:
    asked = inquiry(request(Kind.UPGRADE, line("jira", users=MoreUsers(20)), sens=(JIRA.sen,)))
    assert decide(asked, mail(), records_of(JIRA, CONFLUENCE), PACK, TODAY) == decide(
        asked, mail(), RECORDS, PACK, TODAY
    )


def test_a_line_that_cannot_be_priced_is_never_answered_as_covered() -> None:
    odd = subscription("SEN-1000009", "jira", 75, dt.date(2027, 3, 31))
    decision = decide(inquiry(UPGRADE, topics=("payment",)), mail(), records_of(odd), PACK, TODAY)
    assert (decision.action, decision.reasons) == (Action.REVIEW, ("unknown_product",))
