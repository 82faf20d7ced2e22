"""The JSON object of one decided thread (contract, `explain`)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from mailbot.domain.decision import Decision, Finding, ResolvedRequest
from mailbot.domain.evidence import Evidence, Extracted
from mailbot.domain.outgoing import OutgoingMessage
from mailbot.domain.quote import Quote, Tax

Value = Extracted[str] | Extracted[int] | Extracted[dt.date]


def decision_object(path: str, decision: Decision, reply: OutgoingMessage | None) -> dict[str, object]:
    """Return the object; its keys are those of the contract, in its order, then `findings` with notes for staff."""
    return {
        "path": path,
        "language": decision.language,
        "action": decision.action.value,
        "reasons": list(decision.reasons),
        "topics": list(decision.topics),
        "requests": [_request(request) for request in decision.requests],
        "quote": _quote(decision.quote) if decision.quote else None,
        "evidence": {place: _evidence(value.evidence) for place, value in known_values(decision.requests)},
        "reply": _reply(reply) if reply else None,
        "findings": [_finding(finding) for finding in decision.findings],
    }


def known_values(requests: Iterable[ResolvedRequest]) -> Iterator[tuple[str, Value]]:
    """Yield every known value with its path (`requests[0].lines[0].users`), in the order of the contract."""
    for index, request in enumerate(requests):
        for place, value in _values(request):
            if value is not None:
                yield f"requests[{index}].{place}", value


def _values(request: ResolvedRequest) -> Iterator[tuple[str, Value | None]]:
    for who, party in (("reseller", request.reseller), ("customer", request.customer)):
        yield f"{who}.name", party.name
        yield f"{who}.email", party.email
        yield f"{who}.company", party.company
        yield f"{who}.billing_address", party.billing_address
    yield "authorized_contact.name", request.contact.name
    yield "authorized_contact.email", request.contact.email
    yield "site", request.site
    for index, sen in enumerate(request.sens):
        yield f"sens[{index}]", sen
    for index, line in enumerate(request.lines):
        yield f"lines[{index}].product", line.product
        yield f"lines[{index}].plan", line.plan
        yield f"lines[{index}].users", line.users
    yield "target_end_date", request.target_end_date


def _request(request: ResolvedRequest) -> dict[str, object]:
    end = request.target_end_date
    return {
        "kind": request.kind.value,
        "reseller": {
            "name": _plain(request.reseller.name),
            "email": _plain(request.reseller.email),
            "company": _plain(request.reseller.company),
            "billing_address": _plain(request.reseller.billing_address),
        },
        "customer": {
            "name": _plain(request.customer.name),
            "email": _plain(request.customer.email),
            "company": _plain(request.customer.company),
            "billing_address": _plain(request.customer.billing_address),
        },
        "authorized_contact": {"name": _plain(request.contact.name), "email": _plain(request.contact.email)},
        "site": _plain(request.site),
        "sens": [sen.value for sen in request.sens],
        "lines": [
            {"product": _plain(line.product), "plan": _plain(line.plan), "users": _plain(line.users)}
            for line in request.lines
        ],
        "target_end_date": end.value.isoformat() if end else None,
        "currency": request.currency,
        "missing": list(request.missing),
    }


def _plain(value: Extracted[str] | Extracted[int] | None) -> str | int | None:
    return value.value if value is not None else None


def _quote(quote: Quote) -> dict[str, object]:
    return {
        "currency": quote.currency,
        "lines": [
            {
                "product": line.product,
                "plan": line.plan,
                "users": line.users,
                "tier": line.tier,
                "start": line.start.isoformat(),
                "end": line.end.isoformat(),
                "amount": _amount(line.amount),
            }
            for line in quote.lines
        ],
        "subtotal": _amount(quote.subtotal),
        "tax": _tax(quote.tax) if quote.tax else None,
        "total": _amount(quote.total),
        "valid_until": quote.valid_until.isoformat(),
        "payment_methods": list(quote.payment_methods),
    }


def _tax(tax: Tax) -> dict[str, object]:
    return {"name": tax.name, "rate": str(tax.rate), "amount": _amount(tax.amount)}


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _evidence(evidence: Iterable[Evidence]) -> list[dict[str, object]]:
    return [{"message": e.message, "part": e.part, "start": e.start, "end": e.end, "text": e.text} for e in evidence]


def _reply(reply: OutgoingMessage) -> dict[str, object]:
    return {
        "to": list(reply.recipients),
        "subject": reply.subject,
        "language": reply.language,
        "text": reply.text,
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "reason": finding.reason.value,
        "gravity": finding.gravity.value,
        "path": finding.path,
        "note": finding.note,
        "evidence": _evidence(finding.evidence),
    }
