"""Plans that a text names: the one that is wanted and the one that is left."""

import itertools
import re
from collections.abc import Sequence

from mailbot.parsers.requests.polarity import Polarity, polarity
from mailbot.parsers.scan import Scan, Span

PLAN_TAGS = ("plans.standard", "plans.premium", "plans.enterprise")


def find_plans(scan: Scan, start: int, end: int) -> list[Span]:
    return [Span(h.start, h.end, h.key) for h in scan.within(start, end, *PLAN_TAGS)]


def target_plans(scan: Scan, bounds: tuple[int, int], plans: Sequence[Span]) -> tuple[list[Span], Span | None]:
    """Return the plans wanted, and the one that is left behind ("from Standard to Premium")."""
    if len(plans) < 2:
        return list(plans), None
    for first, second in itertools.pairwise(plans):
        between = scan.folded[first.end : second.start]
        if first.value == second.value or len(between) > 30:
            continue
        opened = any(
            h.tag == "cues.from" and (0 <= first.start - h.end <= 12 or 0 <= h.start - first.end <= 4)
            for h in scan.hits.around(first.start - 12, first.end + 5)
        )
        if re.search(r"->|→|=>|⇒", between) or (opened and _reaches(scan, first, second, bounds)):
            return [p for p in plans if p is not first], first
        before = scan.hits.around(second.start - 8, second.start)
        swapped = any(h.tag == "cues.instead_before" and 0 <= second.start - h.end <= 8 for h in before)
        if swapped:
            return [p for p in plans if p is not second], second
    aims = [p for p in plans if any(p.start - h.end <= 1 for h in scan.within(p.start - 24, p.start, "cues.to"))]
    apart = len(plans) == 2 and scan.within(plans[0].end, plans[1].start, "product", "counters.users", "cues.and")
    if len(plans) == 2 and plans[0].value != plans[1].value and aims == [plans[1]] and not apart:
        return aims, plans[0]  # "has no use for Premium, change it to Standard"
    have = [p for p in plans if polarity(scan, bounds, p.start, p.end) is Polarity.HAVE]
    if have and len(have) < len(plans):
        return [p for p in plans if p not in have], have[0]
    return list(plans), None


def _reaches(scan: Scan, first: Span, second: Span, bounds: tuple[int, int]) -> bool:
    stop = min(bounds[1], second.end + 10)
    return bool(scan.within(first.end, second.start, "cues.to") or scan.within(second.end, stop, "cues.to"))
