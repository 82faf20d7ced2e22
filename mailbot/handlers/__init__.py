"""Decides what the desk does after the newest mail of a thread (policy section 3). Pure: values in, a Decision out."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from mailbot.domain.decision import Action, Decision, Finding, Gravity
from mailbot.domain.file import Records
from mailbot.domain.message import InboundMessage
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import Inquiry, Reason
from mailbot.handlers.co_terming import co_term_options
from mailbot.handlers.completed import Completed
from mailbot.handlers.completion import complete
from mailbot.handlers.located import lookups
from mailbot.handlers.partial import complete_part
from mailbot.handlers.policy import findings
from mailbot.handlers.quoting import covered_lines, draw_up
from mailbot.handlers.view import View

__all__ = ["decide", "lookups"]

ALREADY_COVERED = "already_covered"
UNRECOGNISED = Finding(
    reason=Reason.UNRECOGNISED, gravity=Gravity.AMBIGUOUS, note="neither a request that can be quoted nor a topic"
)


def decide(inquiry: Inquiry, newest: InboundMessage, records: Records, pack: PolicyPack, today: dt.date) -> Decision:
    """Return the decision for a thread whose newest message is `newest`, made on the day `today` (UTC).

    `records` holds at least what `lookups(inquiry)` names.
    """
    if newest.automatic is not None:
        return Decision(
            action=Action.IGNORE, language=inquiry.language, acknowledge=False, ignored_as=newest.automatic.value
        )
    requests = tuple(complete(request, records, pack, today) for request in inquiry.requests)
    to_quote = tuple(request for request in requests if inquiry.wants_quote and request.kind.is_quoted)
    draft = draw_up(to_quote, records, pack, today)
    if draft is None and pack.partial_quotes:
        draft = draw_up(complete_part(to_quote), records, pack, today)
    view = View(inquiry=inquiry, newest=newest, requests=to_quote, records=records, pack=pack, today=today, draft=draft)
    found = findings(view)
    held = Decision(
        action=Action.REVIEW,
        language=inquiry.language,
        findings=found,
        topics=_topics(inquiry, requests),
        requests=tuple(request.resolved for request in requests),
        co_term_options=co_term_options(to_quote, found, records, pack, today),
    )
    return _weigh(held, view)


def _weigh(held: Decision, view: View) -> Decision:
    """Return the first step of the policy's order that applies, from the review that would hold everything."""
    gravities = {finding.gravity for finding in held.findings}
    if Gravity.SILENT in gravities:
        return replace(held, acknowledge=False)
    if Gravity.AMBIGUOUS in gravities:
        return held
    if not all(request.is_complete for request in view.requests):
        if view.draft is not None and not held.findings:  # a part of it (policy pack, partial_quotes)
            return replace(held, action=Action.QUOTE, quote=view.draft)
        return replace(held, action=Action.ASK, findings=(), co_term_options=())
    covered = covered_lines(view.requests, view.today)
    if covered:
        held = replace(held, topics=_each_once((*held.topics, ALREADY_COVERED)), covered=covered)
    if held.findings:
        return replace(held, quote=view.draft)
    if view.draft is not None:
        return replace(held, action=Action.QUOTE, quote=view.draft)
    if held.topics and len(covered) == sum(len(request.lines) for request in view.requests):
        return replace(held, action=Action.ANSWER)
    return replace(held, findings=(UNRECOGNISED,))


def _topics(inquiry: Inquiry, requests: Iterable[Completed]) -> tuple[str, ...]:
    """Return the topics asked about; kinds that get words instead of a quote are topics of the same name."""
    asked = (topic.value for topic in inquiry.topics)
    kinds = (request.kind.value for request in requests if not request.kind.is_quoted)
    return _each_once((*asked, *kinds))


def _each_once(topics: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(topics))
