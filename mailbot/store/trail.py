"""What the stores themselves add to a case's audit trail, without anything of a mail's body. Pure."""

import datetime as dt
from collections.abc import Mapping

from mailbot.domain.case import CaseEvent
from mailbot.domain.decision import Decision
from mailbot.domain.message import InboundMessage
from mailbot.domain.quote import Quote

MACHINE = "machine"


def mail_received(case_id: int, message: InboundMessage, at: dt.datetime) -> CaseEvent:
    """Return that a mail of the case was read."""
    sender = message.sender.email if message.sender else None
    return _event(case_id, at, "MailReceived", {"message_id": message.message_id, "sender": sender})


def decided(case_id: int, decision: Decision, at: dt.datetime) -> CaseEvent:
    """Return what was decided, and why."""
    data = {
        "action": decision.action.value,
        "reasons": list(decision.reasons),
        "topics": list(decision.topics),
        "kinds": [request.kind.value for request in decision.requests],
        "missing": [path for request in decision.requests for path in request.missing],
    }
    return _event(case_id, at, "Decided", data)


def quote_issued(case_id: int, quote: Quote, at: dt.datetime) -> CaseEvent:
    """Return that a quote got its number and revision."""
    data = {
        "number": quote.number,
        "revision": quote.revision,
        "currency": quote.currency,
        "total": str(quote.total),
        "price_book": quote.price_book,
        "policy": quote.policy,
    }
    return _event(case_id, at, "QuoteIssued", data)


def review_opened(case_id: int, item_id: int, decision: Decision | None, at: dt.datetime) -> CaseEvent:
    """Return that the case waits for a person."""
    return _event(case_id, at, "ReviewOpened", {"item": item_id, "reasons": list(decision.reasons) if decision else []})


def _event(case_id: int, at: dt.datetime, kind: str, data: Mapping[str, object]) -> CaseEvent:
    return CaseEvent(case_id=case_id, at=at, kind=kind, actor=MACHINE, data=data)
