"""How a line takes what is said of it: the first value stays, another one is a conflict."""

from collections.abc import Sequence

from mailbot.domain.evidence import Evidence, Extracted
from mailbot.domain.request import Doubt, Reason, RequestLine
from mailbot.parsers.requests.draft import Draft
from mailbot.parsers.requests.quantities import QuantityMention
from mailbot.parsers.scan import Scan, Span


def tie_sens(scan: Scan, sens: Sequence[Span], drafts: Sequence[Draft]) -> None:
    if len(sens) == len(drafts):
        for draft, sen in zip(drafts, sens, strict=True):
            draft.sen = draft.sen or Extracted(sen.value, (scan.evidence(sen.start, sen.end),))


def set_quantity(scan: Scan, draft: Draft, q: QuantityMention) -> None:
    evidence = (scan.evidence(q.start, q.end),)
    if q.from_users is not None and draft.from_users is None:
        where = (scan.evidence(q.from_users.start, q.from_users.end),)
        draft.from_users = Extracted(q.from_users.value, where)
    if draft.quantity is None:
        draft.quantity = Extracted(q.quantity, evidence)
    elif draft.quantity.value != q.quantity:
        draft.quantity_conflict += [*draft.quantity.evidence, *evidence]


def set_plan(scan: Scan, draft: Draft, span: Span, *, shared: bool = False) -> None:
    """Give a line its plan; `shared`: the word stands beside another product of the list."""
    evidence = (scan.evidence(span.start, span.end),)
    if draft.plan is None:
        draft.plan, draft.plan_shared = Extracted(span.value, evidence), shared
    elif draft.plan.value != span.value and draft.context:  # what is there gives way to what is asked for later
        draft.from_plan, draft.plan = draft.plan, Extracted(span.value, evidence)
    elif draft.plan.value != span.value:
        draft.plan_conflict += [*draft.plan.evidence, *evidence]


def conflict(path: str, evidence: Sequence[Evidence]) -> Doubt:
    return Doubt(reason=Reason.CONFLICTING_VALUES, path=path, evidence=tuple(evidence), note="two values in one mail")


def finished(draft: Draft) -> RequestLine:
    return RequestLine(
        product=draft.product,
        plan=draft.plan,
        quantity=draft.quantity,
        from_users=draft.from_users,
        from_plan=draft.from_plan,
        plan_shared=draft.plan_shared,
        unknown=draft.unknown,
        sen=draft.sen,
    )
