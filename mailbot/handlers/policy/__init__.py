"""The policy's reasons for review: one table, one rule per file (policy sections 3 and 4)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mailbot.domain.decision import Finding, Gravity
from mailbot.domain.request import Reason
from mailbot.handlers.policy import (
    ambiguous_product,
    ambiguous_quantity,
    amount_limit,
    co_term_review,
    conflicting_values,
    contact_not_on_file,
    direct_customer,
    discount_claim,
    downgrade,
    invalid_date,
    multiple_customers,
    quantity_out_of_range,
    reply_to_mismatch,
    sender_unauthenticated,
    unknown_product,
    unknown_site,
    unsupported_currency,
    unsupported_term,
)
from mailbot.handlers.view import Notice, View


def _seen_in_reading_alone(view: View) -> Iterable[Notice]:
    """Notice nothing beyond the doubts of reading: the file has no say."""
    return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason, how much it weighs, and the function that notices its situation."""

    reason: Reason
    gravity: Gravity
    notices: Callable[[View], Iterable[Notice]]


RULES = (
    Rule(Reason.SENDER_UNAUTHENTICATED, Gravity.SILENT, sender_unauthenticated.notices),
    Rule(Reason.REPLY_TO_MISMATCH, Gravity.SILENT, reply_to_mismatch.notices),
    Rule(Reason.UNKNOWN_SITE, Gravity.AMBIGUOUS, unknown_site.notices),
    Rule(Reason.CONTACT_NOT_ON_FILE, Gravity.AMBIGUOUS, contact_not_on_file.notices),
    Rule(Reason.CONFLICTING_VALUES, Gravity.AMBIGUOUS, conflicting_values.notices),
    Rule(Reason.AMBIGUOUS_QUANTITY, Gravity.AMBIGUOUS, ambiguous_quantity.notices),
    Rule(Reason.AMBIGUOUS_PRODUCT, Gravity.AMBIGUOUS, ambiguous_product.notices),
    Rule(Reason.UNKNOWN_PRODUCT, Gravity.AMBIGUOUS, unknown_product.notices),
    Rule(Reason.AMBIGUOUS_DATE, Gravity.AMBIGUOUS, _seen_in_reading_alone),
    Rule(Reason.MULTIPLE_CUSTOMERS, Gravity.AMBIGUOUS, multiple_customers.notices),
    Rule(Reason.QUANTITY_OUT_OF_RANGE, Gravity.AMBIGUOUS, quantity_out_of_range.notices),
    Rule(Reason.DOWNGRADE, Gravity.AMBIGUOUS, downgrade.notices),
    Rule(Reason.DIRECT_CUSTOMER, Gravity.AMBIGUOUS, direct_customer.notices),
    Rule(Reason.TWO_TIER_RESALE, Gravity.AMBIGUOUS, _seen_in_reading_alone),
    Rule(Reason.UNSUPPORTED_CURRENCY, Gravity.AMBIGUOUS, unsupported_currency.notices),
    Rule(Reason.UNSUPPORTED_TERM, Gravity.AMBIGUOUS, unsupported_term.notices),
    Rule(Reason.INVALID_DATE, Gravity.AMBIGUOUS, invalid_date.notices),
    Rule(Reason.UNREADABLE_ATTACHMENT, Gravity.AMBIGUOUS, _seen_in_reading_alone),
    Rule(Reason.CO_TERM_REVIEW, Gravity.PERSON, co_term_review.notices),
    Rule(Reason.DISCOUNT_CLAIM, Gravity.PERSON, discount_claim.notices),
    Rule(Reason.AMOUNT_LIMIT, Gravity.PERSON, amount_limit.notices),
    Rule(Reason.UNRECOGNISED, Gravity.PERSON, _seen_in_reading_alone),  # a language without a lexicon
)

MATTERS_WITHOUT_QUOTE = frozenset({Reason.TWO_TIER_RESALE})
"""Doubts that hold back even an answer in words."""


def findings(view: View) -> tuple[Finding, ...]:
    """Return all that the rules and the doubts of reading hold against the inquiry, each reason and path once."""
    found: dict[tuple[Reason, str], Finding] = {}
    for rule in RULES:
        for notice in (*_doubts(view, rule.reason), *rule.notices(view)):
            finding = Finding(
                reason=rule.reason,
                gravity=rule.gravity,
                path=notice.path,
                evidence=notice.evidence,
                note=notice.note,
            )
            found.setdefault((rule.reason, notice.path), finding)
    return tuple(found.values())


def _doubts(view: View, reason: Reason) -> Iterator[Notice]:
    for request in view.inquiry.requests:
        is_judged = view.inquiry.wants_quote and request.kind.is_quoted
        if is_judged or reason in MATTERS_WITHOUT_QUOTE:
            for doubt in request.doubts:
                if doubt.reason is reason:
                    yield Notice(doubt.note, doubt.path, doubt.evidence)
