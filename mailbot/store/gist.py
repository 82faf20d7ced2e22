"""What the queue shows of a decision in one line. Pure."""

from mailbot.domain.decision import Decision, ResolvedRequest
from mailbot.domain.evidence import Extracted


def gist(decision: Decision | None, *, language: str, sender: str) -> dict[str, object]:
    """Return the columns of `queue` that tell what a review item is about; `sender` where no name is known."""
    request = decision.requests[0] if decision and decision.requests else None
    quote = decision.quote if decision else None
    return {
        "language": decision.language if decision else language,
        "kind": request.kind.value if request else "",
        "reasons": f",{','.join(decision.reasons)}," if decision and decision.reasons else "",
        "reseller": _reseller(request) or sender,
        "customer": _customer(request),
        "currency": quote.currency if quote else "",
        "cents": int(quote.subtotal * 100) if quote else None,
    }


def _reseller(request: ResolvedRequest | None) -> str:
    return _first(request.reseller.company, request.reseller.name, request.reseller.email) if request else ""


def _customer(request: ResolvedRequest | None) -> str:
    return _first(request.customer.company, request.customer.name, request.site) if request else ""


def _first(*values: Extracted[str] | None) -> str:
    return next((" ".join(value.value.split()) for value in values if value is not None and value.value), "")
