"""Where a decision differs from the one intended, and the simplest case in which it still does."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mailbot.domain.decision import Action, Decision, ResolvedRequest
from tests.metamorphic.cases import Case
from tests.metamorphic.encodings import ENCODINGS
from tests.metamorphic.layouts import LAYOUTS, THREADS


def outcome(decision: Decision) -> dict[str, Any]:
    """Return what must be the same, by name."""
    told: dict[str, Any] = {
        "action": decision.action.value,
        "reasons": sorted(decision.reasons),
        "language": decision.language,
        "requests": len(decision.requests),
        "quote": _figures(decision),
    }
    return told | (_request(decision.requests[0]) if decision.requests else {})


def differences(intended: Decision, reached: Decision) -> dict[str, tuple[Any, Any]]:
    """Return what is not the same: the intended value and the one reached, by name."""
    one, other = outcome(intended), outcome(reached)
    return {key: (one.get(key), other.get(key)) for key in one if one.get(key) != other.get(key)}


def is_wrong_quote(intended: Decision, reached: Decision) -> bool:
    """Whether a quote would go out that should not, or another one than that asked for."""
    return reached.action is Action.QUOTE and _figures(intended) != _figures(reached)


def simplified(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Return the simplest case of the same request that still fails."""
    for simpler in _simpler(case):
        if fails(simpler):
            return simplified(simpler, fails)
    return case


def _simpler(case: Case) -> Iterator[Case]:
    if case.encoding != next(iter(ENCODINGS)):
        yield replace(case, encoding=next(iter(ENCODINGS)))
    for name in case.distractors:
        yield replace(case, distractors=tuple(d for d in case.distractors if d != name))
    for name in case.omitted if case.layout not in THREADS else ():
        yield replace(case, omitted=tuple(o for o in case.omitted if o != name))
    layouts = list(LAYOUTS)
    for layout in layouts[: layouts.index(case.layout)]:
        if layout not in THREADS:
            omitted = () if case.layout in THREADS else case.omitted
            yield replace(case, layout=layout, omitted=omitted)


def _figures(decision: Decision) -> Any:
    quote = decision.quote
    if quote is None:
        return None
    lines = sorted(
        (line.product, line.plan, line.users, str(line.start), str(line.end), str(line.amount)) for line in quote.lines
    )
    return quote.currency, lines, str(quote.total)


def _request(request: ResolvedRequest) -> Mapping[str, Any]:
    return {
        "kind": request.kind.value,
        "reseller": _value(request.reseller.name),
        "reseller_address": _letters(_value(request.reseller.billing_address)),
        "site": _value(request.site),
        "sens": sorted(sen.value for sen in request.sens),
        "contact": (_letters(_value(request.contact.name)), _value(request.contact.email)),
        "customer": (_letters(_value(request.customer.name)), _value(request.customer.email)),
        "customer_address": _letters(_value(request.customer.billing_address)),
        "lines": sorted((str(_value(x.product)), str(_value(x.plan)), _value(x.users) or 0) for x in request.lines),
        "target": str(_value(request.target_end_date)),
        "currency": request.currency,
        "missing": sorted(request.missing),
    }


def _value(extracted: Any) -> Any:
    return None if extracted is None else extracted.value


def _letters(text: str | None) -> str | None:
    """Return letters and digits alone: line breaks and commas of an address may differ."""
    return None if text is None else "".join(c for c in text.casefold() if c.isalnum())
